/** Where money could be saved, in money of a month, with how sure that is. Pure. */
import type { Rate } from '@tomte/sdk/prices';
import { wallOf } from '@tomte/sdk/wall-clock';
import { evenSlots, hourMs, ratesOn } from '../series.ts';
import { changesByHour } from '../setup/house.ts';
import { dayOf, mean, median } from './days.ts';
import type { BaseLoad, DeviceUse, StoryInput } from './story.ts';

export interface Saving {
  readonly kind: 'shift' | 'base-load' | 'grown';
  /** Statistic of the device; null for the whole home. */
  readonly statistic: string | null;
  readonly name: string;
  /** Money of 30 days. */
  readonly perMonth: number;
  readonly low: number;
  readonly high: number;
  /** Days behind it; fewer than 14 is a guess. */
  readonly days: number;
  /** For `shift`: local hour at which it mostly begins, and the one at which it would have been cheapest. */
  readonly from: number | null;
  readonly to: number | null;
}

/** Under this nobody would do anything. */
const leastMoney = 0.5;

export function savingsOf(
  o: StoryInput & { devices: readonly DeviceUse[]; baseLoad: BaseLoad | null },
): Saving[] {
  const found = [...o.devices.flatMap((device) => shiftOf(o, device)), ...baseOf(o), ...grownOf(o)];
  return found
    .filter(({ perMonth }) => perMonth >= leastMoney)
    .sort((a, b) => b.perMonth - a.perMonth)
    .slice(0, 3);
}

interface Job {
  readonly day: string;
  readonly hour: number;
  readonly cheapestHour: number;
  readonly saved: number;
}

/** Each day’s run of a device, moved to the hours in which the same run would have cost least that day. */
function shiftOf(o: StoryInput, device: DeviceUse): Saving[] {
  const jobs = jobsOf(o, device);
  if (jobs.length < 4) return [];
  const saved = jobs.map((job) => job.saved);
  const days = new Set(jobs.map(({ day }) => day)).size;
  const span = spanDays(o.rates, o.now);
  const perMonth = (saved.reduce((sum, s) => sum + s, 0) / span) * 30;
  const spread = (2 * deviationOf(saved) * Math.sqrt(saved.length) * 30) / span;
  return [
    {
      ...{ kind: 'shift', statistic: device.statistic, name: device.name, days },
      ...{ perMonth, low: Math.max(0, perMonth - spread), high: perMonth + spread },
      from: Math.round(median(jobs.map(({ hour }) => hour))),
      to: Math.round(median(jobs.map(({ cheapestHour }) => cheapestHour))),
    },
  ];
}

function spanDays(rates: readonly Rate[], now: number): number {
  const first = rates[0]?.start ?? now;
  return Math.max(1, Math.min(30, (now - first) / (24 * hourMs)));
}

/** Hours of a day, as the clock shows them. */
interface DayRow {
  readonly hour: number;
  readonly kWh: number;
  readonly price: number;
}

function jobsOf({ hours, rates, now, zone }: StoryInput, { statistic }: DeviceUse): Job[] {
  const days = new Map<string, DayRow[]>();
  const rows = [...changesByHour(hours.get(statistic))].filter(
    ([t]) => t >= now - 30 * 24 * hourMs && t < now,
  );
  const prices = ratesOn(
    rows.map(([start]) => evenSlots(start, start + hourMs, hourMs)[0]!),
    rates,
  );
  for (const [n, [t, kWh]] of rows.entries()) {
    const price = prices[n] ?? null;
    if (price === null) continue;
    const day = dayOf(t, zone);
    const list = days.get(day) ?? [];
    list.push({ hour: Math.floor(wallOf(t, zone).time / hourMs), kWh, price });
    days.set(day, list);
  }
  return [...days].flatMap(([day, list]) => jobIn(day, list));
}

/** One run a day is a job that can be moved; what runs all day cannot. */
function jobIn(day: string, list: readonly DayRow[]): Job[] {
  const total = list.reduce((sum, { kWh }) => sum + kWh, 0);
  const first = list.findIndex(({ kWh }) => kWh > 0.1);
  const last = list.findLastIndex(({ kWh }) => kWh > 0.1);
  const length = last - first + 1;
  if (list.length < 20 || total < 0.3 || first < 0 || length > 6) return [];
  const run = list.slice(first, last + 1).map(({ kWh }) => kWh);
  const costFrom = (start: number) =>
    run.reduce((sum, kWh, n) => sum + kWh * list[start + n]!.price, 0);
  let best = first;
  for (let start = 0; start + length <= list.length; start++) {
    if (costFrom(start) < costFrom(best) - 1e-9) best = start;
  }
  const saved = costFrom(first) - costFrom(best);
  return [{ day, saved, hour: list[first]!.hour, cheapestHour: list[best]!.hour }];
}

function deviationOf(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
}

/** What runs day and night rose: brought back to what it was. */
function baseOf({ baseLoad, meanPrice }: { baseLoad: BaseLoad | null } & StoryInput): Saving[] {
  if (!baseLoad || baseLoad.beforeW === null || meanPrice === null) return [];
  const rise = baseLoad.nowW - baseLoad.beforeW;
  if (rise < Math.max(15, 0.1 * baseLoad.beforeW)) return [];
  const perMonth = (rise / 1000) * 24 * 30 * meanPrice;
  return [
    {
      ...{ kind: 'base-load', statistic: null, name: 'What runs day and night', days: 35 },
      ...{ perMonth, low: perMonth * 0.6, high: perMonth * 1.2, from: null, to: null },
    },
  ];
}

/** A device that uses a third more than the month before. */
function grownOf({ devices, meanPrice }: { devices: readonly DeviceUse[] } & StoryInput): Saving[] {
  if (meanPrice === null) return [];
  return devices.flatMap(({ statistic, name, perDay, before }): Saving[] => {
    if (before === null || perDay < 1.33 * before || perDay - before < 0.2) return [];
    const perMonth = (perDay - before) * 30 * meanPrice;
    return [
      {
        ...{ kind: 'grown', statistic, name, days: 60, perMonth },
        ...{ low: perMonth * 0.5, high: perMonth, from: null, to: null },
      },
    ];
  });
}
