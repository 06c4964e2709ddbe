import { type Baseline, emptyBaseline, learnHour, quantile } from '../baseline.ts';
import { hourMs, type LocalHour, minuteMs } from '../local-hour.ts';
import { newTail, noteHigh, type Tail } from '../tail.ts';

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
  unknown: { since: number; last: number; marks: number; peak: number } | null;
  /** Minutes by which phones were late when somebody came home. */
  readonly lags: number[];
  /** Hours of the week (168) seen with everybody away, and with motion in them. */
  readonly seen: number[];
  readonly moved: number[];
  awayHour: { start: number; cell: number; minutes: number; marks: number } | null;
  hour: { start: number; marks: number } | null;
  /** Marks an hour with somebody home. */
  readonly usual: Baseline;
  /** Daily highs of marks: in fifteen minutes while away; in thirty beyond usual at still hours. */
  readonly away: Tail;
  readonly odd: Tail;
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

const minutesMax = 30;
const stuckMs = 60 * minuteMs;
/** Nobody counts as away before: phones notice late that somebody left. */
const leftMs = 15 * minuteMs;
const quietMs = 20 * minuteMs;
/** So long after the last one left, motion is of somebody who stayed. */
const stayMs = 60 * minuteMs;
/** A guest who reads a book is still for longer than a house is that nobody is in. */
const guestQuietMinutes = 120;
const staysMax = 30;
const lagsMax = 30;
const seenMax = 8;
export const marksMin = 3;
/** Above this many marks an hour is no still hour. */
const stillMarksMax = 12;
/** Marks in a quarter of an hour that no pet goes beyond for long. */
const petMarksMax = 8;
const robotAfterMs = 5 * minuteMs;

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
  readonly local: (t: number) => LocalHour;
}

/** One or more minutes are over. */
export function passMotion(part: MotionPart, to: number, o: MotionPassing): void {
  const minute = Math.floor(to / minuteMs);
  const before = part.at === 0 ? minute - 1 : Math.floor(part.at / minuteMs);
  part.at = to;
  if (minute === before) return;
  if (Object.values(part.robots).some((v) => v === 'cleaning' || v === 'returning')) {
    part.robotUntil = to + robotAfterMs;
  }
  const marks = markRooms(part, to);
  if (marks > 0) part.still = 0;
  else if (to >= part.robotUntil) part.still = (part.still ?? 0) + Math.min(60, minute - before);
  noteLeaving(part, to, o.away, marks);
  for (let skipped = Math.min(minutesMax, minute - before); skipped > 0; skipped--) {
    part.minutes.push(marks);
    if (part.minutes.length > minutesMax) part.minutes.shift();
  }
  const gone = o.away !== null && to - o.away >= leftMs;
  endHours(part, to, o);
  const minutes = Math.min(60, minute - before);
  if (gone) passAway(part, to, { ...o, marks, minutes });
  else passHome(part, to, marks, o);
}

function markRooms(part: MotionPart, to: number): number {
  const moving = new Set(part.pulsed);
  for (const [id, since] of Object.entries(part.on)) if (to - since < stuckMs) moving.add(id);
  part.pulsed = [];
  if (to < part.robotUntil) return 0;
  const began = beganAt(to);
  for (const id of moving) {
    const room = part.rooms[id];
    if (room && to - room.last < quietMs) {
      room.last = to;
      room.marks += 1;
    } else part.rooms[id] = { first: began, last: to, marks: 1 };
  }
  return moving.size;
}

/** What is counted at the end of a minute began in it. */
const beganAt = (to: number): number => (Math.floor(to / minuteMs) - 1) * minuteMs;

export const marksIn = (part: MotionPart, minutes: number): number =>
  part.minutes.slice(-minutes).reduce((sum, n) => sum + n, 0);

function passAway(
  part: MotionPart,
  to: number,
  o: MotionPassing & { marks: number; minutes: number },
): void {
  const { marks } = o;
  const { day } = o.local(to);
  if (part.unknown && to - part.unknown.last > quietMs) {
    // Nobody came home: a pet, or a fault, of which no more is learned than a pet would teach.
    noteHigh(part.away, day, Math.min(part.unknown.peak, petMarksMax));
    part.unknown = null;
  }
  // Who is left behind without a phone goes on moving.
  if (!part.empty && (part.still ?? 0) >= quietMinutes(part)) part.empty = true;
  if (!part.empty) return;
  if (marks > 0) {
    part.unknown ??= { since: beganAt(to), last: to, marks: 0, peak: 0 };
    part.unknown.last = to;
    part.unknown.marks += marks;
    part.unknown.peak = Math.max(part.unknown.peak, marksIn(part, 15));
  }
  if (part.awayHour) {
    part.awayHour.minutes += o.minutes;
    part.awayHour.marks += marks;
  }
  noteHigh(part.away, day, 0);
}

/** Who stays behind when all phones leave: learned, because a cat always does. */
function noteLeaving(part: MotionPart, to: number, away: number | null, marks: number): void {
  if (part.left && part.left.at !== away) {
    if (part.at - part.left.at >= stayMs) {
      part.stays ??= [];
      part.stays.push(part.left.stayed ? 1 : 0);
      if (part.stays.length > staysMax) part.stays.shift();
    }
    part.left = null;
  }
  if (away === null) return;
  if (!part.left) {
    part.left = { at: away, stayed: false };
    part.still = 0;
  }
  const since = to - away;
  if (!part.empty && marks > 0 && since >= leftMs && since < stayMs) part.left.stayed = true;
}

function quietMinutes(part: MotionPart): number {
  const stays = part.stays ?? [];
  const often = stays.reduce((sum, one) => sum + one, 0) > 0.4 * Math.max(5, stays.length);
  return part.left?.stayed && !often ? guestQuietMinutes : quietMs / minuteMs;
}

function passHome(part: MotionPart, to: number, marks: number, o: MotionPassing): void {
  part.empty = false;
  if (part.unknown) {
    // It was somebody coming home, seen before the phone.
    if (o.away === null && to - part.unknown.since < 30 * minuteMs) {
      part.lags.push(Math.round((to - part.unknown.since) / minuteMs));
      if (part.lags.length > lagsMax) part.lags.shift();
      if (part.awayHour) part.awayHour.marks -= part.unknown.marks;
    }
    part.unknown = null;
  }
  if (part.hour) part.hour.marks += marks;
  const room = stillRoom(part, to, o.local);
  if (!o.frozen && room !== null) noteHigh(part.odd, o.local(to).day, marksIn(part, 30) - room);
}

function endHours(part: MotionPart, to: number, o: MotionPassing): void {
  const at = o.local(to);
  if (part.hour && part.hour.start !== at.start) {
    const was = o.local(part.hour.start);
    if (!o.frozen && at.start - part.hour.start <= hourMs) {
      learnHour(part.usual, was, part.hour.marks, null);
    }
    part.hour = null;
  }
  part.hour ??= { start: at.start, marks: 0 };
  if (part.awayHour && part.awayHour.start !== at.start) {
    const { cell, minutes, marks } = part.awayHour;
    if (minutes >= 20) learnAway(part, cell, marks >= marksMin);
    part.awayHour = null;
  }
  part.awayHour ??= { start: at.start, cell: cellOf(at), minutes: 0, marks: 0 };
}

function learnAway(part: MotionPart, cell: number, moved: boolean): void {
  part.seen[cell]! += 1;
  if (moved) part.moved[cell]! += 1;
  if (part.seen[cell]! > seenMax) {
    part.seen[cell]! *= 0.75;
    part.moved[cell]! *= 0.75;
  }
}

/** Hour of the week: 0 is midnight of Monday. */
export function cellOf(at: LocalHour): number {
  const weekday = (new Date(`${at.day}T00:00:00Z`).getUTCDay() + 6) % 7;
  return weekday * 24 + at.hour;
}

const rooms = new WeakMap<MotionPart, Map<number, number | null>>();
/**
 * Marks that half an hour at this time may have; null where the hour, or that of half an hour ago, is
 * no still one, or before a week is known.
 */
export function stillRoom(
  part: MotionPart,
  t: number,
  local: (t: number) => LocalHour,
): number | null {
  const now = hourRoom(part, local(t));
  if (now === null) return null;
  const before = hourRoom(part, local(t - minutesMax * minuteMs));
  return before === null ? null : Math.max(now, before);
}

/** Worked out once an hour. */
function hourRoom(part: MotionPart, at: LocalHour): number | null {
  let known = rooms.get(part);
  if (!known || known.size > 3) {
    known = new Map();
    rooms.set(part, known);
  }
  const kept = known.get(at.start);
  if (kept !== undefined) return kept;
  let room: number | null = part.usual.days < 7 ? null : 0;
  for (const step of [-1, 0, 1]) {
    for (const weekend of [0, 24]) {
      const { amounts } = part.usual.cells[((at.hour + step + 24) % 24) + weekend]!;
      const high = quantile(amounts, 0.9);
      if (room !== null) room = high > stillMarksMax ? null : Math.max(room, high);
    }
  }
  known.set(at.start, room);
  return room;
}
