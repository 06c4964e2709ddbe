/** Between which times what waits is to run: each day its own, or up to a departure. Pure. */
import type { Slot } from '@tomte/sdk/energy';
import type { PlanLoad } from '@tomte/sdk/plan-load';
import { timeOfDay, type Wall, wallOf, whenOf } from '@tomte/sdk/wall-clock';
import { hourMs } from '../series.ts';

type Said = Pick<PlanLoad, 'from' | 'by' | 'departure'>;

export interface LoadWindow {
  /** The one it is in, or the next. */
  readonly window: Slot;
  /** False: nothing leaves that soon, and the line says that it is not needed then. */
  readonly isNeeded: boolean;
}

/** The days after today on which a departure is looked for: a week and a day, as today's may be over. */
const daysAhead = 8;
/** What begins later than this is not of today. */
const soonMs = 24 * hourMs;

/** `events`: when those of its calendar begin, epoch ms, those of today too; null where they could not be read. */
export function windowOf(
  load: Said,
  { now, zone, events = null }: { now: number; zone: string; events?: readonly number[] | null },
): LoadWindow {
  const today = wallOf(now, zone);
  for (let days = 0; days <= daysAhead; days += 1) {
    const ends = endsOn(load, { today, days, zone, events }).filter((end) => end > now);
    if (ends.length === 0) continue;
    const end = Math.min(...ends);
    const window = { start: beginOf(load, end, zone), end };
    return { window, isNeeded: !load.departure?.orNot || window.start < now + soonMs };
  }
  const { window } = windowOf({ ...load, departure: null }, { now, zone });
  return { window, isNeeded: false };
}

/** Where a calendar could not be read, its day is as any other: better charged than not. */
function endsOn(
  { by, departure = null }: Said,
  o: { today: Wall; days: number; zone: string; events: readonly number[] | null },
): number[] {
  const { today, days, zone, events } = o;
  const at = (time: string) => whenOf(today, timeOfDay(time), zone, days);
  if (!departure || (departure.calendar !== null && events === null)) return [at(by)];
  const leaves = departuresOn(departure.times, { ...o, events: events ?? [] });
  return leaves.length > 0 || departure.orNot ? leaves : [at(by)];
}

function departuresOn(
  times: Readonly<Record<number, string>>,
  o: { today: Wall; days: number; zone: string; events: readonly number[] },
): number[] {
  const { today, days, zone, events } = o;
  const time = times[((today.weekday - 1 + days) % 7) + 1];
  if (time !== undefined) return [whenOf(today, timeOfDay(time), zone, days)];
  const [begin, end] = [whenOf(today, 0, zone, days), whenOf(today, 0, zone, days + 1)];
  return events.filter((t) => t >= begin && t < end);
}

/** The last time before its end at which it may begin. */
function beginOf({ from }: Said, end: number, zone: string): number {
  const day = wallOf(end, zone);
  const sameDay = whenOf(day, timeOfDay(from), zone);
  return sameDay < end ? sameDay : whenOf(day, timeOfDay(from), zone, -1);
}
