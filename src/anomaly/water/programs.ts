import { type LocalHour, minuteMs } from '../local-hour.ts';
import type { Streak } from './hour-sum.ts';
import { type Run, rateOf, type Tap } from './tap.ts';

/** Water that ran and ended by itself: a softener, a garden timer. Told once or twice, it is known. */
export interface Program {
  /** Minute of the local day it began. */
  readonly minute: number;
  readonly ms: number;
  readonly lpm: number;
}

const keptMax = 12;
const timesMin = 2;
const apartMinutes = 20;
/** A timer begins at its minute: of strong water at the same minute, one telling is enough. */
const timerMinutes = 5;
const timerLpmMin = 3;
/** A leak does not end by itself within this time. */
const programMsMax = 2 * 60 * minuteMs;
type Local = (t: number) => LocalHour;

/** An episode is over: what ran in it may be the program of a machine. */
export function keepProgram(tap: Tap, local: Local): void {
  const { run } = tap;
  if (!run || run.wetUntil - run.since > programMsMax) return;
  tap.programs.push(programOf(run, local));
  if (tap.programs.length > keptMax) tap.programs.shift();
}

/** Hours that were told when their run was over: the program of a machine all the same. */
export function keepHours(
  tap: Tap,
  told: { since: number; until: number; litres: number },
  local: Local,
): void {
  const ms = told.until - told.since;
  if (ms > programMsMax) return;
  const lpm = rateOf(told.litres, told.since, told.until);
  tap.programs.push({ minute: minuteOf(told.since, local), ms, lpm });
  if (tap.programs.length > keptMax) tap.programs.shift();
}

/** True while this run is like at least two before, or a timer's one: same time of day, like rate, not longer. */
export function isProgram(tap: Tap, local: Local): boolean {
  if (!tap.run || tap.programs.length === 0) return false;
  const now = programOf(tap.run, local);
  let alike = 0;
  for (const one of tap.programs) {
    const between = Math.abs(one.minute - now.minute);
    const apart = Math.min(between, 1440 - between);
    if (apart > apartMinutes || now.ms > 1.25 * one.ms) continue;
    const off = Math.abs(one.lpm - now.lpm) / one.lpm;
    if (apart <= timerMinutes && off <= 0.4 && one.lpm >= timerLpmMin) return true;
    if (off <= 0.25) alike += 1;
  }
  return alike >= timesMin;
}

/** Notes of a run that goes on now whether it meets the hours of a program that was told. */
export function markTimer(tap: Tap, local: Local): void {
  if (!tap.run || tap.run.atTimer || tap.programs.length === 0) return;
  const now = minuteOf(tap.run.wetUntil, local);
  tap.run.atTimer = tap.programs.some(({ minute, ms, lpm }) => {
    const into = (now - minute + timerMinutes + 1440) % 1440;
    return lpm >= timerLpmMin && into <= ms / minuteMs + 2 * timerMinutes;
  });
}

/** True for hours that took what such a program takes, when it runs. */
export function isProgramTime(tap: Tap, streak: Streak, local: Local): boolean {
  const from = minuteOf(streak.since, local);
  const alike = tap.programs.filter(({ minute, ms, lpm }) => {
    const into = (minute - from + 1440 + apartMinutes) % 1440;
    const litres = (lpm * ms) / minuteMs;
    return into <= streak.hours * 60 + 2 * apartMinutes && litres >= 0.6 * streak.litres;
  });
  return alike.length >= timesMin || alike.some(({ lpm }) => lpm >= timerLpmMin);
}

const minuteOf = (t: number, local: Local): number =>
  local(t).hour * 60 + (Math.floor(t / minuteMs) % 60);

const programOf = (run: Run, local: Local): Program => ({
  minute: minuteOf(run.since, local),
  ms: run.wetUntil - run.since,
  lpm: rateOf(run.litres, run.since, run.wetUntil),
});
