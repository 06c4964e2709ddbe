import { type LocalHour, minuteMs } from '../local-hour.ts';
import { noteHigh } from '../tail.ts';
import {
  beganAt,
  type MotionPart,
  type MotionPassing,
  marksIn,
  quietMs,
  type Unknown,
} from './part.ts';
import { beginVisit, isKnownVisitor } from './visit.ts';

/** Time a phone is given to say that it was its owner, minutes. */
const waitMax = 15;
const waitMin = 3;
const waitBeyond = 2;
const lagsMin = 5;
const lagsMax = 30;
/** After this long it was nobody coming home. */
const comesHomeMs = 30 * minuteMs;
/** A guest who reads a book is still for longer than a house is that nobody is in. */
const guestQuietMinutes = 120;
/** Where somebody without a phone, or a pet, often stays behind, two hours without motion hardly ever come. */
const livesQuietMinutes = 45;
/** So many minutes of rest part one coming and going from the next: a pet between leaves longer ones. */
const restMinutes = 5;
const seenMax = 8;
/** Marks in a quarter of an hour that no pet goes beyond for long. */
const petMarksMax = 8;

/** Minutes with everybody away. */
export function passAway(
  part: MotionPart,
  to: number,
  o: MotionPassing & { marks: number; minutes: number },
): void {
  const { day } = o.local(to);
  if (part.unknown && to - part.unknown.last > quietMs) endUnknown(part, part.unknown, day, o);
  // Who is left behind without a phone goes on moving.
  if (!part.empty && (part.still ?? 0) >= quietMinutes(part)) part.empty = true;
  if (!part.empty) return;
  if (o.marks > 0) hearUnknown(part, to, o);
  if (part.awayHour) part.awayHour.minutes += o.minutes;
  noteHigh(part.away, day, 0);
}

/** Minutes without motion that say that the house is empty. */
function quietMinutes(part: MotionPart): number {
  const stays = part.stays ?? [];
  const often = stays.reduce((sum, one) => sum + one, 0) > 0.4 * Math.max(5, stays.length);
  if (!part.left?.stayed) return quietMs / minuteMs;
  return often ? livesQuietMinutes : guestQuietMinutes;
}

function hearUnknown(part: MotionPart, to: number, o: MotionPassing & { marks: number }): void {
  if (!part.unknown) {
    const since = beganAt(to);
    const known = isKnownVisitor(part, since, o.away);
    part.unknown = { since, last: to, marks: 0, peak: 0, ...(known && { known }) };
  }
  const { unknown } = part;
  if (part.visit) part.visit.last = to;
  unknown.last = to;
  unknown.marks += o.marks;
  unknown.peak = Math.max(unknown.peak, marksIn(part, 15));
  if (unknown.peak < o.busyMarks) return;
  unknown.busySince ??= burstBegan(part, to);
  if (unknown.known) beginVisit(part);
  const cell = cellOf(o.local(to));
  unknown.cells ??= [];
  if (unknown.cells.at(-1) !== cell) unknown.cells.push(cell);
  if (to - unknown.busySince >= comesHomeMs) countHours(part, unknown);
}

/** Back to the rest before it. */
function burstBegan(part: MotionPart, to: number): number {
  const last = part.minutes.length - 1;
  let first = last;
  for (let i = last; i >= 0 && first - i <= restMinutes; i--) if (part.minutes[i]! > 0) first = i;
  return beganAt(to) - (last - first) * minuteMs;
}

/** Nobody came home: a pet, a robot, a child without a phone, or a fault. */
function endUnknown(part: MotionPart, unknown: Unknown, day: string, o: MotionPassing): void {
  // No more is learned than a pet would teach, and nothing of what has its hour, or of a guest.
  if (!unknown.known && !hasItsHour(part, o.local))
    noteHigh(part.away, day, Math.min(unknown.peak, petMarksMax));
  countHours(part, unknown);
  part.unknown = null;
}

/** A visit is one, in however many pieces it is seen, and a guest of a few days has no hours here. */
function countHours(part: MotionPart, unknown: Unknown): void {
  if (unknown.known) return;
  for (const cell of unknown.cells ?? []) part.moved[cell]! += 1;
  unknown.cells = [];
}

/** Somebody is home: motion of a moment ago was theirs, seen before the phone. */
export function cameHome(part: MotionPart, to: number): void {
  const since = part.unknown?.busySince ?? null;
  if (since === null || to - since >= comesHomeMs) return;
  part.lags.push(Math.round((to - since) / minuteMs));
  if (part.lags.length > lagsMax) part.lags.shift();
}

/** Phones of this home are rarely later: a little more than the latest of the newest times. */
export const waitMinutes = (part: MotionPart): number =>
  part.lags.length < lagsMin
    ? waitMax
    : Math.min(waitMax, Math.max(waitMin, Math.max(...part.lags) + waitBeyond));

/** One more such hour of the week with everybody away. */
export function sawAway(part: MotionPart, cell: number): void {
  part.seen[cell]! += 1;
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

/** Robot or child: it began at about this hour of the week, or of such days, more than once before. */
export function hasItsHour(part: MotionPart, local: (t: number) => LocalHour): boolean {
  const since = part.unknown?.busySince ?? null;
  if (since === null) return false;
  const at = local(since);
  const cell = cellOf(at);
  const around = [-1, 0, 1].map((step) => (cell + step + 168) % 168);
  if (often(part, around, { moved: 1.5, share: 0.2 })) return true;
  const days = at.weekend ? [5, 6] : [0, 1, 2, 3, 4];
  const sameHour = days.map((day) => day * 24 + at.hour);
  return often(part, sameHour, { moved: 3, share: 0.3 });
}

function often(
  part: MotionPart,
  cells: readonly number[],
  o: { moved: number; share: number },
): boolean {
  let seen = 0;
  let moved = 0;
  for (const cell of cells) {
    seen += part.seen[cell]!;
    moved += part.moved[cell]!;
  }
  return moved >= o.moved && moved >= o.share * seen;
}
