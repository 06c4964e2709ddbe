import { type Baseline, roomAround } from '../baseline.ts';
import { type LocalHour, minuteMs } from '../local-hour.ts';
import { dailyLimits, highestOf, middleOf } from '../tail.ts';
import { paceOf, runPaceOf } from './pace.ts';
import type { Limits } from './settings.ts';
import { dryGapOf, longestUsualMs, slowLpm, type Tap } from './tap.ts';

export const learnedDaysMin = 7;
/** An hour with less room than this, litres, is usually dry: a flush and a glass of water. */
const dryRoomLitres = 10;
const nightHours = { from: 0, to: 5 };
const unlearnedLongestMs = 45 * minuteMs;
const unbrokenPaces = 12;

/** What is usual for one tap: its own past, or that of the household's best known sensor. */
export function baselineFor(tap: Tap, taps: readonly Tap[]): Baseline {
  if (tap.baseline.days >= learnedDaysMin) return tap.baseline;
  const best = taps.reduce((a, b) => (b.baseline.days > a.baseline.days ? b : a), tap);
  return best.baseline.days >= learnedDaysMin ? best.baseline : tap.baseline;
}

export const isLearned = (baseline: Baseline): boolean => baseline.days >= learnedDaysMin;

/** True at an hour that is usually dry. Before a week is known, the night is. */
export const isQuiet = (baseline: Baseline, at: LocalHour): boolean =>
  isLearned(baseline)
    ? roomAround(baseline, at) <= dryRoomLitres
    : at.hour >= nightHours.from && at.hour < nightHours.to;

/** Litres this hour may take before it is unusual. */
export const hourRoom = (baseline: Baseline, at: LocalHour, limits: Limits): number =>
  3 * roomAround(baseline, at) + limits.hourLitresMin;

/**
 * The strongest use of the past, litres a minute; null when not known. The third highest counts:
 * a sensor that misreads once does not move it.
 */
export function strongestUse(baseline: Baseline): number | null {
  const peaks = baseline.cells.flatMap((cell) => cell.peaks).sort((a, b) => b - a);
  return isLearned(baseline) && peaks.length > 0 ? (peaks[2] ?? peaks[0]!) : null;
}

const gapsMin = 5;
const limit = {
  rates: dailyLimits(),
  steadies: dailyLimits(),
  volumes: dailyLimits(),
  quiets: dailyLimits(),
  slows: slowLpm.map(dailyLimits),
  gaps: dailyLimits(),
  runs: dailyLimits(),
  rests: dailyLimits(),
};
/** False alarms a home-month that each may cost. */
const perMonth = 0.05;
/** Two minutes at a rate bring the smoothed rate this near to it. */
const smoothedShare = 0.86;
/** What a home may keep up, of the rate that counts as pouring. */
const steadyShare = 0.8;

/**
 * Litres a minute that count as pouring. What is learned only raises it: a home whose strongest use
 * so far is a shower fills a bath one Sunday, and that is no reason to ring.
 */
export function pouringLimit(tap: Tap, baseline: Baseline, limits: Limits): number {
  const known = limit.rates(tap.rates, { perMonth, scaleMin: 0.5 });
  if (known !== null) {
    // Two uses at once: usual ones are no news, and beyond two of the strongest nothing is foretold.
    const usual = 2 * (middleOf(tap.rates) ?? 0);
    const most = 2 * (highestOf(tap.rates) ?? 0);
    return Math.max(limits.pouringLpm, Math.min(Math.max(known, usual), most) / smoothedShare);
  }
  const strongest = strongestUse(baseline);
  if (strongest === null) return limits.pouringLpm;
  return Math.min(2 * limits.pouringLpm, Math.max(limits.pouringLpm, 1.25 * strongest));
}

/** Litres a minute, smoothed over five minutes, that no use of this home keeps up; null before a week is known. */
export function steadyLimit(tap: Tap, limits: Limits): number | null {
  if (!tap.steadies) return null;
  const known = limit.steadies(tap.steadies, { perMonth, scaleMin: 1 });
  if (known === null) return null;
  const most = Math.max(1.2 * highestOf(tap.steadies)!, 1.5 * middleOf(tap.steadies)!);
  return Math.max(steadyShare * limits.pouringLpm, Math.min(known, most));
}

/** Litres in one run, beyond what such an hour takes anyway, that are more than this home ever uses. */
export function muchLitres(tap: Tap, limits: Limits): number {
  // What a timer takes at its hour is no measure for any other.
  const { volumes } = tap.run?.atTimer ? tap : { volumes: tap.free ?? tap.volumes };
  const known = limit.volumes(volumes, { perMonth, scaleMin: 20 });
  if (known === null) return 1.5 * limits.muchLitresMin;
  // A pool is filled with what a pool takes: beyond the highest ordinary day nothing is foretold.
  const highest = highestOf(volumes) ?? 0;
  return Math.max(limits.muchLitresMin, Math.min(known, 1.25 * highest));
}

/** Time without a dry gap before it is unusual, ms; the setting's until a week is known. */
export function gapFreeLimitMs(tap: Tap, limits: Limits): number {
  const paceMs = paceOf(tap);
  const known = limit.gaps(tap.gaps, { perMonth, scaleMin: Math.max(15, paceMs / minuteMs) });
  // Read once an hour, a day of people at home has no dry gap either: `lows.ts` looks at how much is left running.
  if (paceMs > runPaceOf(tap)) return Number.POSITIVE_INFINITY;
  // Where a gap is long, as for a coarse meter, many uses of people fall into one.
  const least = Math.max(0.2 * limits.noDryGapMs, gapsMin * dryGapOf(tap));
  return known === null
    ? limits.noDryGapMs
    : Math.min(limits.noDryGapMs, Math.max(least, known * minuteMs));
}

/** Time without a rest of an hour and a half before it is unusual, ms; null until a week is known. */
export function restLimitMs(tap: Tap, limits: Limits): number | null {
  const known = limit.rests(tap.rests, { perMonth, scaleMin: 45 });
  return known === null ? null : Math.max(limits.noDryGapMs, known * minuteMs);
}

/** Unbroken flow at hours that are usually dry before it is unusual, ms. */
export function quietLimitMs(tap: Tap, limits: Limits): number {
  const paceMs = runPaceOf(tap);
  const known = limit.quiets(tap.quiets, { perMonth, scaleMin: Math.max(2, paceMs / minuteMs) });
  const least = Math.max(limits.unbrokenMs, 4 * paceMs);
  return known === null ? least : Math.max(0.5 * least, known * minuteMs);
}

/** How much of the setting's time a run below each of `slowLpm` takes at least to be unusual. */
const slowShares = [0.5, 1];

/** Unbroken flow below one of `slowLpm`, at any hour, before it is unusual, ms. */
export function slowLimitMs(tap: Tap, limits: Limits, i: number): number {
  const known = limit.slows[i]!(tap.slows[i]!, { perMonth, scaleMin: 2 });
  return known === null
    ? limits.unbrokenMs
    : Math.max(slowShares[i]! * limits.unbrokenMs, known * minuteMs);
}

/** Of a run that was slow nearly all the time: the most minutes that such a one took on ordinary days. */
export function slowUsualMinutes({ run, slows }: Tap): number | null {
  if (!run) return null;
  const most = 0.9 * (run.wetUntil - run.since);
  const i = (run.slowMs ?? []).findIndex((ms) => ms >= most);
  return i < 0 ? null : highestOf(slows[i]!);
}

/**
 * All answers for one tap, worked out once an hour: a baseline changes only when an hour ends, and
 * readings come by the thousand.
 */
export function hourlyUsual(o: {
  tap: Tap;
  baseline: () => Baseline;
  limits: Limits;
  local: (t: number) => LocalHour;
}): {
  quiet(t: number): boolean;
  pouringLpm(t: number): number;
  roomLitres(t: number): number;
} {
  let kept = { start: -1, quiet: false, pouringLpm: 0, roomLitres: 0 };
  const of = (t: number) => {
    const at = o.local(t);
    if (at.start !== kept.start) {
      const baseline = o.baseline();
      const pouringLpm = pouringLimit(o.tap, baseline, o.limits);
      const roomLitres = roomAround(baseline, at);
      kept = { start: at.start, quiet: isQuiet(baseline, at), pouringLpm, roomLitres };
    }
    return kept;
  };
  return {
    quiet: (t) => of(t).quiet,
    pouringLpm: (t) => of(t).pouringLpm,
    roomLitres: (t) => of(t).roomLitres,
  };
}

/** Longest unbroken flow outside the dry hours before it is unusual, ms. */
export function unbrokenLimitMs(tap: Tap, limits: Limits): number {
  const paceMs = runPaceOf(tap);
  // Neighbouring readings hold uses that have nothing to do with each other.
  const unlearned = Math.max(unlearnedLongestMs, unbrokenPaces * paceMs);
  const most = 2 * Math.max(unlearned, limits.unbrokenMs, longestUsualMs(tap));
  const known = limit.runs(tap.runs, { perMonth, scaleMin: Math.max(3, paceMs / minuteMs) });
  return known === null ? most : Math.min(most, Math.max(limits.unbrokenMs, known * minuteMs));
}
