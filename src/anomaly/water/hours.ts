import { type Baseline, learnHour, usualAt } from '../baseline.ts';
import { dayMs, hourMs, type LocalHour } from '../local-hour.ts';
import type { HourSum, Streak } from './hour-sum.ts';
import { noteLow } from './lows.ts';
import type { Limits } from './settings.ts';
import type { Tap } from './tap.ts';
import { hourRoom, isLearned, isQuiet } from './usual.ts';

const knownMsMin = 50 * 60_000;
/** After this long a fault has become how things are, and is learned. */
export const newUsualMs = 5 * dayMs;

export const newHour = (start: number): HourSum => ({
  start,
  litres: 0,
  peakLpm: null,
  knownMs: 0,
  unusual: false,
});

/** An hour is over: is it one more of an unusual streak, and what does it teach? */
export function endHour(
  tap: Tap,
  o: { baseline: Baseline; at: LocalHour; limits: Limits; episodeSince: number | null },
): void {
  const hour = tap.hour!;
  if (hour.knownMs < knownMsMin) return;
  // What was told and is over within the hour is not told again when the hour ends.
  const isTold = hour.unusual && o.episodeSince === null;
  tap.streak = isTold ? null : nextStreak(tap.streak, hour, o);
  const learns = !hour.unusual;
  noteLow(tap, hour, { day: o.at.day, learns });
  if (learns) learnHour(tap.baseline, o.at, hour.litres, hour.peakLpm);
}

/** The streak with this hour in it, or null when the hour is as usual. Pure. */
export function nextStreak(
  streak: Streak | null,
  hour: Pick<HourSum, 'start' | 'litres'>,
  o: { baseline: Baseline; at: LocalHour; limits: Limits },
): Streak | null {
  // Before a week is known only the night can be judged.
  if (!isLearned(o.baseline) && !isQuiet(o.baseline, o.at)) return null;
  if (hour.litres < hourRoom(o.baseline, o.at, o.limits)) return null;
  const usualLitres = usualAt(o.baseline, o.at).median;
  const goesOn = streak !== null && hour.start - streak.until < hourMs;
  return {
    since: goesOn ? streak.since : hour.start,
    until: hour.start + hourMs,
    hours: (goesOn ? streak.hours : 0) + 1,
    litres: (goesOn ? streak.litres : 0) + hour.litres,
    usualLitres: (goesOn ? streak.usualLitres : 0) + usualLitres,
  };
}

/** Two hours on end, somewhat less from the third on, or one hour with a bath and more at a dry hour. */
export const isMaterial = (
  streak: Streak,
  o: { baseline: Baseline; at: LocalHour; limits: Limits },
): boolean =>
  streak.hours >= 2
    ? streak.litres - streak.usualLitres >= o.limits.hoursLitresMin / (streak.hours > 2 ? 1.5 : 1)
    : streak.litres >= o.limits.loneHourLitresMin && isQuiet(o.baseline, o.at);
