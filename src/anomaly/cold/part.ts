import { quantile } from '../baseline.ts';
import { hourMs, type LocalHour, minuteMs } from '../local-hour.ts';
import { dropDay, newTail, noteHigh, type Tail } from '../tail.ts';

/** All that is known of one fridge or freezer; temperatures in °C, times epoch ms. Plain JSON. */
export interface ColdPart {
  readonly id: string;
  at: number;
  /** What it says; null while it cannot be heard. */
  value: number | null;
  /** What it says, smoothed over twenty minutes: a door that is opened is no warming. */
  smooth: number | null;
  hour: { start: number; sum: number; knownMs: number } | null;
  /** Means of the last two weeks' hours. */
  readonly means: number[];
  /** Since when it is above its usual top, and how warm it was then. */
  above: { since: number; from: number } | null;
  /** Daily highs: degrees above the middle, and minutes above the top (the longest defrost). */
  readonly warmth: Tail;
  readonly minutes: Tail;
}

export const newCold = (id: string): ColdPart => ({
  id,
  at: 0,
  value: null,
  smooth: null,
  hour: null,
  means: [],
  above: null,
  warmth: newTail(),
  minutes: newTail(),
});

const smoothMs = 20 * minuteMs;
const hoursMax = 14 * 24;
const hoursMin = 2 * 24;
/** A longer silence of the whole home starts afresh. */
const jumpMsMax = 2 * 24 * hourMs;

/** Middle of the hours, and the top that nine in ten stay below; null before two days are known. */
export interface ColdUsual {
  readonly middle: number;
  readonly top: number;
}

/** Worked out once an hour for each part. */
export function coldUsual(): (part: ColdPart) => ColdUsual | null {
  const kept = new WeakMap<ColdPart, { start: number; hours: number; usual: ColdUsual | null }>();
  return (part) => {
    const known = kept.get(part);
    const start = part.hour?.start ?? known?.start ?? 0;
    if (known?.start === start && known.hours === part.means.length) return known.usual;
    const usual = usualOf(part.means);
    kept.set(part, { start, hours: part.means.length, usual });
    return usual;
  };
}

export function usualOf(means: readonly number[]): ColdUsual | null {
  if (means.length < hoursMin) return null;
  const middle = quantile(means, 0.5);
  return { middle, top: Math.max(quantile(means, 0.9), middle + 0.3) + 0.5 };
}

export interface Passing {
  readonly usual: (part: ColdPart) => ColdUsual | null;
  readonly local: (t: number) => LocalHour;
}

/** Moves the clock to `to`; what the sensor said last holds until then. */
export function passCold(part: ColdPart, to: number, frozen: boolean, o: Passing): void {
  if (part.at === 0 || to - part.at > jumpMsMax) {
    part.at = to;
    part.hour = null;
    part.above = null;
    return;
  }
  while (part.at < to) {
    part.hour ??= { start: o.local(part.at).start, sum: 0, knownMs: 0 };
    const end = part.hour.start + hourMs;
    const until = Math.min(to, end, part.at + 5 * minuteMs);
    hold(part, until, frozen, o);
    part.at = until;
    if (until !== end) continue;
    const { sum, knownMs } = part.hour;
    if (!frozen && knownMs > 0.7 * hourMs) learnMean(part, sum / knownMs);
    part.hour = null;
  }
}

function learnMean(part: ColdPart, mean: number): void {
  part.means.push(Number(mean.toFixed(2)));
  if (part.means.length > hoursMax) part.means.shift();
}

function hold(part: ColdPart, until: number, frozen: boolean, o: Passing): void {
  const { value } = part;
  if (value === null) return;
  const ms = until - part.at;
  part.hour!.sum += value * ms;
  part.hour!.knownMs += ms;
  const before = part.smooth ?? value;
  part.smooth =
    part.smooth === null ? value : value + (part.smooth - value) * Math.exp(-ms / smoothMs);
  const usual = o.usual(part);
  if (!usual) return;
  if (part.smooth > usual.top) part.above ??= { since: part.at, from: before };
  else part.above = null;
  if (frozen) return;
  const { day } = o.local(part.at);
  noteHigh(part.warmth, day, part.smooth - usual.middle);
  noteHigh(part.minutes, day, part.above ? (until - part.above.since) / minuteMs : 0);
}

/** What led to an episode is no habit. */
export function forgetDay(part: ColdPart): void {
  dropDay(part.warmth);
  dropDay(part.minutes);
}
