import { quantile } from '../baseline.ts';
import { hourMs, type LocalHour, minuteMs } from '../local-hour.ts';
import { dropDay, newTail, noteHigh, type Tail } from '../tail.ts';

/** All that is known of one power sensor; watts, epoch ms. Plain JSON. */
export interface PowerPart {
  readonly id: string;
  at: number;
  /** What it says; null while it cannot be heard. */
  value: number | null;
  /** The lower of its values at the last two minutes: what is certainly part of the house's. */
  held: number;
  atMinute: number;
  /** Lowest of ten-minute steps, newest last, up to a day. */
  readonly steps: number[];
  step: { start: number; low: number | null };
  /** Lowest of the day, and of two hours; null until they are known. */
  baseNow: number | null;
  unbrokenNow: number | null;
  /** Watts above what such an hour takes anyway, of the last ten hours. */
  readonly above: number[];
  /** Highest seen, fading by half in a month: what "on" is measured against. */
  peak: number;
  /** Since when it is on, and the newest time it was; null while off. */
  on: { since: number; until: number; wattMs: number } | null;
  /** Times it started in the last two hours. */
  readonly starts: number[];
  /** Lowest of each of the last two weeks' hours, by local hour: what the house takes then anyway. */
  readonly lows: number[][];
  hourLow: { start: number; hour: number; low: number } | null;
  /** Daily highs: base above usual, hours on end above usual, unbroken use above usual, minutes on, starts in two hours. */
  readonly base: Tail;
  readonly steady: Tail;
  readonly unbroken: Tail;
  readonly minutes: Tail;
  readonly cycles: Tail;
  /** Highest of each day that held for a minute, above what such an hour takes anyway. */
  peaks?: Tail;
  /** Usual base load: the middle of the lows of three weeks. */
  readonly bases: number[];
}

export const newPower = (id: string): PowerPart => ({
  id,
  at: 0,
  value: null,
  held: 0,
  atMinute: 0,
  steps: [],
  step: { start: 0, low: null },
  baseNow: null,
  unbrokenNow: null,
  above: [],
  peak: 0,
  on: null,
  starts: [],
  lows: Array.from({ length: 24 }, () => []),
  hourLow: null,
  base: newTail(),
  steady: newTail(),
  unbroken: newTail(),
  minutes: newTail(),
  cycles: newTail(),
  bases: [],
});

const stepMs = 10 * minuteMs;
const stepsBase = 144;
const aboveHours = 10;
export const stepsUnbroken = 12;
const lowsMax = 21;
const basesMax = 84;
const jumpMsMax = 6 * hourMs;
/** A thing that pauses for less is still on: an iron, a washing machine. */
const pauseMs = 6 * minuteMs;
const startsMs = 2 * hourMs;

/** Least that counts as on: a tenth of what it can draw, and more than stand-by. */
const onWatts = (part: PowerPart): number => Math.max(10, 0.1 * part.peak);

export interface PowerPassing {
  readonly local: (t: number) => LocalHour;
  /** Watts that count for the base: of the house, what no other sensor explains. */
  readonly rest: (part: PowerPart) => number;
  readonly isHouse: (part: PowerPart) => boolean;
}

/** Moves the clock to `to`; what the sensor said last holds until then. */
export function passPower(part: PowerPart, to: number, frozen: boolean, o: PowerPassing): void {
  if (part.at === 0 || to - part.at > jumpMsMax) {
    part.at = to;
    part.on = null;
    part.steps.length = 0;
    part.above.length = 0;
    part.hourLow = null;
    part.step = { start: Math.floor(to / stepMs) * stepMs, low: null };
    return;
  }
  const ms = to - part.at;
  const newMinute = Math.floor(to / minuteMs) > Math.floor(part.at / minuteMs);
  part.at = to;
  if (part.value === null) return;
  if (newMinute) {
    part.held = Math.min(part.value, part.atMinute);
    part.atMinute = part.value;
  }
  if (o.isHouse(part)) {
    // Within a minute the house and its things do not speak at once.
    if (newMinute) passSteps(part, to, o.rest(part), frozen, o);
    return;
  }
  part.peak = Math.max(part.value, part.peak * 0.5 ** (ms / (30 * 24 * hourMs)));
  passOn(part, ms, frozen, o);
}

function passSteps(
  part: PowerPart,
  to: number,
  watts: number,
  frozen: boolean,
  o: PowerPassing,
): void {
  const start = Math.floor(to / stepMs) * stepMs;
  if (start !== part.step.start) {
    // Time the sensor was silent is known to have had no lower value: it is left out.
    if (part.step.low !== null) part.steps.push(part.step.low);
    if (part.steps.length > stepsBase) part.steps.shift();
    part.step = { start, low: null };
    judgeStep(part, to, frozen, o);
  }
  part.step.low = Math.min(part.step.low ?? watts, watts);
  part.peaks ??= newTail();
  const usual = roomNow(part);
  if (!frozen && usual !== null) noteHigh(part.peaks, o.local(to).day, part.held - usual);
  const at = o.local(to);
  if (part.hourLow && part.hourLow.start !== at.start) {
    endHour(part, to, frozen, o);
  }
  part.hourLow ??= { start: at.start, hour: at.hour, low: watts };
  part.hourLow.low = Math.min(part.hourLow.low, watts);
}

function endHour(part: PowerPart, to: number, frozen: boolean, o: PowerPassing): void {
  const { hour, low } = part.hourLow!;
  const room = roomNow(part);
  part.hourLow = null;
  if (room === null) part.above.length = 0;
  else {
    pushMax(part.above, Math.round(low - room), aboveHours);
    const steady = steadyOf(part);
    if (!frozen && steady !== null) noteHigh(part.steady, o.local(to).day, steady);
  }
  if (!frozen) pushMax(part.lows[hour]!, Math.round(low), lowsMax);
}

/** Ten minutes are over: base and unbroken use, against what is usual. */
function judgeStep(part: PowerPart, to: number, frozen: boolean, o: PowerPassing): void {
  part.baseNow = part.steps.length < stepsBase ? null : Math.min(...part.steps);
  part.unbrokenNow =
    part.steps.length < stepsUnbroken ? null : Math.min(...part.steps.slice(-stepsUnbroken));
  if (frozen) return;
  const { day } = o.local(to);
  const base = part.baseNow;
  const usual = usualBase(part);
  if (base !== null && usual !== null) noteHigh(part.base, day, base - usual);
  if (base !== null && to % (6 * hourMs) < stepMs) pushMax(part.bases, Math.round(base), basesMax);
  const unbroken = part.unbrokenNow;
  const room = roomNow(part);
  if (unbroken !== null && room !== null) noteHigh(part.unbroken, day, unbroken - room);
}

function pushMax(into: number[], value: number, max: number): void {
  into.push(value);
  if (into.length > max) into.shift();
}

/** Watts above usual that each of the last ten hours had at least; null until they are known. */
export const steadyOf = (part: PowerPart): number | null =>
  part.above.length < aboveHours ? null : Math.min(...part.above);

/** The middle of the base loads of three weeks; null before three days. */
export const usualBase = (part: PowerPart): number | null => hourly(part).base;

/** What nine in ten hours like this one, and those beside it, do not fall below; null before a week. */
export const roomNow = (part: PowerPart): number | null => hourly(part).room;

interface Hourly {
  readonly start: number;
  readonly base: number | null;
  readonly room: number | null;
}
const hours = new WeakMap<PowerPart, Hourly>();

/** Both change once an hour, and are asked for with every reading. */
function hourly(part: PowerPart): Hourly {
  const start = part.hourLow?.start ?? 0;
  const known = hours.get(part);
  if (known?.start === start) return known;
  const base = part.bases.length < 12 ? null : quantile(part.bases, 0.5);
  const made = { start, base, room: part.hourLow ? roomAt(part, part.hourLow.hour) : null };
  hours.set(part, made);
  return made;
}

function roomAt(part: PowerPart, hour: number): number | null {
  let room = 0;
  for (const step of [-2, -1, 0, 1]) {
    const lows = part.lows[(hour + step + 24) % 24]!;
    if (lows.length < 6) return null;
    room = Math.max(room, quantile(lows, 0.9));
  }
  return room;
}

function passOn(part: PowerPart, ms: number, frozen: boolean, o: PowerPassing): void {
  const { at } = part;
  const watts = part.value!;
  const { day } = o.local(at);
  if (watts < onWatts(part)) {
    if (!frozen) noteHigh(part.minutes, day, 0);
    if (part.on && at - part.on.until > pauseMs) {
      if (!frozen) noteHigh(part.minutes, day, (part.on.until - part.on.since) / minuteMs);
      part.on = null;
    }
    return;
  }
  part.on ??= { since: at - ms, until: at, wattMs: 0 };
  part.on.until = at;
  part.on.wattMs += watts * ms;
}

/** It said something: a start is a step from off to on. */
export function hearPower(
  part: PowerPart,
  watts: number | null,
  frozen: boolean,
  day: string,
): void {
  const was = part.value;
  part.value = watts;
  if (watts === null) {
    part.on = null;
    return;
  }
  const limit = onWatts(part);
  if (was === null || was >= limit || watts < limit) return;
  while (part.starts.length > 0 && part.at - part.starts[0]! > startsMs) part.starts.shift();
  if (part.starts.length < 200) part.starts.push(part.at);
  if (!frozen) noteHigh(part.cycles, day, part.starts.length);
}

export function startsNow(part: PowerPart): number {
  const { starts, at } = part;
  let n = 0;
  for (let i = starts.length - 1; i >= 0 && at - starts[i]! <= startsMs; i--) n += 1;
  return n;
}

/** What led to an episode is no habit. */
export function forgetPower(part: PowerPart): void {
  for (const tail of [part.base, part.steady, part.unbroken, part.minutes, part.cycles])
    dropDay(tail);
}
