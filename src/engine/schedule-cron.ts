import { Cron } from 'croner';
import { zoneClock } from './schedule-zone.ts';

/**
 * Due times of a cron pattern on the wall clock of a zone.
 *
 * A pattern that names hours means times of day, and each happens once: one that the clocks jump over
 * falls due at the moment they jump, one that comes twice counts the first time. A pattern for every
 * hour runs by real time and is left as it is.
 */
export interface WallPattern {
  /** The first due time after `t`, epoch ms; null when there is none in the next four years. */
  after(t: number): number | null;
}

const searchMs = 4 * 366 * 86_400_000;

/** Throws a TypeError or RangeError that names what is wrong with the pattern. */
export function wallPattern(pattern: string, zone: string): WallPattern {
  const clock = zoneClock(zone);
  // Read as if the wall clock were UTC: the pattern says which wall times, the zone says when they are.
  const cron = new Cron(pattern, { timezone: 'UTC', paused: true });
  const timesOfDay = namesHours(pattern);
  const nextWall = (wall: number): number =>
    cron.nextRun(new Date(wall))?.getTime() ?? Number.POSITIVE_INFINITY;

  function after(t: number): number | null {
    let from = t;
    while (from < t + searchMs) {
      const stretch = clock.at(from);
      const due = nextWall(from + stretch.offset) - stretch.offset;
      if (due < stretch.end) {
        if (!timesOfDay || !cameBefore(due + stretch.offset, stretch.start)) return due;
        from = due;
        continue;
      }
      if (!Number.isFinite(stretch.end)) return null;
      const next = clock.at(stretch.end);
      if (timesOfDay && isJumpedOver(stretch.end, stretch.offset, next.offset)) return stretch.end;
      // The last millisecond before the change, on the new wall clock.
      const first = nextWall(stretch.end - 1 + next.offset) - next.offset;
      if (first < next.end && !(timesOfDay && cameBefore(first + next.offset, stretch.end)))
        return first;
      from = Math.min(first, next.end - 1);
    }
    return null;
  }

  /** True when the wall clock showed this time already before the stretch that begins at `start`. */
  function cameBefore(wall: number, start: number): boolean {
    if (!Number.isFinite(start)) return false;
    const before = clock.at(start - 1);
    return wall - before.offset < start;
  }

  function isJumpedOver(change: number, offset: number, nextOffset: number): boolean {
    return nextOffset > offset && nextWall(change + offset - 1) < change + nextOffset;
  }

  return { after };
}

/** False for `*` in the place of hours: every hour. */
function namesHours(pattern: string): boolean {
  const fields = pattern.trim().split(/\s+/);
  if (fields.length < 5) return pattern !== '@hourly';
  return !/^\*(\/1)?$/.test(fields[fields.length === 5 ? 1 : 2]!);
}
