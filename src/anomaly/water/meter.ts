import { hourMs, minuteMs } from '../local-hour.ts';
import { numberOf } from '../units.ts';
import { bridge, pour, type Surroundings } from './advance.ts';
import { learnPace, runPaceOf } from './pace.ts';
import type { Tap } from './tap.ts';

/** No pipe of a home gives more: a larger step is a correction, not water. */
const litresPerMinuteMax = 100;
/** Water of a step came within this time before it; earlier the meter would have stood still. */
const spreadMs = 5 * minuteMs;
/** A step is counted over at least this long: meters report in bursts. */
const stepMsMin = 30_000;

/** What a meter said, at the tap's clock. Resets, restored values and corrections are no water. */
export function hearMeter(tap: Tap, v: number | string, o: Surroundings): void {
  const value = numberOf(v);
  if (value === null) {
    tap.value = null;
    return;
  }
  const before = tap.value;
  const saidAt = tap.saidAt;
  bridge(tap);
  tap.value = value;
  tap.saidAt = tap.at;
  // After a silence, and at the first word, there is nothing to subtract from.
  if (before === null) return;
  if (value < before) {
    tap.before = { value: before, at: tap.at };
    return;
  }
  if (value === before || comesBack(tap, value)) return;
  const litres = (value - before) * o.sensor.factor;
  tap.stepLitres = Math.min(tap.stepLitres ?? litres, litres);
  const passedMs = Math.max(tap.at - saidAt, stepMsMin);
  if (litres > (litresPerMinuteMax * passedMs) / minuteMs) return;
  // A fault is no way to learn how a meter speaks.
  if (o.episodeSince === null) learnPace(tap, passedMs);
  const spread = Math.max(spreadMs, runPaceOf(tap));
  const from = Math.max(tap.at - Math.min(passedMs, spread), tap.run?.wetUntil ?? 0);
  const segment = { from: Math.min(from, tap.at - stepMsMin), to: tap.at, litres };
  pour(tap, segment, o, passedMs <= spreadMs);
}

/** A meter that fell and climbs back at once had been restored to an old value. */
function comesBack(tap: Tap, value: number): boolean {
  if (!tap.before) return false;
  const back = tap.at - tap.before.at < hourMs && value >= 0.99 * tap.before.value;
  if (back || tap.at - tap.before.at >= hourMs) tap.before = null;
  return back;
}
