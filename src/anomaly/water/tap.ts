import { iso } from '../../lib/clock.ts';
import { type Baseline, emptyBaseline } from '../baseline.ts';
import { minuteMs } from '../local-hour.ts';
import { newTail, noteHigh, type Tail } from '../tail.ts';
import type { HourSum, Streak } from './hour-sum.ts';
import { paceOf, patienceOf } from './pace.ts';
import type { Program } from './programs.ts';

/** Water seen from `from` to `to`, epoch ms. */
export interface Segment {
  readonly from: number;
  readonly to: number;
  readonly litres: number;
}

/** Water on end, from the first drop to the newest. */
export interface Run {
  since: number;
  wetUntil: number;
  litres: number;
  /** Part of it in hours that are usually dry. */
  quietMs: number;
  /** Parts of it below each of `slowLpm`. */
  slowMs?: number[];
  /** Litres that nine in ten such hours stay below, when it began. */
  readonly roomLitres: number;
  /** Rate smoothed over a minute, litres a minute: now, and the highest. */
  smoothLpm: number;
  peakLpm: number;
  /** The same over five minutes: two showers at once are strong, and not for long. */
  steadyLpm?: number;
  steadyPeakLpm?: number;
  /** It ran when a timer's water runs. */
  atTimer?: boolean;
}

/** All that is known of one sensor. Plain JSON. */
export interface Tap {
  readonly id: string;
  /** The clock, epoch ms; 0 before the first line. */
  at: number;
  /** What the sensor says now in litres a minute, or litres; null while it cannot be heard. */
  value: number | null;
  /** When `value` was last said, epoch ms. */
  saidAt: number;
  unknownSince: number | null;
  silent?: { from: number; to: number };
  run: Run | null;
  strong: { since: number; until: number; litres: number } | null;
  /** Time without a dry gap, and the litres in it. */
  gapFree: { since: number; until: number; litres: number } | null;
  /** Time without a rest (`restOf`), and the litres in it: all that a coarse meter shows of a drip. */
  restless: { since: number; until: number; litres: number } | null;
  /** The smallest step of a meter, litres, and when water came last. */
  stepLitres?: number;
  wetAt?: number;
  /** How long its steps took (`pace.ts`), and what its newest hours leave running (`lows.ts`). */
  steps?: number[];
  lows?: { readonly hours: number[]; readonly tail: Tail };
  hour: HourSum | null;
  streak: Streak | null;
  baseline: Baseline;
  /** Longest closed runs of the last sixty days, ms; at most eight. */
  longest: { ms: number; at: number }[];
  /** Daily highs: rate of short runs, litres beyond the hour's and quiet minutes of any. */
  readonly rates: Tail;
  readonly steadies?: Tail;
  readonly volumes: Tail;
  /** The same of runs at other hours than a timer's. */
  readonly free?: Tail;
  readonly quiets: Tail;
  /** Minutes of a run below each of `slowLpm`. */
  readonly slows: readonly Tail[];
  /** Minutes: of a run, without a dry gap, without a rest. */
  readonly runs: Tail;
  readonly gaps: Tail;
  readonly rests: Tail;
  /** Runs that were told and ended by themselves; at most twelve. */
  readonly programs: Program[];
  /** Rate of the newest water, litres a minute, and since when it is four times that of the episode. */
  lpm: number;
  fastSince: number | null;
  /** A meter's value before it fell, to know a restored value from water. */
  before: { value: number; at: number } | null;
}

/** A tap, a shower, a machine give more, litres a minute: what runs on and on below is hardly ever somebody's use. */
export const slowLpm = [1, 3] as const;

export const newTap = (id: string): Tap => ({
  id,
  at: 0,
  value: null,
  saidAt: 0,
  unknownSince: null,
  run: null,
  strong: null,
  gapFree: null,
  restless: null,
  hour: null,
  streak: null,
  baseline: emptyBaseline(),
  longest: [],
  rates: newTail(),
  steadies: newTail(),
  volumes: newTail(),
  free: newTail(),
  quiets: newTail(),
  slows: slowLpm.map(newTail),
  runs: newTail(),
  gaps: newTail(),
  rests: newTail(),
  programs: [],
  lpm: 0,
  fastSince: null,
  before: null,
});

/** What ends a run: a flow sensor sees the end of it, a meter only misses its next step. */
export const runBreakMs = { flow: minuteMs, meter: 10 * minuteMs, held: 60 * minuteMs } as const;
/** Longer ones are faults or a pool: they do not set what is usual. */
const taughtMsMax = 6 * 60 * minuteMs;
const strongBreakMs = 1.5 * minuteMs;
export const dryGapMs = 10 * minuteMs;
const restMs = 90 * minuteMs;
/** Leaks and drips of this many litres a minute are to be seen, where a meter's step allows it in these times. */
const leakLpm = 0.22;
const dripLpm = 0.045;
const coarseGapMsMax = 60 * minuteMs;
const coarseRestMsMax = 4 * 60 * minuteMs;

/** A meter that counts in steps of ten litres shows a steady leak as a step each half hour: less is no dry gap. */
export const dryGapOf = (tap: Pick<Tap, 'stepLitres' | 'steps'>): number =>
  Math.max(
    ...[dryGapMs, patienceOf(paceOf(tap))],
    Math.min(coarseGapMsMax, ((tap.stepLitres ?? 0) * minuteMs) / leakLpm),
  );
export const restOf = ({ stepLitres = 0 }: Pick<Tap, 'stepLitres'>): number =>
  Math.max(restMs, Math.min(coarseRestMsMax, (stepLitres * minuteMs) / dripLpm));

/** Water came. `quiet` says that the hour is usually dry. */
export function addWater(
  tap: Tap,
  segment: Segment,
  o: {
    breakMs: number;
    pouringLpm: number;
    quiet: boolean;
    roomLitres: number;
    timed: boolean;
    stepped: boolean;
  },
): void {
  const { from, to, litres } = segment;
  const goesOn = tap.run !== null && from - tap.run.wetUntil <= o.breakMs;
  const newMs = to - (goesOn ? Math.max(from, tap.run!.wetUntil) : from);
  if (tap.run && goesOn) {
    if (o.quiet) tap.run.quietMs += newMs;
    tap.run.litres += litres;
  } else {
    if (tap.run) closeRun(tap);
    tap.run = {
      since: from,
      wetUntil: to,
      litres,
      quietMs: o.quiet ? newMs : 0,
      roomLitres: o.roomLitres,
      peakLpm: 0,
      smoothLpm: 0,
    };
  }
  tap.run.wetUntil = to;
  tap.wetAt = to;
  if (o.timed) {
    smooth(tap.run, segment);
    addSlow(tap.run, { lpm: rateOf(litres, from, to), ms: newMs });
  }
  if (tap.gapFree && from - tap.gapFree.until > dryGapOf(tap)) endGapFree(tap);
  tap.gapFree ??= { since: from, until: to, litres: 0 };
  tap.gapFree.until = to;
  tap.gapFree.litres += litres;
  if (tap.restless && from - tap.restless.until > restOf(tap)) endRestless(tap);
  tap.restless ??= { since: from, until: to, litres: 0 };
  tap.restless.until = to;
  tap.restless.litres += litres;
  if (o.timed) addStrong(tap, segment, o);
}

function addSlow(run: Run, { lpm, ms }: { lpm: number; ms: number }): void {
  run.slowMs ??= slowLpm.map(() => 0);
  for (const [i, limit] of slowLpm.entries()) if (lpm < limit) run.slowMs[i]! += ms;
}

function addStrong(
  tap: Tap,
  { from, to, litres }: Segment,
  o: { pouringLpm: number; stepped: boolean },
): void {
  const { strong } = tap;
  if (strong && from - strong.until <= strongBreakMs) {
    strong.litres += litres;
    strong.until = to;
    // A fifth below still counts as going on: a jet of water trembles.
    if (rateOf(strong.litres, strong.since, to) < 0.8 * o.pouringLpm) tap.strong = null;
    return;
  }
  const pours = rateOf(litres, from, to) >= o.pouringLpm;
  // The first step of a meter holds water of before: counting begins behind it.
  const begun = o.stepped
    ? { since: to, until: to, litres: 0 }
    : { since: from, until: to, litres };
  tap.strong = pours ? begun : null;
}

/** Time without water up to `to`. */
export function addDry(tap: Tap, to: number, breakMs: number): void {
  if (tap.strong && to - tap.strong.until > strongBreakMs) tap.strong = null;
  if (tap.gapFree && to - tap.gapFree.until > dryGapOf(tap)) endGapFree(tap);
  if (tap.restless && to - tap.restless.until > restOf(tap)) endRestless(tap);
  if (!tap.run) return;
  const dryMs = to - tap.run.wetUntil;
  if (dryMs > breakMs) {
    closeRun(tap);
    tap.run = null;
  }
}

/** There was a dry gap again: how long it took is part of how people live. */
function endGapFree(tap: Tap): void {
  const { since, until } = tap.gapFree!;
  noteHigh(tap.gaps, iso(until).slice(0, 10), (until - since) / minuteMs);
  tap.gapFree = null;
}

function endRestless(tap: Tap): void {
  learnRest(tap);
  tap.restless = null;
}

/** A longer time without a rest has a night in it: a fault, and no habit. */
const dayWithoutRestMs = 20 * 60 * minuteMs;

/** How long it went without a rest is part of how people live, also where it was told. */
export function learnRest(tap: Tap): void {
  if (!tap.restless) return;
  const { since, until } = tap.restless;
  if (until - since > dayWithoutRestMs) return;
  noteHigh(tap.rests, iso(until).slice(0, 10), (until - since) / minuteMs);
}

export const rateOf = (litres: number, from: number, to: number): number =>
  to > from ? (litres * minuteMs) / (to - from) : 0;

const steadyMs = 5 * minuteMs;
function smooth(run: Run, { from, to, litres }: Segment): void {
  const lpm = rateOf(litres, from, to);
  run.smoothLpm = lpm + (run.smoothLpm - lpm) * Math.exp((from - to) / minuteMs);
  run.peakLpm = Math.max(run.peakLpm, run.smoothLpm);
  const steady = run.steadyLpm ?? 0;
  run.steadyLpm = lpm + (steady - lpm) * Math.exp((from - to) / steadyMs);
  run.steadyPeakLpm = Math.max(run.steadyPeakLpm ?? 0, run.steadyLpm);
}

/** A pipe that bursts does not stop by itself: what does, within this time, shows what people use. */
const usedMsMax = 20 * minuteMs;

function closeRun(tap: Tap): void {
  const run = tap.run!;
  const ms = run.wetUntil - run.since;
  if (ms > taughtMsMax) return;
  learnRun(tap);
  const recent = tap.longest.filter((one) => run.wetUntil - one.at < 60 * 24 * 60 * minuteMs);
  tap.longest = [...recent, { ms, at: run.wetUntil }].sort((a, b) => b.ms - a.ms).slice(0, 8);
}

/** What this run says of how people use water. Once is no habit: the tails leave out their highest day. */
export function learnRun(tap: Tap): void {
  const run = tap.run;
  if (!run) return;
  learnUse(tap, run);
  const day = iso(run.wetUntil).slice(0, 10);
  noteHigh(tap.quiets, day, run.quietMs / minuteMs);
  for (const [i, ms] of (run.slowMs ?? []).entries()) noteHigh(tap.slows[i]!, day, ms / minuteMs);
}

/** How strong, how much and how long: all that a run teaches which was told for one of these. */
export function learnUse(tap: Tap, run: Run): void {
  const day = iso(run.wetUntil).slice(0, 10);
  const ms = run.wetUntil - run.since;
  if (ms <= usedMsMax) noteHigh(tap.rates, day, run.peakLpm);
  if (tap.steadies && !run.atTimer) noteHigh(tap.steadies, day, run.steadyPeakLpm ?? 0);
  const beyond = Math.max(0, run.litres - run.roomLitres);
  noteHigh(tap.volumes, day, beyond);
  if (tap.free && !run.atTimer) noteHigh(tap.free, day, beyond);
  if (ms <= taughtMsMax) noteHigh(tap.runs, day, ms / minuteMs);
}

/** The second longest run of late: one odd day alone does not set what is usual. */
export const longestUsualMs = (tap: Tap): number => tap.longest[1]?.ms ?? 0;
