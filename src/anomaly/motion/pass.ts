import { learnHour, quantile } from '../baseline.ts';
import { hourMs, type LocalHour, minuteMs } from '../local-hour.ts';
import { middleOf, noteHigh } from '../tail.ts';
import { cameHome, cellOf, passAway, sawAway } from './away.ts';
import {
  beganAt,
  type MotionPart,
  type MotionPassing,
  marksIn,
  minutesMax,
  quietMs,
} from './part.ts';
import { endVisit } from './visit.ts';

const stuckMs = 60 * minuteMs;
/** Nobody counts as away before: phones notice late that somebody left. */
const leftMs = 15 * minuteMs;
/** So long after the last one left, motion is of somebody who stayed. */
const stayMs = 60 * minuteMs;
const staysMax = 30;
/** Above this many marks an hour is no still hour. */
const stillMarksMax = 12;
const robotAfterMs = 5 * minuteMs;

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
  noteLeaving(part, to, o.away);
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

/** Who stays behind when all phones leave moves, and more than a cat does; learned, where one always stays. */
function noteLeaving(part: MotionPart, to: number, away: number | null): void {
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
  if (part.empty || since < leftMs || since >= stayMs) return;
  // Twice what a pet makes on most days.
  const enough = Math.max(1, 2 * (middleOf(part.away) ?? 0));
  if (marksIn(part, 15) >= enough) part.left.stayed = true;
}

function passHome(part: MotionPart, to: number, marks: number, o: MotionPassing): void {
  part.empty = false;
  if (o.away === null) {
    cameHome(part, to);
    endVisit(part, to);
  }
  part.unknown = null;
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
    if (part.awayHour.minutes >= 20) sawAway(part, part.awayHour.cell);
    part.awayHour = null;
  }
  part.awayHour ??= { start: at.start, cell: cellOf(at), minutes: 0 };
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
