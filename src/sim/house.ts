/** What the sensors of the house say at any minute of the past and of now: people, things and faults together. */
import { Temporal } from 'temporal-polyfill';
import { batteryMinute, capacityKWh, storedAfter } from './home-battery.ts';
import { type Day, livedDay } from './people.ts';
import { hashOf, seeded } from './random.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;

export type FaultName = 'leak' | 'burst' | 'toilet' | 'freezer';
export interface Fault {
  readonly name: FaultName;
  readonly from: number;
  /** Null while it lasts. */
  to: number | null;
}

/** Litres a minute of the faults that are water. */
const faultLpm: Record<FaultName, number> = { leak: 0.4, burst: 22, toilet: 1.5, freezer: 0 };

export interface HouseOptions {
  readonly seed: number;
  readonly zone: string;
  /** Where the lived past begins, epoch ms. */
  readonly from: number;
  readonly hasBattery?: boolean;
}

/** Everything one minute of the house is made of. */
export interface Minute {
  readonly t: number;
  readonly waterLpm: number;
  readonly solarW: number;
  readonly dishwasherW: number;
  readonly carW: number;
  readonly houseW: number;
  readonly day: Day;
  readonly index: number;
}

/** Meters since the beginning of the past. */
export interface Totals {
  readonly waterL: number;
  readonly gridKWh: number;
  readonly exportKWh: number;
  readonly solarKWh: number;
  readonly dishwasherKWh: number;
  readonly carKWh: number;
  readonly batteryInKWh: number;
  readonly batteryOutKWh: number;
  readonly batteryPercent: number;
}

export class House {
  readonly #o: HouseOptions;
  readonly #days = new Map<string, Day>();
  readonly faults: Fault[] = [];
  #newest: Day | null = null;
  /** Meters at the start of each minute since `from`, in litres and kWh; grown as far as was asked. */
  #totals = {
    ...{ water: [0], grid: [0], out: [0], solar: [0], dish: [0], car: [0], count: 0 },
    ...{ into: [0], drawn: [0], stored: [capacityKWh / 2] },
  };
  readonly #firstMinute: number;

  constructor(o: HouseOptions) {
    this.#o = o;
    this.#firstMinute = Math.floor(o.from / minuteMs);
  }

  dayAt(t: number): Day {
    const near = this.#newest;
    if (near && t >= near.start && t < near.start + near.minutes * minuteMs) return near;
    const date = Temporal.Instant.fromEpochMilliseconds(t)
      .toZonedDateTimeISO(this.#o.zone)
      .toPlainDate()
      .toString();
    let day = this.#days.get(date);
    if (!day) {
      day = livedDay(date, this.#o);
      this.#days.set(date, day);
      // The lived past, and a few days more: a home that runs for months keeps no more than that.
      if (this.#days.size > 80) this.#days.delete(this.#days.keys().next().value!);
    }
    this.#newest = day;
    return day;
  }

  minute(t: number): Minute {
    const day = this.dayAt(t);
    const index = Math.min(day.minutes - 1, Math.floor((t - day.start) / minuteMs));
    const noise = jitter(this.#o.seed, Math.floor(t / minuteMs));
    const carW = day.carW[index]!;
    const dishwasherW = day.dishwasherW[index]!;
    const standing = 165 + 30 * noise + fridgeW(t) + freezerW(t);
    return {
      t,
      day,
      index,
      waterLpm: (day.waterLpm[index]! + this.#faultFlow(t)) * (0.97 + 0.06 * noise),
      solarW: day.solarW[index]!,
      dishwasherW,
      carW,
      houseW: standing + day.usedW[index]! * (0.95 + 0.1 * noise) + dishwasherW + carW,
    };
  }

  /** Meter readings at `t`, counted from the beginning of the past. */
  totals(t: number): Totals {
    const want = Math.max(0, Math.floor(t / minuteMs) - this.#firstMinute);
    const totals = this.#totals;
    for (let i = totals.count; i < want; i++) {
      const now = this.minute((this.#firstMinute + i) * minuteMs);
      totals.water.push(totals.water[i]! + now.waterLpm);
      const gridW = now.houseW - now.solarW + this.#battery(now, i);
      totals.grid.push(totals.grid[i]! + Math.max(0, gridW) / 60_000);
      totals.out.push(totals.out[i]! + Math.max(0, -gridW) / 60_000);
      totals.dish.push(totals.dish[i]! + now.dishwasherW / 60_000);
      totals.car.push(totals.car[i]! + now.carW / 60_000);
      totals.solar.push(totals.solar[i]! + now.solarW / 60_000);
      totals.count++;
    }
    return {
      waterL: totals.water[want]!,
      gridKWh: totals.grid[want]!,
      exportKWh: totals.out[want]!,
      dishwasherKWh: totals.dish[want]!,
      carKWh: totals.car[want]!,
      solarKWh: totals.solar[want]!,
      batteryInKWh: totals.into[want] ?? 0,
      batteryOutKWh: totals.drawn[want] ?? 0,
      batteryPercent: (100 * (totals.stored[want] ?? 0)) / capacityKWh,
    };
  }

  /** What it takes more than it gives in a minute, W; counted where the home has one. */
  #battery({ houseW, solarW, day, index }: Minute, n: number): number {
    if (!this.#o.hasBattery) return 0;
    const { into, drawn, stored } = this.#totals;
    const storedKWh = stored[n]!;
    const flow = batteryMinute({
      ...{ storedKWh, needW: houseW - solarW, dayStart: day.start, minute: index },
    });
    into.push(into[n]! + flow.intoW / 60_000);
    drawn.push(drawn[n]! + flow.outW / 60_000);
    stored.push(storedAfter(storedKWh, flow));
    return flow.intoW - flow.outW;
  }

  begin(fault: Fault): void {
    this.faults.push(fault);
    this.#forgetFrom(fault.from);
  }

  /** Over from this minute on: sensors speak once a minute. */
  end(name: FaultName, now: number): void {
    const t = Math.floor(now / minuteMs) * minuteMs;
    for (const fault of this.faults)
      if (fault.name === name && (fault.to ?? t + 1) > t) fault.to = t;
    this.#forgetFrom(t);
  }

  /** Meters from here on are counted anew: what happened there has changed. */
  #forgetFrom(t: number): void {
    const keep = Math.max(0, Math.floor(t / minuteMs) - this.#firstMinute);
    const totals = this.#totals;
    if (keep >= totals.count) return;
    const { count: _count, ...all } = totals;
    for (const series of Object.values(all)) series.length = Math.min(series.length, keep + 1);
    totals.count = keep;
  }

  #faultFlow(t: number): number {
    let flow = 0;
    for (const f of this.faults)
      if (t >= f.from && (f.to === null || t < f.to)) flow += faultLpm[f.name];
    return flow;
  }

  /** Degrees a failed freezer has warmed by now. */
  freezerWarmth(t: number): number {
    const fault = this.faults.find((f) => f.name === 'freezer' && t >= f.from);
    if (!fault) return 0;
    const hours = (Math.min(t, fault.to ?? t) - fault.from) / (60 * minuteMs);
    const since = fault.to === null || t < fault.to ? 0 : (t - fault.to) / (60 * minuteMs);
    return Math.max(0, Math.min(34, hours * 2.2) - since * 6);
  }
}

const jitterOf = new Map<number, number>();
/** Between 0 and 1, the same for the same minute. */
function jitter(seed: number, minute: number): number {
  let salt = jitterOf.get(seed);
  if (salt === undefined) {
    salt = hashOf(String(seed));
    jitterOf.set(seed, salt);
  }
  let x = (minute ^ salt) >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x45d9f3b);
  x = Math.imul(x ^ (x >>> 16), 0x45d9f3b);
  return ((x ^ (x >>> 16)) >>> 0) / 4294967296;
}

/** Compressors run a third of the time, each in its own rhythm. */
const fridgeW = (t: number): number => ((t / minuteMs) % 47 < 15 ? 85 : 0);
const freezerW = (t: number): number => ((t / minuteMs) % 61 < 24 ? 70 : 0);

/** A saw tooth with the compressor's rhythm, in degrees around zero. */
export function tooth(t: number, o: { everyMin: number; onMin: number; degrees: number }): number {
  const m = (t / minuteMs) % o.everyMin;
  const half = o.degrees / 2;
  return m < o.onMin
    ? half - (o.degrees * m) / o.onMin
    : ((m - o.onMin) / (o.everyMin - o.onMin)) * o.degrees - half;
}

/** Percent left in a battery that lasts `lastsDays` and was new at a time drawn from its name. */
export function batteryLeft(t: number, o: { name: string; lastsDays: number }): number {
  const offset = seeded(hashOf(o.name))() * o.lastsDays;
  const age = (t / dayMs + offset) % o.lastsDays;
  return Math.max(1, Math.round(100 - (99 * age) / o.lastsDays));
}
