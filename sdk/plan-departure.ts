/** When what waits is to be done on days that differ, as a person types it. Pure. */
import { clockPattern } from './wall-clock.ts';

export interface Departure {
  /** Wall time by weekday, as ISO counts: 1 is Monday. Empty where a calendar says. */
  readonly times: Readonly<Record<number, string>>;
  /** Each of its events begins with a departure; null where weekdays say. */
  readonly calendar: string | null;
  /** True: on a day without one it is not needed; else what it waits for ends as on any day. */
  readonly orNot: boolean;
}

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const weekday = `(?:${weekdays.join('|')})`;
const days = ` by (${clockPattern}) (${weekday})(?:-(${weekday}))?`;

/** ` by 07:30 Mon-Fri by 10:00 Sat`, ` by calendar.trips or not`; it holds no named groups. */
export const departurePattern = String.raw`(?:(?:${days.replaceAll(/\((?!\?)/g, '(?:')})+| by calendar\.[a-z0-9_]+)(?: or not)?`;

/** Of a text that fits the pattern; null where a weekday stands in it twice. */
export function readDeparture(text: string): Departure | null {
  const orNot = text.endsWith(' or not');
  const calendar = /calendar\.[a-z0-9_]+/.exec(text)?.[0] ?? null;
  const times: Record<number, string> = {};
  for (const [, time, first, last] of text.matchAll(new RegExp(days, 'g'))) {
    for (const day of daysFrom(first!, last ?? first!)) {
      if (day in times) return null;
      times[day] = time!;
    }
  }
  return { times, calendar, orNot };
}

/** `Fri-Mon` goes over the end of the week. */
function daysFrom(first: string, last: string): number[] {
  const begin = weekdays.indexOf(first);
  const count = ((weekdays.indexOf(last) - begin + 7) % 7) + 1;
  return Array.from({ length: count }, (_, n) => ((begin + n) % 7) + 1);
}
