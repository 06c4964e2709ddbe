/** When a time trigger is due. Pure: zone and coordinates come from the home, the time from the caller. */
import { ms, type TimeSpec } from '@tomte/sdk/define';
import { TomteError } from '@tomte/sdk/errors';
import { wallPattern } from './schedule-cron.ts';
import { sunAfter } from './schedule-sun.ts';
import { zoneClock } from './schedule-zone.ts';

export interface WherePlace {
  /** IANA. */
  readonly zone: string;
  /** Null while the home has not said where it is. */
  readonly latitude: number | null;
  readonly longitude: number | null;
}

export interface Due {
  /** The first due time after `t`, epoch ms; null when there is none, or when the place is not known. */
  after(t: number): number | null;
  /** Two due times are at least so far apart, ms: nearer ones are one, worked out from other coordinates. */
  readonly apartMs?: number;
}

/** Faster than this is no schedule but a load. */
export const everyMinMs = 10_000;
/** A Monday at midnight UTC: what `every` counts from, on the home's wall clock. */
const anchorMs = Date.UTC(2024, 0, 1);
const dayMs = 86_400_000;
const sunApartMs = 6 * 3_600_000;

/** Throws `workflow.trigger_invalid` for a spec that says no time. */
export function dueOf(spec: TimeSpec, place: WherePlace): Due {
  try {
    return dueBy(spec, place);
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
    const message = `${JSON.stringify(spec)} is no time: ${error.message}`;
    throw new TomteError('workflow.trigger_invalid', message, { cause: error });
  }
}

function dueBy(spec: TimeSpec, place: WherePlace): Due {
  if ('cron' in spec) return wallPattern(spec.cron, place.zone);
  if ('every' in spec) return every(ms(spec.every), place.zone);
  if ('sun' in spec) {
    const offsetMs = (spec.offsetMinutes ?? 0) * 60_000;
    if (!(Math.abs(offsetMs) < dayMs)) throw new RangeError('the offset must be less than a day');
    const { latitude, longitude } = place;
    if (latitude === null || longitude === null) return { after: () => null };
    return {
      apartMs: sunApartMs,
      after: (t) => sunAfter(spec.sun, t, { latitude, longitude, offsetMs }),
    };
  }
  return at(spec, place.zone);
}

function every(intervalMs: number, zone: string): Due {
  if (intervalMs < everyMinMs) throw new RangeError('every must be ten seconds or more');
  // So that every hour is at the full hour also where the zone is half an hour off.
  const anchor = anchorMs - zoneClock(zone).at(anchorMs).offset;
  return { after: (t) => anchor + (Math.floor((t - anchor) / intervalMs) + 1) * intervalMs };
}

function at(spec: Extract<TimeSpec, { at: string }>, zone: string): Due {
  const [, hour, minute, second] = /^(\d{1,2}):(\d\d)(?::(\d\d))?$/.exec(spec.at) ?? [];
  if (hour === undefined) {
    const once = Date.parse(spec.at);
    // Without an offset it would be the computer's zone, not the home's.
    if (!Number.isFinite(once) || !/(Z|[+-]\d\d:?\d\d)$/.test(spec.at)) {
      throw new RangeError('say 07:30, or a time such as 2026-12-24T18:00:00+01:00');
    }
    return { after: (t) => (once > t ? once : null) };
  }
  const days = spec.weekdays ?? [];
  if (spec.weekdays && days.length === 0) throw new RangeError('no weekday is left');
  const weekdays = days.length === 0 ? '*' : days.map((day) => day % 7).join(',');
  return wallPattern(`${Number(second ?? 0)} ${minute} ${Number(hour)} * * ${weekdays}`, zone);
}
