import { hourMs } from '../local-hour.ts';
import type { MotionPart } from './part.ts';

/** Motion again within this time, with nobody home since, is that which was told. */
const sameVisitMs = 3 * hourMs;
/** Living, and not looking for things to take. */
const livesMs = hourMs;
/** Who came home so soon after the last motion met whoever it was. */
const meetsMs = hourMs;
/** A guest who is met each day stays a guest. */
const guestMs = 36 * hourMs;
const dayAwayMs = 24 * hourMs;

/** What is told of the motion that began at `since`: nothing new where it was told in this absence, or by a guest. */
export function isKnownVisitor(
  { visit, metAt }: MotionPart,
  since: number,
  away: number | null,
): boolean {
  if (visit && since - visit.last < sameVisitMs) return true;
  if (metAt === undefined || away === null) return false;
  return since - metAt < guestMs && since - away < dayAwayMs;
}

/** It was told, or is known: what follows in this absence belongs to it. */
export function beginVisit(part: MotionPart): void {
  const since = part.unknown?.busySince ?? null;
  if (since === null) return;
  part.visit ??= { since, last: part.unknown!.last };
}

/** Somebody is home again. A visitor of hours who moved until just now has been met: a guest. */
export function endVisit(part: MotionPart, at: number): void {
  const { visit } = part;
  if (!visit) return;
  if (visit.last - visit.since >= livesMs && at - visit.last <= meetsMs) part.metAt = at;
  part.visit = null;
}
