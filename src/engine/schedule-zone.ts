import { Temporal } from 'temporal-polyfill';

/** A stretch in which the wall clock of a zone runs even: from one change of its clocks to the next. */
export interface Stretch {
  /** Epoch ms; -Infinity and Infinity where the zone knows no change. */
  readonly start: number;
  readonly end: number;
  /** Wall clock minus UTC, ms. */
  readonly offset: number;
}

/** Stretches of one zone, read once each: a search for due times walks them in order. */
export interface ZoneClock {
  readonly zone: string;
  at(t: number): Stretch;
}

const kept = new Map<string, ZoneClock>();

/** Throws a RangeError for a zone that is none. */
export function zoneClock(zone: string): ZoneClock {
  const known = kept.get(zone);
  if (known) return known;
  const stretches: Stretch[] = [];
  const clock: ZoneClock = {
    zone,
    at(t) {
      const found = stretches.find((s) => s.start <= t && t < s.end);
      if (found) return found;
      const read = stretchAt(t, zone);
      stretches.push(read);
      return read;
    },
  };
  clock.at(0);
  kept.set(zone, clock);
  return clock;
}

function stretchAt(t: number, zone: string): Stretch {
  const at = Temporal.Instant.fromEpochMilliseconds(Math.floor(t)).toZonedDateTimeISO(zone);
  // A change may alter the name of the time alone: the wall clock runs on.
  const next = at.getTimeZoneTransition('next');
  const isStart = at.add({ milliseconds: 1 }).getTimeZoneTransition('previous');
  return {
    start: isStart?.epochMilliseconds ?? Number.NEGATIVE_INFINITY,
    end: next?.epochMilliseconds ?? Number.POSITIVE_INFINITY,
    offset: at.offsetNanoseconds / 1e6,
  };
}
