/** The wall clock of a time zone, from what the platform knows of it. Pure. */

export interface Wall {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  /** Milliseconds since its midnight, as the clock on the wall shows them. */
  readonly time: number;
  /** As ISO counts: 1 is Monday. */
  readonly weekday: number;
}

const dayMs = 86_400_000;
/** A wall time such as 07:30, within a larger pattern. */
export const clockPattern = String.raw`(?:[01]\d|2[0-3]):[0-5]\d`;

/** What the clock shows at `t` (epoch ms). Throws a RangeError for a zone that is none. */
export function wallOf(t: number, zone: string): Wall {
  const local = t + offsetAt(t, zone);
  const date = new Date(local);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    time: local - Math.floor(local / dayMs) * dayMs,
    weekday: date.getUTCDay() || 7,
  };
}

/**
 * When the clock shows `time` on that day, epoch ms; `days` later where given. A time that the clock
 * skips is as much later as it skips; of one that comes twice the first counts.
 */
export function whenOf(
  day: Pick<Wall, 'year' | 'month' | 'day'>,
  time: number,
  zone: string,
  days = 0,
): number {
  const local = Date.UTC(day.year, day.month - 1, day.day + days) + time;
  const before = local - offsetAt(local - dayMs, zone);
  const after = local - offsetAt(local + dayMs, zone);
  const shown = [before, after].filter((t) => t + offsetAt(t, zone) === local);
  return shown.length > 0 ? Math.min(...shown) : before;
}

/** Milliseconds since midnight of `07:30` or `07:30:15`; throws a RangeError for anything else. */
export function timeOfDay(text: string): number {
  const [, hour, minute, second] = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/.exec(text) ?? [];
  if (hour === undefined) throw new RangeError(`${text} is no time of day: say 07:30`);
  return ((Number(hour) * 60 + Number(minute)) * 60 + Number(second ?? 0)) * 1000;
}

/** The next time after `t` (epoch ms) at which the clock shows `07:30`. */
export function nextTimeOf(text: string, t: number, zone: string): number {
  const day = wallOf(t, zone);
  const time = timeOfDay(text);
  const today = whenOf(day, time, zone);
  return today > t ? today : whenOf(day, time, zone, 1);
}

/** Zones change their offset on the quarter of an hour at the earliest. */
const stretchMs = 900_000;
const stretchesMax = 5_000;

interface Zone {
  readonly format: Intl.DateTimeFormat;
  readonly offsets: Map<number, number>;
}
const zones = new Map<string, Zone>();

function offsetAt(t: number, zone: string): number {
  const known = zones.get(zone) ?? { format: formatOf(zone), offsets: new Map<number, number>() };
  zones.set(zone, known);
  const stretch = Math.floor(t / stretchMs);
  const kept = known.offsets.get(stretch);
  if (kept !== undefined) return kept;
  const at = stretch * stretchMs;
  const part = Object.fromEntries(
    known.format.formatToParts(at).map(({ type, value }) => [type, Number(value)]),
  );
  const local = Date.UTC(part.year!, part.month! - 1, part.day!, part.hour!, part.minute!);
  // Some offsets of the past had seconds; they are of no use to a home.
  const offset = local + part.second! * 1000 - at;
  if (known.offsets.size >= stretchesMax) known.offsets.clear();
  known.offsets.set(stretch, offset);
  return offset;
}

const formatOf = (zone: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'iso8601',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    ...{ year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
  });
