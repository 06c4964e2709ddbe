/** What a home uses, when, by what, and what changed: numbers for a story, each made by code. Pure. */
import type { HourRow } from '@tomte/sdk/home';
import type { Rate } from '@tomte/sdk/prices';
import { wallOf } from '@tomte/sdk/wall-clock';
import { dayMs, hourMs } from '../series.ts';
import { type ByHour, changesByHour, type Hours } from '../setup/house.ts';
import type { Meter } from '../setup/setup.ts';
import { dayOf, mean, median } from './days.ts';
import { type Saving, savingsOf } from './savings.ts';

export interface StoryInput {
  readonly meters: readonly Meter[];
  /** Without what is left out. */
  readonly hours: Hours;
  readonly house: ByHour;
  readonly blocked: ReadonlySet<string>;
  /** What was paid for a kWh in the past, as far as it is known. */
  readonly rates: readonly Rate[];
  /** Mean price now, per kWh, for what was used before prices were kept; null where none is known. */
  readonly meanPrice: number | null;
  readonly now: number;
  readonly zone: string;
}

export interface BaseLoad {
  /** W that run day and night, median of the last seven nights. */
  readonly nowW: number;
  /** The same of the four weeks before; null where they are not known. */
  readonly beforeW: number | null;
  /** Money of a year; null without a price. */
  readonly yearCost: number | null;
}

export interface DeviceUse {
  readonly statistic: string;
  readonly name: string;
  /** kWh a day over the last 30 days, and over the 30 before; null where those are not known. */
  readonly perDay: number;
  readonly before: number | null;
  /** Share of what the home used, 0 to 1; null where that is not known. */
  readonly share: number | null;
}

export interface Story {
  readonly days: number;
  /** kWh a day, last 30 days and the 30 before. */
  readonly perDay: number | null;
  readonly before: number | null;
  readonly baseLoad: BaseLoad | null;
  readonly devices: readonly DeviceUse[];
  /** Mean kWh by hour of the day, 0 to 23, and by day of the week, Monday first; null where none is known. */
  readonly byHour: readonly (number | null)[];
  readonly byWeekday: readonly (number | null)[];
  readonly savings: readonly Saving[];
}

const spanMs = 30 * dayMs;
/** A month of which less is known is not compared. */
const leastDays = 14;

export function storyOf(o: StoryInput): Story {
  const from = o.now - spanMs;
  const recent = part(o.house, from, o.now);
  const older = part(o.house, from - spanMs, from);
  const perDay = perDayOf(recent);
  const devices = devicesOf(o, perDay);
  const baseLoad = baseLoadOf(o);
  return {
    days: Math.round(recent.size / 24),
    perDay,
    before: older.size >= leastDays * 24 ? perDayOf(older) : null,
    baseLoad,
    devices,
    byHour: groupMeans(recent, 24, (t) => Math.floor(wallOf(t, o.zone).time / hourMs)),
    byWeekday: groupMeans(recent, 7, (t) => wallOf(t, o.zone).weekday - 1).map((kWh) =>
      kWh === null ? null : kWh * 24,
    ),
    savings: savingsOf({ ...o, devices, baseLoad }),
  };
}

const part = (house: ByHour, from: number, to: number): Map<number, number> =>
  new Map([...house].filter(([t]) => t >= from && t < to));

const perDayOf = (hours: ByHour): number | null =>
  hours.size < 24 ? null : 24 * mean([...hours.values()]);

/** Only whole days: each day’s three stillest hours, the median of those of many days. */
function baseLoadOf({ house, now, zone, meanPrice }: StoryInput): BaseLoad | null {
  const days = new Map<string, number[]>();
  for (const [t, kWh] of house) {
    const day = dayOf(t, zone);
    const list = days.get(day);
    if (list) list.push(kWh);
    else days.set(day, [kWh]);
  }
  const still = [...days].flatMap(([day, list]) => {
    if (list.length < 20) return [];
    const three = list.toSorted((a, b) => a - b).slice(0, 3);
    return [{ day, watts: Math.max(0, mean(three) * 1000) }];
  });
  const first = dayOf(now - 7 * dayMs, zone);
  const recent = still.filter(({ day }) => day >= first).map(({ watts }) => watts);
  const before = still
    .filter(({ day }) => day < first && day >= dayOf(now - 35 * dayMs, zone))
    .map(({ watts }) => watts);
  if (recent.length < 3) return null;
  const nowW = median(recent);
  return {
    nowW,
    beforeW: before.length < 7 ? null : median(before),
    yearCost: meanPrice === null ? null : (nowW / 1000) * 24 * 365 * meanPrice,
  };
}

function devicesOf(
  { meters, hours, blocked, now }: StoryInput,
  housePerDay: number | null,
): DeviceUse[] {
  return meters
    .filter(({ role, statistic }) => role === 'device' && !blocked.has(statistic))
    .flatMap(({ statistic, name }) => {
      const all = changesByHour(hours.get(statistic) as readonly HourRow[] | undefined);
      const perDay = perDayOf(part(all, now - spanMs, now));
      if (perDay === null) return [];
      const older = part(all, now - 2 * spanMs, now - spanMs);
      const before = older.size >= leastDays * 24 ? perDayOf(older) : null;
      const share = housePerDay ? Math.min(1, perDay / housePerDay) : null;
      return [{ statistic, name, perDay, before, share }];
    })
    .sort((a, b) => b.perDay - a.perDay);
}

function groupMeans(
  hours: ByHour,
  groups: number,
  groupOf: (t: number) => number,
): (number | null)[] {
  const sums = Array.from({ length: groups }, () => ({ kWh: 0, count: 0 }));
  for (const [t, kWh] of hours) {
    const sum = sums[groupOf(t)]!;
    sum.kWh += kWh;
    sum.count++;
  }
  return sums.map(({ kWh, count }) => (count === 0 ? null : kWh / count));
}
