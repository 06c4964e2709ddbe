import type { Baseline } from '../baseline.ts';
import { dayMs, hourMs, type LocalHour, minuteMs } from '../local-hour.ts';
import { isMaterial } from './hours.ts';
import { isNeverLow } from './lows.ts';
import { paceOf } from './pace.ts';
import { isProgram, isProgramTime } from './programs.ts';
import type { Limits } from './settings.ts';
import { type Run, rateOf, type Tap } from './tap.ts';
import {
  gapFreeLimitMs,
  isQuiet,
  muchLitres,
  quietLimitMs,
  restLimitMs,
  slowLimitMs,
  steadyLimit,
  unbrokenLimitMs,
} from './usual.ts';

/** Which rule speaks, the most urgent first. */
export const rules = ['pouring', 'much', 'unbroken', 'noDryGap', 'noRest', 'hours'] as const;
export type Rule = (typeof rules)[number];

/** What a rule has against one tap. */
export interface Suspicion {
  readonly rule: Rule;
  readonly tap: string;
  readonly since: number;
  readonly litres: number;
  /** Litres a minute: as it runs now, or the mean for hours. */
  readonly lpm: number;
}

/** People at home may use water all day long: only what goes on into hours that are usually dry is no use. */
const quietHoursMin = 3;

function quietHoursIn(
  from: number,
  to: number,
  o: { baseline: Baseline; local: (t: number) => LocalHour },
): number {
  let hours = 0;
  for (let t = Math.max(from, to - dayMs); t + hourMs <= to; t += hourMs)
    if (isQuiet(o.baseline, o.local(t))) hours += 1;
  return hours;
}

const steadyMsMin = 10 * minuteMs;

const isUnbroken = (tap: Tap, run: Run, limits: Limits): boolean =>
  run.quietMs >= quietLimitMs(tap, limits) ||
  run.wetUntil - run.since >= unbrokenLimitMs(tap, limits) ||
  (run.slowMs ?? []).some((ms, i) => ms >= slowLimitMs(tap, limits, i));

/** More than this home ever uses at once; or as much as fills two baths where no use is so strong for so long. */
function isMuch(tap: Tap, run: Run, limits: Limits): boolean {
  if (run.litres - run.roomLitres >= muchLitres(tap, limits)) return true;
  const lasts = run.wetUntil - run.since >= steadyMsMin;
  if (run.atTimer || !lasts || run.litres < 1.25 * limits.muchLitresMin) return false;
  const steady = steadyLimit(tap, limits);
  return steady !== null && (run.steadyLpm ?? 0) >= steady;
}

/** The most urgent rule that this tap breaks now, or null. Pure. */
export function suspect(
  tap: Tap,
  o: { baseline: Baseline; limits: Limits; local: (t: number) => LocalHour },
): Suspicion | null {
  const { limits } = o;
  const { strong, run, gapFree, streak } = tap;
  if (strong && strong.until - strong.since >= limits.pouringMs) {
    if (strong.litres >= limits.pouringLitresMin) {
      const lpm = rateOf(strong.litres, strong.since, strong.until);
      return { rule: 'pouring', tap: tap.id, since: strong.since, litres: strong.litres, lpm };
    }
  }
  const known = isProgram(tap, o.local);
  if (run && !known && isMuch(tap, run, limits)) {
    // Read once an hour, a step says nothing of when in the hour it came.
    const since = Math.min(run.since, run.wetUntil - paceOf(tap));
    const lpm = rateOf(run.litres, since, run.wetUntil);
    return { rule: 'much', tap: tap.id, since, litres: run.litres, lpm };
  }
  if (run && !known && run.litres >= limits.unbrokenLitresMin) {
    if (isUnbroken(tap, run, limits)) {
      const lpm = rateOf(run.litres, run.since, run.wetUntil);
      return { rule: 'unbroken', tap: tap.id, since: run.since, litres: run.litres, lpm };
    }
  }
  if (gapFree && gapFree.litres >= limits.noDryGapLitresMin) {
    const ms = tap.at - gapFree.since;
    if (ms >= gapFreeLimitMs(tap, limits) || isNeverLow(tap, limits)) {
      const lpm = rateOf(gapFree.litres, gapFree.since, tap.at);
      return { rule: 'noDryGap', tap: tap.id, since: gapFree.since, litres: gapFree.litres, lpm };
    }
  }
  const { restless } = tap;
  const restMs = restLimitMs(tap, limits);
  if (
    restless &&
    restMs !== null &&
    restless.until - restless.since >= restMs &&
    quietHoursIn(restless.since, restless.until, o) >= quietHoursMin
  ) {
    const lpm = rateOf(restless.litres, restless.since, tap.at);
    return { rule: 'noRest', tap: tap.id, since: restless.since, litres: restless.litres, lpm };
  }
  if (
    streak &&
    !isProgramTime(tap, streak, o.local) &&
    isMaterial(streak, { ...o, at: o.local(streak.until - 1) })
  ) {
    const lpm = rateOf(streak.litres, streak.since, streak.until);
    return { rule: 'hours', tap: tap.id, since: streak.since, litres: streak.litres, lpm };
  }
  return null;
}
