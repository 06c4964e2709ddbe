/** What becomes of due times that nobody saw in time. Pure. */
import { lateMaxMs } from '@tomte/sdk/admission';
import { type Misfire, ms } from '@tomte/sdk/define';
import type { Due } from './schedule-due.ts';

/** Seen within this, it is on time: a busy computer, or a restart, is no misfire. */
export const onTimeMs = 10_000;
/** A clock that was years behind must not make a million Runs. */
const listedMax = 50;
const farBackMs = 2 * 86_400_000;

export interface Settled {
  /** To fire, oldest first. */
  readonly fire: readonly { readonly due: number; readonly late: boolean }[];
  /** Due times that start nothing, oldest first, with why. */
  readonly missed: readonly { readonly due: number; readonly code: 'late' | 'skipped' }[];
  /** Due times beyond those listed, from the oldest on. */
  readonly more: number;
  readonly lastDue: number;
  readonly nextDue: number | null;
}

/** What to do at `now` about a schedule whose next due time was `nextDue`; null while nothing is due. */
export function settle(due: Due, nextDue: number, now: number, policy: Misfire): Settled | null {
  if (nextDue > now) return null;
  const { passed, more, after } = passedDues(due, nextDue, now);
  const maxMs = policy.lateMax === undefined ? lateMaxMs : ms(policy.lateMax);
  const misfire = policy.misfire ?? 'once';
  const fire: { due: number; late: boolean }[] = [];
  const missed: { due: number; code: 'late' | 'skipped' }[] = [];
  const newestWorth = passed.findLast((at) => now - at <= Math.max(maxMs, onTimeMs));
  for (const at of passed) {
    const lateMs = now - at;
    if (lateMs <= onTimeMs) fire.push({ due: at, late: false });
    else if (misfire === 'skip') missed.push({ due: at, code: 'skipped' });
    else if (lateMs > maxMs) missed.push({ due: at, code: 'late' });
    else if (misfire === 'each' || at === newestWorth) fire.push({ due: at, late: true });
    else missed.push({ due: at, code: 'skipped' });
  }
  return { fire, missed, more, lastDue: passed.at(-1)!, nextDue: after };
}

/** The newest due times up to `now`, and the one after them. */
function passedDues(due: Due, first: number, now: number) {
  const passed: number[] = [];
  let more = 0;
  let next: number | null = first;
  while (next !== null && next <= now) {
    passed.push(next);
    if (passed.length > listedMax) {
      passed.shift();
      more++;
    }
    // Beyond this, walking is slower than beginning anew where it counts.
    if (more > listedMax) {
      next = due.after(Math.max(next, now - farBackMs));
      continue;
    }
    next = due.after(next);
  }
  return { passed, more, after: next };
}
