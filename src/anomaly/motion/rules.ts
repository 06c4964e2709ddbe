import type { Suspicion } from '../episode.ts';
import { type LocalHour, minuteMs } from '../local-hour.ts';
import { budgetOf, patienceOf } from '../sooner.ts';
import { dailyLimits } from '../tail.ts';
import { hasItsHour, waitMinutes } from './away.ts';
import { type MotionPart, marksIn, marksMin } from './part.ts';
import { stillRoom } from './pass.ts';

const learnedHoursMin = 40;
const oddMarksMin = 10;
/** More than this in a quarter of an hour is somebody on two feet, whatever a pet did before. */
const busyMarksMax = 10;

export interface MotionRules {
  /** Pets move whenever nobody is home: only more marks than this in a quarter of an hour are news. */
  busyMarks(part: MotionPart): number;
  suspect(part: MotionPart, at: number, away: number | null): Suspicion | null;
}

export function motionRules(o: { sooner: number; local: (t: number) => LocalHour }): MotionRules {
  const limit = dailyLimits();
  const perMonth = budgetOf(o.sooner);
  const patience = patienceOf(o.sooner);
  return {
    busyMarks(part) {
      const known = limit(part.away, { perMonth, scaleMin: 0.7 }) ?? 0;
      return Math.min(busyMarksMax, Math.max(marksMin, known));
    },
    suspect(part, at, away) {
      if (part.unknown && away !== null) return suspectAway(part, at, o.local);
      const room = stillRoom(part, at, o.local);
      if (room === null || away !== null) return null;
      const over = marksIn(part, 30) - room;
      const most = limit(part.odd, { perMonth, scaleMin: 2 });
      if (most === null || over < Math.max(oddMarksMin * patience, most)) return null;
      const first = part.minutes.findIndex((n) => n > 0);
      const since = at - (part.minutes.length - 1 - first) * minuteMs;
      return { rule: 'odd', since, size: over, severity: 'today' };
    },
  };
}

function suspectAway(
  part: MotionPart,
  at: number,
  local: (t: number) => LocalHour,
): Suspicion | null {
  const { busySince, marks, known } = part.unknown!;
  if (known || busySince === undefined || busySince === null) return null;
  const waited = (at - busySince) / minuteMs >= waitMinutes(part);
  if (!waited || hasItsHour(part, local)) return null;
  const severity = seenHours(part) >= learnedHoursMin ? 'now' : 'today';
  return { rule: 'away', since: busySince, size: marks, severity };
}

const seenHours = (part: MotionPart): number => part.seen.reduce((sum, n) => sum + n, 0);
