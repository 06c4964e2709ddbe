import { type Baseline, emptyBaseline } from '../baseline.ts';
import { type LocalHour, minuteMs } from '../local-hour.ts';
import { newTail, type Tail } from '../tail.ts';

/** Who moved where of late; a mark is one sensor in one minute. Times epoch ms. Plain JSON. */
export interface MotionPart {
  readonly id: string;
  at: number;
  /** Sensors that are on, since when; and those that were on since the last minute. */
  readonly on: Record<string, number>;
  pulsed: string[];
  /** Marks of the last thirty minutes, newest last. */
  readonly minutes: number[];
  /** Newest motion of each sensor, and its marks since `rooms` began. */
  rooms: Record<string, { first: number; last: number; marks: number }>;
  /** A robot is at work until then. */
  robotUntil: number;
  readonly robots: Record<string, string>;
  /** Nothing moved for a while since everybody left: only then is the house known to be empty. */
  empty: boolean;
  /** Minutes without motion, those not counted in which a robot was at work. */
  still?: number;
  /** Since when everybody is away, and whether somebody went on moving then: a guest has no phone here. */
  left?: { at: number; stayed: boolean } | null;
  /** Of the newest times that everybody left, whether something went on moving: 1 or 0. */
  stays?: number[];
  /** Motion while everybody is away, until somebody turns out to have come home. */
  unknown: Unknown | null;
  /** Motion that was told, while everybody is still away. */
  visit?: Visit | null;
  /** When somebody last came home to motion that had gone on for hours: whoever it is, they have met. */
  metAt?: number;
  /** Minutes by which phones were late when somebody came home. */
  readonly lags: number[];
  /** Hours of the week (168) seen with everybody away, and with more motion in them than a pet makes. */
  readonly seen: number[];
  readonly moved: number[];
  awayHour: { start: number; cell: number; minutes: number } | null;
  hour: { start: number; marks: number } | null;
  /** Marks an hour with somebody home. */
  readonly usual: Baseline;
  /** Daily highs of marks: in fifteen minutes while away; in thirty beyond usual at still hours. */
  readonly away: Tail;
  readonly odd: Tail;
}

export interface Visit {
  readonly since: number;
  last: number;
}

export interface Unknown {
  readonly since: number;
  /** It is of those who were told, or met, before. */
  readonly known?: true;
  last: number;
  marks: number;
  /** Most marks in a quarter of an hour. */
  peak: number;
  /** When it became more than what lives here makes with nobody home: phones are given time from there. */
  busySince?: number | null;
  /** Hours of the week it went on in, not yet counted in `moved`: it may be somebody coming home. */
  cells?: number[];
}

export const newMotion = (id: string): MotionPart => ({
  id,
  at: 0,
  on: {},
  pulsed: [],
  minutes: [],
  rooms: {},
  robotUntil: 0,
  robots: {},
  empty: false,
  unknown: null,
  lags: [],
  seen: new Array<number>(168).fill(0),
  moved: new Array<number>(168).fill(0),
  awayHour: null,
  hour: null,
  usual: emptyBaseline(),
  away: newTail(),
  odd: newTail(),
});

export const minutesMax = 30;
export const marksMin = 3;
export const quietMs = 20 * minuteMs;

export function hearMotion(part: MotionPart, id: string, v: number | string): void {
  if (id.startsWith('vacuum.') || id.startsWith('lawn_mower.')) {
    part.robots[id] = String(v);
    return;
  }
  if (v === 'on') {
    part.on[id] ??= part.at;
    if (!part.pulsed.includes(id)) part.pulsed.push(id);
  } else delete part.on[id];
}

export interface MotionPassing {
  /** Since when everybody is away; null when somebody is home or nobody knows. */
  readonly away: number | null;
  readonly frozen: boolean;
  /** Marks in a quarter of an hour that are more than what lives here makes with nobody home. */
  readonly busyMarks: number;
  readonly local: (t: number) => LocalHour;
}

/** What is counted at the end of a minute began in it. */
export const beganAt = (to: number): number => (Math.floor(to / minuteMs) - 1) * minuteMs;

export const marksIn = (part: MotionPart, minutes: number): number =>
  part.minutes.slice(-minutes).reduce((sum, n) => sum + n, 0);
