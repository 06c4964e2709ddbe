import { quantile } from '../baseline.ts';
import type { Suspicion } from '../episode.ts';
import { type LocalHour, minuteMs } from '../local-hour.ts';
import { budgetOf, patienceOf } from '../sooner.ts';
import { dailyLimits } from '../tail.ts';
import { cellOf, type MotionPart, marksIn, marksMin, stillRoom } from './part.ts';

/** Time a phone is given to say that it was its owner, minutes. */
const waitDefault = 10;
const waitMax = 15;
const learnedHoursMin = 40;
const oddMarksMin = 10;

export function suspectMotion(o: {
  sooner: number;
  local: (t: number) => LocalHour;
}): (part: MotionPart, at: number, away: number | null) => Suspicion | null {
  const limit = dailyLimits();
  const perMonth = budgetOf(o.sooner);
  const patience = patienceOf(o.sooner);
  return (part, at, away) => {
    const here = o.local(at);
    if (part.unknown && away !== null) {
      const { since, marks, peak } = part.unknown;
      const waited = (at - since) / minuteMs >= waitMinutes(part);
      // Pets move whenever nobody is home: only much more than that is news.
      const busy = limit(part.away, { perMonth, scaleMin: 0.7 }) ?? 0;
      if (!waited || peak < Math.max(marksMin, busy) || isUsual(part, here)) return null;
      const severity = seenHours(part) >= learnedHoursMin ? 'now' : 'today';
      return { rule: 'away', since, size: marks, severity };
    }
    const room = stillRoom(part, at, o.local);
    if (room === null || away !== null) return null;
    const over = marksIn(part, 30) - room;
    const most = limit(part.odd, { perMonth, scaleMin: 2 });
    if (most === null || over < Math.max(oddMarksMin * patience, most)) return null;
    const first = part.minutes.findIndex((n) => n > 0);
    const since = at - (part.minutes.length - 1 - first) * minuteMs;
    return { rule: 'odd', since, size: over, severity: 'today' };
  };
}

const waitMinutes = (part: MotionPart): number =>
  part.lags.length < 5
    ? waitDefault
    : Math.min(waitMax, Math.max(3, quantile(part.lags, 0.95) + 2));

const seenHours = (part: MotionPart): number => part.seen.reduce((sum, n) => sum + n, 0);

/** Robot or child: it moved at this hour of the week, or at this hour of such days, more than once before. */
function isUsual(part: MotionPart, at: LocalHour): boolean {
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
