import type { LocalHour } from '../local-hour.ts';
import { minuteMs } from '../local-hour.ts';
import { middleOf, newTail, noteHigh, type Tail } from '../tail.ts';

/** One sensor that must not fall silent. `heard` times are of a clock that runs only while the home is heard. */
export interface SilencePart {
  readonly id: string;
  value: number | string | null;
  /** When it last said something new: heard clock, and epoch ms. */
  changedHeard: number;
  changedAt: number;
  /** Since when it is unavailable, epoch ms, and on the heard clock. */
  outSince: number | null;
  outHeard: number;
  /** Times it became unavailable within a day, epoch ms. */
  readonly drops: number[];
  /** Daily highs, minutes: without a change, unavailable; and times unavailable. */
  readonly still: Tail;
  readonly out: Tail;
  readonly flaps: Tail;
}

export const newSilence = (id: string): SilencePart => ({
  id,
  value: null,
  changedHeard: 0,
  changedAt: 0,
  outSince: null,
  outHeard: 0,
  drops: [],
  still: newTail(),
  out: newTail(),
  flaps: newTail(),
});

const dropsMax = 60;
const dayMs = 1440 * minuteMs;

const isOut = (v: number | string): boolean => v === 'unavailable' || v === 'unknown';

export function hearSilence(
  part: SilencePart,
  v: number | string,
  o: { t: number; heard: number; frozen: boolean; local: (t: number) => LocalHour },
): void {
  const { t, heard, frozen } = o;
  const { day } = o.local(t);
  if (isOut(v)) {
    if (part.outSince !== null) return;
    part.outSince = t;
    part.outHeard = heard;
    // An entity that is not there at the start is no drop.
    if (part.value === null) return;
    while (part.drops.length > 0 && t - part.drops[0]! > dayMs) part.drops.shift();
    if (part.drops.length < dropsMax) part.drops.push(t);
    if (!frozen) noteHigh(part.flaps, day, part.drops.length);
    return;
  }
  if (part.outSince !== null) {
    if (!frozen) noteHigh(part.out, day, (heard - part.outHeard) / minuteMs);
    part.outSince = null;
  } else if (v === part.value) return;
  part.value = v;
  part.changedHeard = heard;
  part.changedAt = t;
}

export const stillMinutes = (part: SilencePart, heard: number): number =>
  (heard - part.changedHeard) / minuteMs;

/** From so long without a change on most days on, a sensor speaks a few times a day at most: a battery's level. */
const rareFrom = 6 * 60;
const rareMinutesMax = 12 * 60;

/** What speaks rarely cannot come back sooner than it would have spoken: minutes it may be unavailable. */
export function rareMinutes(part: SilencePart): number {
  const usual = middleOf(part.still) ?? 0;
  return usual < rareFrom ? 0 : Math.min(usual, rareMinutesMax);
}
