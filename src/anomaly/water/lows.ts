/**
 * What a meter that is read once an hour shows of a leak: hours on end of which none is dry. People pause; the
 * least of six hours is theirs to learn, and a tap that runs on lifts it.
 */
import { dailyLimits, dropDay, newTail, noteHigh } from '../tail.ts';
import type { HourSum } from './hour-sum.ts';
import { paceOf, runPaceOf } from './pace.ts';
import type { Limits } from './settings.ts';
import type { Tap } from './tap.ts';

const hoursMin = 6;
/** One number a day: a week of them is too few to know a home by. */
const daysMin = 14;
/** False alarms a home-month that it may cost. */
const perMonth = 0.05;
const limit = dailyLimits();

/** True where hours are all that is to be seen: what is read more often has rules that see more. */
const isHourly = (tap: Tap): boolean => paceOf(tap) > runPaceOf(tap);

/** An hour that is known is over. `day` is the local one. */
export function noteLow(tap: Tap, hour: HourSum, o: { day: string; learns: boolean }): void {
  if (!isHourly(tap)) return;
  tap.lows ??= { hours: [], tail: newTail() };
  const { hours, tail } = tap.lows;
  hours.push(hour.litres);
  if (hours.length > hoursMin) hours.shift();
  if (hours.length === hoursMin && o.learns) noteHigh(tail, o.day, Math.min(...hours));
}

/** Whether the least of the last six hours is more than this home ever leaves running. */
export function isNeverLow({ lows }: Tap, limits: Limits): boolean {
  if (!lows || lows.hours.length < hoursMin || lows.tail.highs.length < daysMin) return false;
  const most = limit(lows.tail, { perMonth, scaleMin: limits.lowLitresMin / 2 });
  return most !== null && Math.min(...lows.hours) >= Math.max(limits.lowLitresMin, most);
}

/** What was told is over, and no habit. */
export function forgetLows({ lows }: Tap): void {
  if (!lows) return;
  lows.hours.length = 0;
  dropDay(lows.tail);
}
