import type { Condition, Weekday } from '@tomte/sdk/define';
import { Temporal } from 'temporal-polyfill';

export type TimeWindow = Extract<Condition, { time: unknown }>['time'];

/** True between `after` (included) and `before` of the wall clock, on one of the days; over midnight too. */
export function inWindow(window: TimeWindow, zone: string, now: number): boolean {
  const at = zoned(now, zone);
  const time = at.toPlainTime();
  const after = timeOf(window.after);
  const before = timeOf(window.before);
  const isPast = after === null || Temporal.PlainTime.compare(time, after) >= 0;
  const isBefore = before === null || Temporal.PlainTime.compare(time, before) < 0;
  const wraps = after && before && Temporal.PlainTime.compare(after, before) >= 0;
  if (!(wraps ? isPast || isBefore : isPast && isBefore)) return false;
  // The hours after midnight belong to the evening they began in.
  const day = wraps && !isPast ? at.subtract({ days: 1 }) : at;
  return window.weekdays === undefined || window.weekdays.includes(day.dayOfWeek as Weekday);
}

/** When the window may open or close next, epoch ms. */
export function nextEdge(window: TimeWindow, zone: string, now: number): number {
  const at = zoned(now, zone);
  const edges = [timeOf(window.after), timeOf(window.before), Temporal.PlainTime.from('00:00')];
  const found = edges.flatMap((time) => {
    if (time === null) return [];
    // Both days: a time of the wall clock may be skipped today.
    return [0, 1, 2].map(
      (days) =>
        at.toPlainDate().add({ days }).toZonedDateTime({ timeZone: zone, plainTime: time })
          .epochMilliseconds,
    );
  });
  return Math.min(...found.filter((edge) => edge > now));
}

const zoned = (t: number, zone: string) =>
  Temporal.Instant.fromEpochMilliseconds(Math.floor(t)).toZonedDateTimeISO(zone);

const timeOf = (text: string | undefined): Temporal.PlainTime | null =>
  text === undefined ? null : Temporal.PlainTime.from(text);
