/**
 * How often a meter is heard while water runs. One that is read each quarter of an hour says nothing between its
 * readings: that is no dry gap. What the sensor itself shows is learned, since no registry tells it.
 */
import { minuteMs } from '../local-hour.ts';
import type { Tap } from './tap.ts';

/** Longest time between two words, minutes, that counts as a pace; slower ones are pauses in use. */
const paces = [6, 11, 16, 21, 31, 62] as const;
/** What a meter does is known from so many steps on, and the newest few hundred count. */
const stepsMin = 12;
const fading = 0.995;
/** So many of all steps come at the meter's own pace; the rest waited for somebody to use water. */
const ownShare = 0.04;
/** A reading may come late. */
const late = 1.2;
/** Up to here neighbouring steps are one run of water; slower ones only show that it was never dry. */
const runPaceMsMax = 21 * minuteMs;

/** A step came `passedMs` after the word before it. */
export function learnPace(tap: Tap, passedMs: number): void {
  tap.steps ??= [...paces, 0].map(() => 0);
  for (const i of tap.steps.keys()) tap.steps[i]! *= fading;
  const at = paces.findIndex((minutes) => passedMs <= minutes * minuteMs);
  tap.steps[at < 0 ? paces.length : at]! += 1;
}

/** Time between two words of this meter, ms; 0 where it speaks as water runs, or nothing is known of it. */
export function paceOf({ steps }: Pick<Tap, 'steps'>): number {
  if (!steps) return 0;
  const all = steps.reduce((a, b) => a + b, 0);
  if (all < stepsMin * fading ** stepsMin) return 0;
  let seen = 0;
  for (const [i, minutes] of paces.entries()) {
    seen += steps[i]!;
    if (seen >= ownShare * all) return i === 0 ? 0 : minutes * minuteMs;
  }
  return 0;
}

/** The same where neighbouring words make one run; else 0. */
export function runPaceOf(tap: Pick<Tap, 'steps'>): number {
  const pace = paceOf(tap);
  return pace <= runPaceMsMax ? pace : 0;
}

/** Without a word for longer it was dry. */
export const patienceOf = (paceMs: number): number => late * paceMs;
