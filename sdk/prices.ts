/** Prices as sensors of Home Assistant carry them in their attributes, whatever each calls its fields. */
import type { EntityState } from './home.ts';

/** A price for `[start, end)`, epoch ms, in the sensor's own unit. */
export interface Rate {
  readonly start: number;
  readonly end: number;
  readonly value: number;
}

const starts = [
  'start',
  'start_time',
  'starts_at',
  'startsAt',
  'time',
  'from',
  'valid_from',
  'start_timestamp',
  'hour',
];
const ends = ['end', 'end_time', 'ends_at', 'endsAt', 'till', 'to', 'valid_to', 'end_timestamp'];
const values = [
  'value',
  'price',
  'total',
  'value_inc_vat',
  'per_kwh',
  'price_per_kwh',
  'price_ct_per_kwh',
  'electricity_price',
  'marketprice',
];
const hourMs = 3_600_000;

/** All prices the sensor knows, in time order, none twice; empty where it carries none. */
export function ratesOf(state: Pick<EntityState, 'attributes'>): Rate[] {
  const found = new Map<number, Rate>();
  for (const list of Object.values(state.attributes)) {
    if (!Array.isArray(list)) continue;
    for (const rate of ratesIn(list)) found.set(rate.start, rate);
  }
  return [...found.values()].sort((a, b) => a.start - b.start);
}

function ratesIn(list: readonly unknown[]): Rate[] {
  const rows = list.flatMap((row) => {
    if (typeof row !== 'object' || row === null) return [];
    const fields = row as Readonly<Record<string, unknown>>;
    const start = timeIn(fields, starts);
    const value = numberIn(fields, values);
    return start === null || value === null ? [] : [{ start, value, end: timeIn(fields, ends) }];
  });
  rows.sort((a, b) => a.start - b.start);
  return rows.map(({ start, value, end }, n) => {
    // Where no end is told it lasts until the next one begins.
    const next = rows[n + 1]?.start ?? start + (n > 0 ? start - rows[n - 1]!.start : hourMs);
    return { start, value, end: end ?? next };
  });
}

function timeIn(
  fields: Readonly<Record<string, unknown>>,
  names: readonly string[],
): number | null {
  for (const name of names) {
    const told = fields[name];
    // Seconds or milliseconds since 1970.
    if (typeof told === 'number' && told > 1e9) return told > 1e12 ? told : told * 1000;
    if (typeof told !== 'string') continue;
    const t = Date.parse(told);
    if (!Number.isNaN(t)) return t;
  }
  return null;
}

function numberIn(
  fields: Readonly<Record<string, unknown>>,
  names: readonly string[],
): number | null {
  for (const name of names) {
    const told = fields[name];
    if (told === null || told === '' || told === undefined) continue;
    const value = Number(told);
    if (Number.isFinite(value)) return value;
  }
  return null;
}

/**
 * The cheapest time of `lengthMs` within the rates: one piece, or the cheapest slots wherever they lie, as pieces
 * in time order. Null where the rates do not cover enough.
 */
export function cheapest(
  rates: readonly Rate[],
  o: { from: number; to: number; lengthMs: number; together: boolean },
): { pieces: { start: number; end: number }[]; mean: number } | null {
  const slots = rates
    .map(({ start, end, value }) => ({
      start: Math.max(start, o.from),
      end: Math.min(end, o.to),
      value,
    }))
    .filter(({ start, end }) => end > start);
  return o.together ? cheapestPiece(slots, o.lengthMs) : cheapestSlots(slots, o.lengthMs);
}

/** The best begin is at the begin of a slot, or so that the end falls on the end of one. */
function cheapestPiece(slots: readonly Rate[], lengthMs: number) {
  let best: { pieces: { start: number; end: number }[]; mean: number } | null = null;
  const begins = slots.flatMap(({ start, end }) => [start, end - lengthMs]).sort((a, b) => a - b);
  for (const start of begins) {
    const end = start + lengthMs;
    let covered = 0;
    let cost = 0;
    for (const slot of slots) {
      const part = Math.min(end, slot.end) - Math.max(start, slot.start);
      if (part <= 0) continue;
      covered += part;
      cost += part * slot.value;
    }
    if (covered < lengthMs) continue;
    const mean = cost / lengthMs;
    if (best === null || mean < best.mean - 1e-9) best = { pieces: [{ start, end }], mean };
  }
  return best;
}

function cheapestSlots(slots: readonly Rate[], lengthMs: number) {
  const pieces: { start: number; end: number }[] = [];
  let left = lengthMs;
  let cost = 0;
  for (const { start, end, value } of slots.toSorted(
    (a, b) => a.value - b.value || a.start - b.start,
  )) {
    if (left <= 0) break;
    const part = Math.min(left, end - start);
    pieces.push({ start, end: start + part });
    cost += part * value;
    left -= part;
  }
  if (left > 0) return null;
  const joined: { start: number; end: number }[] = [];
  for (const piece of pieces.sort((a, b) => a.start - b.start)) {
    const last = joined.at(-1);
    if (last && last.end === piece.start) last.end = piece.end;
    else joined.push({ ...piece });
  }
  return { pieces: joined, mean: cost / lengthMs };
}
