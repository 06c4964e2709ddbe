import type { Baseline } from '../baseline.ts';
import { hourMs, type LocalHour } from '../local-hour.ts';
import { numberOf } from '../units.ts';
import { endHour, newHour, newUsualMs } from './hours.ts';
import { patienceOf, runPaceOf } from './pace.ts';
import { markTimer } from './programs.ts';
import type { WaterSensor } from './sensors.ts';
import type { Limits } from './settings.ts';
import { addDry, addWater, rateOf, runBreakMs, type Segment, type Tap } from './tap.ts';

/** What the rules need besides the tap. */
export interface Surroundings {
  readonly sensor: WaterSensor;
  readonly limits: Limits;
  readonly baseline: Baseline;
  /** True when the hour that holds `t` is usually dry. */
  readonly quiet: (t: number) => boolean;
  readonly pouringLpm: (t: number) => number;
  readonly roomLitres: (t: number) => number;
  readonly local: (t: number) => LocalHour;
  /** Start of the open episode this tap is part of, or null. */
  readonly episodeSince: number | null;
}

/** A longer silence of the whole home than this starts afresh, ms. */
export const jumpMsMax = 45 * 24 * hourMs;
/** A run does not go on through a longer time without a word of the sensor. */
const unknownMsMax = 2 * hourMs;

/** Moves the tap's clock to `to`; what the sensor said last holds until then. */
export function advance(tap: Tap, to: number, o: Surroundings): void {
  if (tap.at === 0 || to - tap.at > jumpMsMax) {
    tap.at = to;
    tap.hour = newHour(o.local(to).start);
    return;
  }
  while (tap.at < to) {
    tap.hour ??= newHour(o.local(tap.at).start);
    const { hour } = tap;
    const until = Math.min(to, hour.start + hourMs);
    pass(tap, until, o);
    tap.at = until;
    if (until === hour.start + hourMs) {
      endHour(tap, { ...o, at: o.local(hour.start) });
      tap.hour = newHour(until);
    }
  }
}

/** Time within one hour. */
function pass(tap: Tap, to: number, o: Surroundings): void {
  if (tap.value === null) {
    tap.unknownSince ??= tap.at;
    const heldMs = to - tap.unknownSince;
    if (heldMs > unknownMsMax && o.episodeSince === null) {
      tap.run = null;
      tap.gapFree = null;
      tap.restless = null;
    }
    tap.strong = null;
    return;
  }
  tap.hour!.knownMs += to - tap.at;
  if (o.episodeSince !== null && to - o.episodeSince < newUsualMs) tap.hour!.unusual = true;
  const lpm = o.sensor.kind === 'flow' ? tap.value * o.sensor.factor : 0;
  if (lpm > 0 && lpm >= o.limits.floorLpm) {
    pour(tap, { from: tap.at, to, litres: (lpm * (to - tap.at)) / 60_000 }, o);
  } else {
    addDry(tap, to, breakOf(tap, o));
  }
}

/** A meter finer than a litre would have shown a leak's next step sooner: uses that follow each other are no run. */
const meterBreakOf = ({ stepLitres = 1 }: Tap): number =>
  Math.max(0.4, Math.min(1, 0.35 + 0.7 * stepLitres)) * runBreakMs.meter;

const breakOf = (tap: Tap, o: Surroundings): number => {
  if (o.episodeSince !== null) return runBreakMs.held;
  if (o.sensor.kind === 'flow') return runBreakMs.flow;
  return Math.max(meterBreakOf(tap), patienceOf(runPaceOf(tap)));
};

/** Water came, in this hour. `timed` is false when the segment's length is a guess, so its rate is too. */
export function pour(tap: Tap, segment: Segment, o: Surroundings, timed = true): void {
  const lpm = rateOf(segment.litres, segment.from, segment.to);
  const hour = tap.hour!;
  hour.litres += segment.litres;
  if (timed) {
    tap.lpm = lpm;
    hour.peakLpm = Math.max(hour.peakLpm ?? 0, lpm);
  }
  addWater(tap, segment, {
    breakMs: breakOf(tap, o),
    pouringLpm: o.pouringLpm(segment.to - 1),
    timed,
    stepped: o.sensor.kind === 'meter',
    quiet: o.quiet(segment.to - 1),
    roomLitres: o.roomLitres(segment.to - 1),
  });
  markTimer(tap, o.local);
}

/** What a flow sensor said, at the tap's clock. */
export function hearFlow(tap: Tap, v: number | string): void {
  const value = numberOf(v);
  if (value === null) {
    tap.value = null;
    return;
  }
  bridge(tap);
  // Some sensors count backwards when the pipe is emptied: that is no use of water.
  tap.value = Math.max(0, value);
  tap.saidAt = tap.at;
}

/** The silence is over. Nobody knows what ran in it: it breaks nothing and adds nothing. */
export function bridge(tap: Tap): void {
  if (tap.value !== null || tap.unknownSince === null) return;
  if (tap.saidAt > 0) tap.silent = { from: tap.unknownSince, to: tap.at };
  const silentMs = tap.at - tap.unknownSince;
  tap.unknownSince = null;
  if (tap.run) tap.run.wetUntil = Math.min(tap.at, tap.run.wetUntil + silentMs);
  if (tap.gapFree) tap.gapFree.until = Math.min(tap.at, tap.gapFree.until + silentMs);
  if (tap.restless) tap.restless.until = Math.min(tap.at, tap.restless.until + silentMs);
}
