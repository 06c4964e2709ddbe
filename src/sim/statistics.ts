/** Long-term statistics computed from what the recorder holds, and from the lived past before it. */
import { Temporal } from 'temporal-polyfill';
import type { RecordedRow } from './recorder.ts';

export interface StatisticRow {
  readonly start: number;
  readonly end: number;
  readonly mean: number | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly state: number | null;
  readonly sum: number | null;
  readonly change: number | null;
}

export type StatisticKind = 'mean' | 'sum';

/** Rows on the grid of `stepMs` within `[from, to)`; buckets without a number are left out. */
export function bucketRows(
  rows: Iterable<RecordedRow>,
  o: { from: number; to: number; stepMs: number; kind: StatisticKind },
): StatisticRow[] {
  return o.kind === 'mean' ? meanRows(rows, o) : sumRows(rows, o);
}

type Grid = { from: number; to: number; stepMs: number };

function meanRows(rows: Iterable<RecordedRow>, { from, to, stepMs }: Grid): StatisticRow[] {
  const buckets = new Map<number, { area: number; ms: number; min: number; max: number }>();
  const hold = (value: number, begin: number, end: number) => {
    for (let t = Math.max(begin, from); t < Math.min(end, to); ) {
      const start = Math.floor(t / stepMs) * stepMs;
      const until = Math.min(end, to, start + stepMs);
      const bucket = buckets.get(start) ?? { area: 0, ms: 0, min: value, max: value };
      bucket.area += value * (until - t);
      bucket.ms += until - t;
      bucket.min = Math.min(bucket.min, value);
      bucket.max = Math.max(bucket.max, value);
      buckets.set(start, bucket);
      t = until;
    }
  };
  let held: { value: number; since: number } | null = null;
  for (const row of rows) {
    if (held) hold(held.value, held.since, row.at);
    const value = numberOf(row.state);
    held = value === null ? null : { value, since: row.at };
  }
  if (held) hold(held.value, held.since, to);
  return [...buckets].map(([start, b]) => ({
    start,
    end: start + stepMs,
    mean: b.area / b.ms,
    min: b.min,
    max: b.max,
    state: null,
    sum: null,
    change: null,
  }));
}

/** A meter: growth adds up; a lower reading is a meter that began again at zero. */
function sumRows(rows: Iterable<RecordedRow>, { from, to, stepMs }: Grid): StatisticRow[] {
  const buckets = new Map<number, { state: number; sum: number }>();
  let sum = 0;
  let last: number | null = null;
  for (const row of rows) {
    const value = numberOf(row.state);
    if (value === null) continue;
    if (last !== null) sum += value >= last ? value - last : value;
    last = value;
    buckets.set(Math.floor(Math.max(row.at, from) / stepMs) * stepMs, { state: value, sum });
  }
  const out: StatisticRow[] = [];
  let before: { state: number; sum: number } | null = null;
  for (let start = Math.floor(from / stepMs) * stepMs; start < to; start += stepMs) {
    const here: { state: number; sum: number } | null = buckets.get(start) ?? before;
    if (!here) continue;
    const change = before ? here.sum - before.sum : here.sum;
    out.push({ start, end: start + stepMs, mean: null, min: null, max: null, ...here, change });
    before = here;
  }
  return out;
}

/** Hours gathered into days, weeks, months or years of the home's own zone. */
export function gather(
  rows: readonly StatisticRow[],
  period: string,
  zone: string,
): StatisticRow[] {
  const groups = new Map<number, StatisticRow[]>();
  const ends = new Map<number, number>();
  let within = { start: 0, end: 0 };
  for (const row of rows) {
    if (row.start >= within.end) within = periodOf(row.start, period, zone);
    const group = groups.get(within.start);
    if (group) group.push(row);
    else groups.set(within.start, [row]);
    ends.set(within.start, within.end);
  }
  return [...groups].map(([start, group]) => ({
    start,
    end: ends.get(start)!,
    ...together(group),
  }));
}

function periodOf(t: number, period: string, zone: string): { start: number; end: number } {
  const at = Temporal.Instant.fromEpochMilliseconds(t).toZonedDateTimeISO(zone);
  const day = at.startOfDay();
  const begin =
    period === 'week'
      ? day.subtract({ days: at.dayOfWeek - 1 })
      : period === 'month'
        ? day.with({ day: 1 })
        : period === 'year'
          ? day.with({ day: 1, month: 1 })
          : day;
  const next = { week: { weeks: 1 }, month: { months: 1 }, year: { years: 1 } }[period] ?? {
    days: 1,
  };
  return { start: begin.epochMilliseconds, end: begin.add(next).epochMilliseconds };
}

function together(rows: readonly StatisticRow[]): Omit<StatisticRow, 'start' | 'end'> {
  const last = rows.at(-1)!;
  const kept = (pick: (row: StatisticRow) => number | null) =>
    rows.map(pick).filter((v): v is number => v !== null);
  const means = kept((r) => r.mean);
  const changes = kept((r) => r.change);
  const total = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  return {
    mean: means.length > 0 ? total(means) / means.length : null,
    min: means.length > 0 ? Math.min(...kept((r) => r.min)) : null,
    max: means.length > 0 ? Math.max(...kept((r) => r.max)) : null,
    state: last.state,
    sum: last.sum,
    change: changes.length > 0 ? total(changes) : null,
  };
}

/** Of each class: unit to its size in the class's first unit. */
const unitClasses: Record<string, Record<string, number>> = {
  energy: { kWh: 1, Wh: 0.001, MWh: 1000 },
  power: { W: 1, kW: 1000 },
  volume: { L: 1, 'm³': 1000, gal: 3.785411784 },
  volume_flow_rate: { 'L/min': 1, 'L/h': 1 / 60, 'm³/h': 1000 / 60 },
};
const classOnly: Record<string, string> = { '°C': 'temperature', '%': 'unitless' };

export function unitClassOf(unit: string | null): string | null {
  if (unit === null) return null;
  return Object.keys(unitClasses).find((c) => unit in unitClasses[c]!) ?? classOnly[unit] ?? null;
}

/** What a value in `unit` is multiplied with to be in the unit wanted for its class. */
export function unitFactor(unit: string | null, wanted: Readonly<Record<string, string>>): number {
  const unitClass = unitClassOf(unit);
  const target = unitClass ? wanted[unitClass] : undefined;
  const sizes = unitClass ? unitClasses[unitClass] : undefined;
  if (!unit || !target || !sizes?.[unit] || !sizes[target]) return 1;
  return sizes[unit] / sizes[target];
}

export function numberOf(state: string | null): number | null {
  if (state === null || state.trim() === '') return null;
  const value = Number(state);
  return Number.isFinite(value) ? value : null;
}
