/** Rows of prices as sources tell them, read into rates per kWh. */
import { TomteError } from '@tomte/sdk/errors';
import type { Rate } from '@tomte/sdk/prices';
import type { TariffHome } from '@tomte/sdk/tariff';
import { wallOf, whenOf } from '@tomte/sdk/wall-clock';
import { z } from 'zod';
import { hourMs } from '../series.ts';

/** `2026-11-27 18:00:00+01:00`, ISO, or seconds or milliseconds since 1970. */
const time = z.union([z.string(), z.number()]).transform((told, context) => {
  const t =
    typeof told === 'string'
      ? Date.parse(told.replace(' ', 'T'))
      : told > 1e11
        ? told
        : told * 1000;
  if (!Number.isNaN(t)) return t;
  context.addIssue({ code: 'custom', message: 'is no time' });
  return z.NEVER;
});

export interface Fields {
  readonly start: string;
  readonly end?: string;
  readonly price: string;
  /** What a price is multiplied with to be per kWh. */
  readonly factor?: number;
}

/**
 * Where no end is told, a price lasts until the next one begins, the last as long as the one before it.
 * Rows without a price are left out. Throws energy.tariff_unreadable.
 */
export function readRates(rows: unknown, who: string, fields: Fields): Rate[] {
  const list = z.array(z.record(z.string(), z.unknown())).safeParse(rows);
  if (!list.success) throw unreadable(who);
  const read = list.data.flatMap((row) => {
    const price = row[fields.price];
    if (price === null || price === undefined) return [];
    const start = time.safeParse(row[fields.start]);
    const end = fields.end === undefined ? null : time.safeParse(row[fields.end]);
    const value = Number(price);
    if (!start.success || end?.success === false || !Number.isFinite(value)) throw unreadable(who);
    return [{ start: start.data, end: end?.data ?? null, value: value * (fields.factor ?? 1) }];
  });
  return tidy(withEnds(read));
}

const unreadable = (who: string) =>
  new TomteError('energy.tariff_unreadable', `${who} answers with prices that cannot be read`);

function withEnds(rows: readonly { start: number; end: number | null; value: number }[]): Rate[] {
  const sorted = rows.toSorted((a, b) => a.start - b.start);
  return sorted.map(({ start, end, value }, n) => {
    const before = sorted[n - 1];
    const next = sorted[n + 1]?.start ?? start + (before ? start - before.start : hourMs);
    return { start, end: end ?? next, value };
  });
}

/** In time order, none twice, none over another: of two for the same time the later told counts. */
export function tidy(rates: readonly Rate[]): Rate[] {
  const byStart = new Map(rates.map((rate) => [rate.start, rate]));
  const sorted = [...byStart.values()]
    .filter(({ start, end, value }) => end > start && Number.isFinite(value))
    .sort((a, b) => a.start - b.start);
  return sorted.map((rate, n) => {
    const end = Math.min(rate.end, sorted[n + 1]?.start ?? rate.end);
    return { start: rate.start, end, value: rate.value };
  });
}

/** Local dates that the window touches, `2026-11-27`: at most a week of them. */
export function datesOf({ start, end }: { start: number; end: number }, zone: string): string[] {
  const dates: string[] = [];
  let day = whenOf(wallOf(start, zone), 0, zone);
  while (day < end && dates.length < 8) {
    const { year, month, day: date } = wallOf(day, zone);
    dates.push(`${year}-${two(month)}-${two(date)}`);
    day = whenOf({ year, month, day: date }, 0, zone, 1);
  }
  return dates;
}

const two = (value: number): string => String(value).padStart(2, '0');

export const isoOf = (t: number): string => new Date(t).toISOString();

/** Id of the entry of an integration: the one a person chose, else the first. Throws energy.tariff_unavailable. */
export async function entryOf(
  home: TariffHome,
  domain: string,
  chosen: string | undefined,
): Promise<string> {
  if (chosen) return chosen;
  const [first] = await home.entries(domain);
  if (first) return first.id;
  throw new TomteError('energy.tariff_unavailable', `The home has no ${domain} that is at work`, {
    hint: 'Set it up in Home Assistant, or choose another tariff.',
  });
}

export const hasEntry = async (home: TariffHome, domain: string): Promise<object | null> =>
  (await home.entries(domain)).length > 0 ? {} : null;

/** A whole answer of an address, as JSON. Throws energy.tariff_unavailable, energy.tariff_unreadable. */
export async function jsonFrom(response: Response, who: string): Promise<unknown> {
  if (!response.ok) {
    throw new TomteError('energy.tariff_unavailable', `${who} answers ${response.status}`, {
      details: { status: response.status },
    });
  }
  try {
    return await response.json();
  } catch (cause) {
    throw new TomteError('energy.tariff_unreadable', `${who} does not answer in JSON`, { cause });
  }
}
