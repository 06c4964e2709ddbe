/** The sensors of the simulated house: each minute's states, written when they change, as Home Assistant does. */
import type { EntityInfo, Reading } from '@tomte/sdk/home';
import { seeded } from '../../../src/sim/random.ts';
import { between, type Calendar, makeCalendar, type Random, whole } from './calendar.ts';
import { type Fault, type FaultClass, makeFaults } from './faults.ts';
import { type Lived, liveYear, rooms, type Traits, traitsOf } from './people.ts';

export const zones = [
  'Europe/Amsterdam',
  'America/New_York',
  'Europe/Oslo',
  'Australia/Sydney',
] as const;

export interface HomeYear {
  readonly seed: number;
  readonly zone: string;
  readonly traits: Traits;
  readonly entities: readonly EntityInfo[];
  readonly faults: readonly Fault[];
  /** Sensors on which a fault shows. */
  readonly at: (fault: Fault) => readonly string[];
  readonly start: number;
  readonly minutes: number;
  readings(): Generator<Reading>;
}

const entity = (
  id: string,
  name: string,
  part: {
    deviceClass?: string;
    unit?: string;
    stateClass?: string;
    area?: string;
    device?: string;
  } = {},
): EntityInfo => ({
  id,
  name,
  domain: id.split('.')[0]!,
  deviceClass: part.deviceClass ?? null,
  stateClass: part.stateClass ?? (part.unit ? 'measurement' : null),
  unit: part.unit ?? null,
  area: part.area ?? null,
  device: part.device ?? null,
  labels: [],
  platform: null,
});

function furnish(traits: Traits): EntityInfo[] {
  const watts = { deviceClass: 'power', unit: 'W' };
  const warm = { deviceClass: 'temperature', unit: '°C' };
  const percent = { deviceClass: 'battery', unit: '%' };
  const persons = traits.adults + (traits.teensTracked ? traits.teens : 0);
  return [
    entity('sensor.flow', 'Water flow', { deviceClass: 'volume_flow_rate', unit: 'L/min' }),
    entity('sensor.fridge', 'Fridge temperature', warm),
    entity('sensor.freezer', 'Freezer temperature', warm),
    entity('sensor.power', 'House power', watts),
    entity('sensor.iron_power', 'Iron socket power', watts),
    ...(traits.heatPump ? [entity('sensor.heat_pump_power', 'Heat pump power', watts)] : []),
    entity('sensor.room', 'Living room temperature', { ...warm, area: 'Living room' }),
    entity('sensor.study', 'Study temperature', { ...warm, area: 'Study' }),
    entity('sensor.outdoor_temperature', 'Outdoor temperature', warm),
    ...rooms.map((room) =>
      entity(`binary_sensor.${room}_motion`, `${room} motion`, { deviceClass: 'motion' }),
    ),
    entity('binary_sensor.front_door', 'Front door', { deviceClass: 'door' }),
    entity('binary_sensor.bedroom_window', 'Bedroom window', { deviceClass: 'window' }),
    ...Array.from({ length: persons }, (_, i) => entity(`person.p${i}`, `Person ${i}`)),
    ...(traits.robot ? [entity('vacuum.robot', 'Robot')] : []),
    entity('sensor.hall_battery', 'Hall motion battery', percent),
    entity('sensor.door_battery', 'Front door battery', percent),
    entity('sensor.lock_battery', 'Lock battery', percent),
  ];
}

const shows: Record<FaultClass, readonly string[]> = {
  leak: ['sensor.flow'],
  drip: ['sensor.flow'],
  toilet: ['sensor.flow'],
  burst: ['sensor.flow'],
  fridge: ['sensor.fridge'],
  freezer: ['sensor.freezer'],
  motionAway: rooms.map((room) => `binary_sensor.${room}_motion`),
  motionOdd: rooms.map((room) => `binary_sensor.${room}_motion`),
  stuck: ['sensor.room'],
  offline: ['sensor.study'],
  battery: ['sensor.door_battery'],
  shortCycling: ['sensor.heat_pump_power', 'sensor.power'],
  phantom: ['sensor.power'],
  leftOn: ['sensor.power', 'sensor.iron_power'],
  door: ['binary_sensor.front_door'],
};

export function homeYear(seed: number): HomeYear {
  const random = seeded(seed * 7919 + 13);
  const zone = zones[seed % zones.length]!;
  const calendar = makeCalendar({ year: 2023 + (seed % 3), zone, random });
  const traits = traitsOf(random);
  const lived = liveYear({ calendar, traits, random });
  const all = makeFaults({ calendar, lived, random });
  const faults = all.filter((fault) => traits.heatPump || fault.name !== 'shortCycling');
  const last = calendar.days.at(-1)!;
  const minutes = last.from + last.minutes;
  return {
    seed,
    zone,
    traits,
    entities: furnish(traits),
    faults,
    at: (fault) => shows[fault.name],
    start: calendar.start,
    minutes,
    readings: () => write({ seed, calendar, traits, lived, faults, minutes }),
  };
}

interface Writing {
  readonly seed: number;
  readonly calendar: Calendar;
  readonly traits: Traits;
  readonly lived: Lived;
  readonly faults: readonly Fault[];
  readonly minutes: number;
}

function* write(o: Writing): Generator<Reading> {
  const random = seeded(o.seed * 104729 + 7);
  const things = new Things(o, random);
  const said = new Map<string, string>();
  const pauses = makePauses(o, random);
  let dayIndex = 0;
  for (let m = 0; m < o.minutes; m++) {
    const day = o.calendar.days[dayIndex]!;
    if (m >= day.from + day.minutes) dayIndex += 1;
    const active = o.faults.filter((fault) => m >= fault.from && m < fault.to);
    const t = o.calendar.start + m * 60_000;
    for (const [id, state] of things.at(m, o.calendar.days[dayIndex]!, active)) {
      const shown = pauses.shown(id, m, state);
      if (said.get(id) === shown) continue;
      said.set(id, shown);
      yield { t, id, v: shown };
    }
  }
}

/** Home Assistant restarts, and sensors that drop out for some minutes. */
function makePauses(
  o: Writing,
  random: Random,
): { shown(id: string, m: number, state: string): string } {
  const restarts = Array.from({ length: 26 }, () => {
    const from = whole(random, 0, o.minutes);
    return { from, to: from + whole(random, 1, 3) };
  });
  const drops = new Map<string, { from: number; to: number }[]>();
  for (const { id } of furnish(o.traits)) {
    const list = Array.from({ length: 12 }, () => {
      const from = whole(random, 0, o.minutes);
      return { from, to: from + whole(random, 2, 25) };
    });
    drops.set(id, list);
  }
  const inside = (m: number) => (span: { from: number; to: number }) =>
    m >= span.from && m < span.to;
  return {
    shown(id, m, state) {
      const away = restarts.some(inside(m)) || drops.get(id)!.some(inside(m));
      return away && !id.startsWith('person.') ? 'unavailable' : state;
    },
  };
}

/** Things with a memory from one minute to the next. */
class Things {
  readonly #o: Writing;
  readonly #random: Random;
  readonly #own: Record<string, number>;
  readonly #battery = new Map<string, { level: number; perDay: number }>();
  readonly #next = new Map<string, number>();
  readonly #last = new Map<string, string>();
  #fridgeExtra = 0;
  #freezerExtra = 0;
  #pumpOn = false;
  #pumpUntil = 0;
  #warmth = 20.5;

  constructor(o: Writing, random: Random) {
    this.#o = o;
    this.#random = random;
    this.#own = {
      base: between(random, 90, 320),
      noise: between(random, 4, 25),
      fridge: between(random, 3, 5.5),
      fridgeSwing: between(random, 0.5, 2),
      fridgePeriod: whole(random, 35, 80),
      freezer: between(random, -21, -17),
      freezerPeriod: whole(random, 40, 90),
      defrostEvery: random() < 0.6 ? whole(random, 480, 1440) : 0,
      defrostRise: between(random, 4, 9),
      pumpW: between(random, 900, 2400),
      pumpMin: whole(random, 18, 40),
    };
    for (const id of ['hall', 'door', 'lock']) {
      this.#battery.set(id, {
        level: between(random, 40, 100),
        perDay: between(random, 0.08, 0.4),
      });
    }
  }

  *at(
    m: number,
    day: Calendar['days'][number],
    faults: readonly Fault[],
  ): Generator<[string, string]> {
    const { lived, traits } = this.#o;
    const fault = (name: FaultClass) => faults.find((one) => one.name === name);
    yield* this.#water(m, fault);
    yield* this.#cold(m, fault);
    yield* this.#power(m, day, fault);
    yield* this.#rooms(m, day, fault);
    for (const room of rooms) {
      const intruder =
        (fault('motionAway') || fault('motionOdd')) &&
        (room === 'hall' || room === 'living') &&
        this.#random() < 0.6;
      yield [`binary_sensor.${room}_motion`, lived.motion[room][m] || intruder ? 'on' : 'off'];
    }
    yield ['binary_sensor.front_door', lived.frontDoor[m] || fault('door') ? 'on' : 'off'];
    yield ['binary_sensor.bedroom_window', lived.window[m] ? 'on' : 'off'];
    for (const [i, phone] of lived.away.entries())
      yield [`person.p${i}`, phone[m] ? 'not_home' : 'home'];
    if (traits.robot) yield ['vacuum.robot', lived.robotOn[m] ? 'cleaning' : 'docked'];
    yield* this.#batteries(m, fault);
  }

  *#water(m: number, fault: (name: FaultClass) => Fault | undefined): Generator<[string, string]> {
    const toilet = fault('toilet');
    // Some cisterns run on, others fill again and again.
    const fills = toilet && (toilet.from % 2 === 0 || m % 4 < 2) ? toilet.size : 0;
    const extra =
      (fault('leak')?.size ?? 0) + (fault('drip')?.size ?? 0) + fills + (fault('burst')?.size ?? 0);
    yield [
      'sensor.flow',
      (this.#o.lived.waterLpm[m]! * (0.97 + 0.06 * this.#random()) + extra).toFixed(2),
    ];
  }

  *#cold(m: number, fault: (name: FaultClass) => Fault | undefined): Generator<[string, string]> {
    const own = this.#own;
    const { fridgeDoor } = this.#o.lived;
    const ajar = fault('fridge');
    const target = ajar ? ajar.size : 0;
    this.#fridgeExtra +=
      (target - this.#fridgeExtra) / (ajar ? 50 : 35) + (fridgeDoor[m] ? 0.35 : 0);
    const fails = fault('freezer');
    this.#freezerExtra = fails
      ? Math.min(25, this.#freezerExtra + fails.size / 60)
      : this.#freezerExtra * 0.985;
    if (m % 5 !== 0) return;
    const wave = (period: number) => Math.sin((m / period!) * 2 * Math.PI);
    const into = own.defrostEvery ? m % own.defrostEvery! : 999;
    const defrost = into < 35 ? own.defrostRise! * Math.sin((into / 35) * Math.PI) : 0;
    const hum = 0.1 * this.#random();
    yield [
      'sensor.fridge',
      (
        own.fridge! +
        own.fridgeSwing! * wave(own.fridgePeriod!) * 0.5 +
        this.#fridgeExtra +
        hum
      ).toFixed(1),
    ];
    yield [
      'sensor.freezer',
      (own.freezer! + 0.7 * wave(own.freezerPeriod!) + defrost + this.#freezerExtra + hum).toFixed(
        1,
      ),
    ];
  }

  *#power(
    m: number,
    day: Calendar['days'][number],
    fault: (name: FaultClass) => Fault | undefined,
  ): Generator<[string, string]> {
    const { lived, traits } = this.#o;
    const own = this.#own;
    const compressor = m % own.fridgePeriod! < own.fridgePeriod! / 3 ? 80 : 0;
    const pump = traits.heatPump ? this.#pump(m, day, fault('shortCycling')) : 0;
    const left = fault('leftOn')?.size ?? 0;
    // Half of what is left on hangs on the socket that is measured.
    const onSocket = left > 0 && Math.round(left) % 2 === 0;
    const watts =
      own.base! +
      own.noise! * this.#random() +
      compressor +
      lived.usedW[m]! +
      pump +
      left +
      (fault('phantom')?.size ?? 0);
    yield ['sensor.power', watts.toFixed(0)];
    yield ['sensor.iron_power', (lived.ironW[m]! + (onSocket ? left : 0)).toFixed(0)];
    if (traits.heatPump) yield ['sensor.heat_pump_power', pump.toFixed(0)];
  }

  #pump(m: number, day: Calendar['days'][number], cycling: Fault | undefined): number {
    const own = this.#own;
    if (cycling) return m % (2 * cycling.size) < cycling.size ? own.pumpW! : 8;
    if (m >= this.#pumpUntil) {
      const need = Math.min(0.95, Math.max(0.06, (17 - day.outsideMean) / 22));
      this.#pumpOn = !this.#pumpOn;
      const on = own.pumpMin! * between(this.#random, 0.8, 1.6) * (1 + need);
      this.#pumpUntil = m + (this.#pumpOn ? on : (on * (1 - need)) / need);
    }
    return this.#pumpOn ? own.pumpW! * between(this.#random, 0.95, 1.05) : 8;
  }

  *#rooms(
    m: number,
    day: Calendar['days'][number],
    fault: (name: FaultClass) => Fault | undefined,
  ): Generator<[string, string]> {
    const hour = (m - day.from) / 60;
    const outside = day.outsideMean + 4 * Math.sin(((hour - 9) / 24) * 2 * Math.PI);
    this.#warmth +=
      (20.8 + 0.15 * (outside - 10) * 0.4 - this.#warmth) / 300 + 0.02 * (this.#random() - 0.5);
    yield* this.#report(
      'sensor.room',
      m,
      this.#warmth + 0.4 * Math.sin(hour / 4),
      fault('stuck') !== undefined,
    );
    const gone = fault('offline');
    if (gone && gone.size < 0.5) yield ['sensor.study', 'unavailable'];
    else
      yield* this.#report(
        'sensor.study',
        m,
        this.#warmth - 1.3 + 0.3 * Math.sin(hour / 3),
        gone !== undefined,
      );
    if (m % 10 === 0) yield ['sensor.outdoor_temperature', outside.toFixed(1)];
  }

  /** A battery sensor reports every three to seven minutes, when it has something new. */
  *#report(id: string, m: number, value: number, silent: boolean): Generator<[string, string]> {
    const next = this.#next.get(id) ?? 0;
    if (m >= next && !silent) {
      this.#next.set(id, m + whole(this.#random, 3, 7));
      this.#last.set(id, (value + 0.06 * (this.#random() - 0.5)).toFixed(2));
    }
    const last = this.#last.get(id);
    if (last !== undefined) yield [id, last];
  }

  *#batteries(
    m: number,
    fault: (name: FaultClass) => Fault | undefined,
  ): Generator<[string, string]> {
    for (const [id, battery] of this.#battery) {
      if (m % 360 === 0) {
        const dying = id === 'door' ? fault('battery') : undefined;
        battery.level -= battery.perDay / 4 + (dying ? dying.size / 8 : 0);
        if (battery.level < 12) battery.level = 100;
      }
      yield [`sensor.${id}_battery`, Math.round(battery.level).toString()];
    }
  }
}
