/** Where everything of the energy chart stands: lanes on one axis of time, in pixels. Pure. */
import { priceUnit } from '@tomte/sdk/money';
import type { EnergyForecastPage, EnergyPricesPage } from '@tomte/sdk/types-energy';
import type { HomePlanPage } from '@tomte/sdk/types-plan';
import { clockTime, dayTime } from '@tomte/sdk/words';
import { batteryLane, batteryWithin } from './battery-lane.ts';
import { type PlanLane, planLane, runsWithin } from './plan-lanes.ts';

export const hourMs = 3_600_000;
const backHours = 8;
const aheadHours = 28;
/** Narrower than this an hour cannot be pointed at: the chart scrolls sideways instead. */
const hourPx = 16;

export interface Chosen {
  readonly prices: EnergyPricesPage;
  readonly forecast: EnergyForecastPage | null;
  readonly plan?: HomePlanPage | null;
  /** Epoch ms. */
  readonly now: number;
  readonly zone: string;
  /** Width there is for the plot, pixels. */
  readonly room: number;
}

export interface Lane {
  readonly name: string;
  readonly unit: string;
  readonly colour: 'price' | 'solar' | 'use' | 'battery';
  /** Upper edge of the head, and of the plot; height of the plot. */
  readonly head: number;
  readonly top: number;
  readonly height: number;
  readonly ticks: readonly { readonly y: number; readonly label: string }[];
  readonly zero: number;
  /** Paths: what came or is told, what is expected or assumed, its band, what came as an area. */
  readonly solid: string;
  readonly dashed: string;
  readonly band: string;
  readonly area: string;
  /** Pieces of the base line: the cheapest third. */
  readonly base: readonly { readonly x: number; readonly width: number }[];
  /** Below it, centred. */
  readonly words?: readonly { readonly x: number; readonly text: string }[];
}

/** One hour under the cursor, and a row of the table. */
export interface Hour {
  readonly t: number;
  readonly x: number;
  readonly time: string;
  readonly price: string;
  readonly sun: string;
  readonly use: string;
  readonly battery: string;
  readonly runs: string;
  readonly words: string;
}

export interface Lanes {
  readonly from: number;
  readonly to: number;
  readonly width: number;
  readonly height: number;
  readonly axis: number;
  readonly nowX: number;
  readonly nowText: string;
  readonly lanes: readonly Lane[];
  readonly runs: PlanLane | null;
  readonly clocks: readonly { readonly x: number; readonly label: string }[];
  readonly nights: readonly { readonly x: number; readonly width: number }[];
  readonly hours: readonly Hour[];
}

interface Piece {
  readonly start: number;
  readonly end: number;
  readonly value: number;
}
type Band = { start: number; end: number; expected: number; low: number; high: number };

export function lanesOf(o: Chosen): Lanes {
  const from = Math.floor(o.now / hourMs) * hourMs - backHours * hourMs;
  const to = from + (backHours + aheadHours) * hourMs;
  const width = Math.max(o.room, (backHours + aheadHours) * hourPx);
  const x = (t: number) => (width * (Math.min(to, Math.max(from, t)) - from)) / (to - from);
  const roomy = o.room > 500;
  const lanes: Lane[] = [];
  let at = 24;
  const add = (make: (top: number) => Lane) => {
    const lane = make(at + 26);
    lanes.push(lane);
    at = lane.top + lane.height + (lane.words ? 30 : 12);
  };
  if (o.prices.rates.length > 0) add((top) => priceLane(o, { x, from, to, top, roomy }));
  const solar = bandsOf(o.forecast?.solar);
  const load = bandsOf(o.forecast?.load);
  const came = (key: 'load' | 'solar') =>
    (o.forecast?.came ?? []).flatMap(({ start, ...row }) => {
      const watts = row[key];
      const t = Date.parse(start);
      return watts === null ? [] : [{ start: t, end: t + hourMs, value: watts }];
    });
  const own = { x, from, to, roomy };
  if (solar.some(({ high }) => high > 0) || came('solar').length > 0) {
    const drawn = { bands: solar, came: came('solar'), colour: 'solar' as const, name: 'Sun' };
    add((top) => powerLane(drawn, { ...own, top }));
  }
  if (load.length > 0) {
    const drawn = { bands: load, came: came('load'), colour: 'use' as const, name: 'Use' };
    add((top) => powerLane(drawn, { ...own, top }));
  }
  const plan = o.plan ?? null;
  const battery = batteryLane(plan, { ...own, top: at + 26 });
  if (battery) add(() => battery);
  const runs = planLane(plan, { from, to, x, width, top: at, now: o.now, zone: o.zone });
  at = runs ? runs.bottom + 8 : at;
  return {
    ...{ from, to, width, lanes, runs, axis: at, height: at + 26, nowX: x(o.now) },
    nowText: `${clockTime(o.now, o.zone)} now`,
    clocks: clocksOf({ from, to, x, zone: o.zone }),
    nights: (o.forecast?.nights ?? [])
      .map((night) => [Date.parse(night.from), Date.parse(night.to)] as const)
      .filter(([start, end]) => end > from && start < to)
      .map(([start, end]) => ({ x: x(start), width: x(end) - x(start) })),
    hours: hoursOf(o, { from, to, x, solar, load, came }),
  };
}

const bandsOf = (slots: EnergyForecastPage['load'] = []): Band[] =>
  slots.map(({ start, end, ...band }) => ({
    ...{ start: Date.parse(start), end: Date.parse(end) },
    ...band,
  }));

interface Place {
  readonly x: (t: number) => number;
  readonly from: number;
  readonly to: number;
  readonly top: number;
  readonly roomy: boolean;
}

function priceLane({ prices, now }: Chosen, { x, from, to, top, roomy }: Place): Lane {
  const { factor, unit } = priceUnit(prices.currency);
  const rates = prices.rates
    .map((rate) => ({
      ...{ start: Date.parse(rate.start), end: Date.parse(rate.end) },
      ...{ value: rate.buy * factor, assumed: rate.assumed },
    }))
    .filter(({ start, end }) => end > from && start < to);
  const height = roomy ? 84 : 60;
  const scale = scaleOf(
    rates.map(({ value }) => value),
    top,
    height,
  );
  const told = rates.filter(({ assumed }) => !assumed);
  const ahead = rates.filter(({ end }) => end > now).map(({ value }) => value);
  const sorted = ahead.toSorted((a, b) => a - b);
  const third = sorted[Math.floor((sorted.length - 1) / 3)] ?? 0;
  const isFlat = sorted[0] === sorted.at(-1);
  return {
    ...{ name: 'Price', unit, colour: 'price', head: top - 26, top, height },
    ...{ ticks: scale.ticks, zero: scale.y(0), band: '', area: '' },
    solid: steps(told, x, scale.y),
    dashed: steps(
      rates.filter(({ assumed }) => assumed),
      x,
      scale.y,
    ),
    base: isFlat
      ? []
      : joined(rates.filter(({ value, end }) => value <= third && end > now)).map((piece) => ({
          x: x(Math.max(piece.start, now)),
          width: x(piece.end) - x(Math.max(piece.start, now)),
        })),
  };
}

function powerLane(
  o: { bands: readonly Band[]; came: readonly Piece[]; colour: 'solar' | 'use'; name: string },
  { x, from, to, top, roomy }: Place,
): Lane {
  const bands = o.bands.filter(({ start }) => start < to).map((band) => inKw(band));
  const came = o.came
    .filter(({ end }) => end > from)
    .map((piece) => ({ ...piece, value: piece.value / 1000 }));
  const height = roomy ? 64 : 46;
  const values = [...bands.map(({ high }) => high), ...came.map(({ value }) => value)];
  const { y, ticks } = scaleOf(values, top, height);
  const middle = (piece: { start: number; end: number }) => x((piece.start + piece.end) / 2);
  const line = (points: readonly (readonly [number, number])[]) =>
    points.length === 0 ? '' : `M${points.map(([px, py]) => `${n(px)} ${n(py)}`).join('L')}`;
  const past = came.map((piece) => [middle(piece), y(piece.value)] as const);
  const last = past.at(-1);
  const next = bands.map((band) => [middle(band), y(band.expected)] as const);
  const upper = bands.map((band) => [middle(band), y(band.high)] as const);
  const lower = bands.map((band) => [middle(band), y(band.low)] as const);
  const first = past[0];
  return {
    ...{ name: o.name, unit: 'kW', colour: o.colour, head: top - 26, top, height, ticks },
    ...{ zero: y(0), base: [], solid: line(past) },
    dashed: line(last ? [last, ...next] : next),
    band: upper.length === 0 ? '' : `${line([...upper, ...lower.toReversed()])}Z`,
    area: first && last ? `${line(past)}L${n(last[0])} ${n(y(0))}L${n(first[0])} ${n(y(0))}Z` : '',
  };
}

const inKw = ({ expected, low, high, ...slot }: Band): Band => ({
  ...slot,
  ...{ expected: expected / 1000, low: low / 1000, high: high / 1000 },
});

const n = (value: number): string => value.toFixed(1);

/** From zero, or from below where prices are, to a round number above; two or three ticks. */
function scaleOf(values: readonly number[], top: number, height: number) {
  const most = Math.max(...values, 0);
  const least = Math.min(...values, 0);
  const step = roundUp(Math.max(most, most - least, 0.001) / 2);
  const upper = Math.max(step, Math.ceil(most / step) * step);
  const lower = Math.floor(least / step) * step;
  const y = (value: number) => top + (height * (upper - value)) / (upper - lower);
  const digits = step < 1 ? 1 : 0;
  const ticks = [];
  for (let value = lower; value <= upper + step / 2; value += step) {
    ticks.push({ y: y(value), label: value.toFixed(digits).replace('-', '−') });
  }
  return { y, ticks };
}

function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((one) => one * power).find((one) => one >= value - 1e-9)!;
}

/** A step line: each piece level, joined where one follows the other. */
function steps(
  pieces: readonly Piece[],
  x: (t: number) => number,
  y: (value: number) => number,
): string {
  let path = '';
  let end = Number.NaN;
  for (const piece of pieces) {
    const start = `${n(x(piece.start))} ${n(y(piece.value))}`;
    path += `${piece.start === end ? 'L' : 'M'}${start}H${n(x(piece.end))}`;
    end = piece.end;
  }
  return path;
}

function joined(pieces: readonly Piece[]): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = [];
  for (const { start, end } of pieces) {
    const last = found.at(-1);
    if (last && last.end === start) last.end = end;
    else found.push({ start, end });
  }
  return found;
}

/** Every three hours by the clock of the home; at midnight the day. */
function clocksOf(o: { from: number; to: number; x: (t: number) => number; zone: string }) {
  const found: { x: number; label: string }[] = [];
  for (let t = o.from; t <= o.to; t += hourMs / 2) {
    const clock = clockTime(t, o.zone);
    const hour = Number(clock.slice(0, 2));
    if (!clock.endsWith(':00') || hour % 3 !== 0) continue;
    const label = hour === 0 ? dayTime(t, o.zone) : clock;
    const x = o.x(t);
    if (label !== found.at(-1)?.label && x > 16 && x < o.x(o.to) - 16) found.push({ x, label });
  }
  return found;
}

function hoursOf(
  { prices, zone, now, plan = null }: Chosen,
  o: {
    from: number;
    to: number;
    x: (t: number) => number;
    solar: readonly Band[];
    load: readonly Band[];
    came: (key: 'load' | 'solar') => Piece[];
  },
): Hour[] {
  const { factor, unit } = priceUnit(prices.currency);
  const rates = prices.rates.map((rate) => ({
    ...{ start: Date.parse(rate.start), end: Date.parse(rate.end), assumed: rate.assumed },
    value: rate.buy * factor,
  }));
  const [sunCame, useCame] = [o.came('solar'), o.came('load')];
  const found: Hour[] = [];
  for (let t = o.from; t < o.to; t += hourMs) {
    const rate = rates.find(({ start, end }) => t >= start && t < end);
    const price = rate ? `${rate.value.toFixed(1)} ${unit}${rate.assumed ? ', assumed' : ''}` : '';
    const sun = kWords(t, sunCame, o.solar);
    const use = kWords(t, useCame, o.load);
    const clock = clockTime(t, zone);
    const time = dayTime(t, zone) === dayTime(now, zone) ? clock : `${dayTime(t, zone)} ${clock}`;
    const runs = runsWithin(plan, t, t + hourMs);
    const battery = batteryWithin(plan, t, t + hourMs);
    const stored = battery && `battery ${battery}`;
    const words = [price, sun && `sun ${sun}`, use && `uses ${use}`, stored, runs && `runs ${runs}`]
      .filter(Boolean)
      .join(' · ');
    found.push({ t, x: o.x(t + hourMs / 2), time, price, sun, use, battery, runs, words });
  }
  return found;
}

/** What came as it was, what is expected with its band in brackets. */
function kWords(t: number, came: readonly Piece[], bands: readonly Band[]): string {
  const kW = (watts: number) =>
    watts >= 995 ? (watts / 1000).toFixed(1) : String(Math.round(watts));
  const unit = (watts: number) => (watts >= 995 ? 'kW' : 'W');
  const past = came.find(({ start }) => start === t);
  if (past) return `${kW(past.value)} ${unit(past.value)}`;
  const band = bands.find(({ start }) => start === t);
  if (!band) return '';
  const { expected, low, high } = band;
  if (high < 1) return '0 W';
  const scale = unit(high);
  const by = (watts: number) =>
    scale === 'kW' ? (watts / 1000).toFixed(1) : String(Math.round(watts));
  return `about ${by(expected)} ${scale} (${by(low)}–${by(high)})`;
}
