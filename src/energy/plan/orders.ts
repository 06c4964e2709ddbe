/** What a plan wants of each load at a moment. Pure. */

import type { LoadOrder } from '@tomte/sdk/plan';
import { switchLoad } from '@tomte/sdk/plan-load';
import { minuteMs } from '../series.ts';
import { isRunning, type LoadNow } from './home-loads.ts';

interface Slots {
  readonly slots: readonly {
    readonly start: string;
    readonly minutes: number;
    readonly loads: Readonly<Record<string, number>>;
  }[];
}

/** The slot that holds `t`, or null. */
export function slotAt<P extends Slots>({ slots }: P, t: number): P['slots'][number] | null {
  const holds = ({ start, minutes }: Slots['slots'][number]) =>
    Date.parse(start) <= t && t < Date.parse(start) + minutes * minuteMs;
  return slots.find(holds) ?? null;
}

/** What the plan did with a load before, as whoever carries it out remembers. */
export interface InHand {
  /** As it was switched last, and before it first was; absent where it was not. */
  readonly last?: 'on' | 'off' | undefined;
  readonly found?: 'on' | 'off' | undefined;
  /** Nothing will be switched any more. */
  readonly leaving?: boolean | undefined;
}

export function orderOf(now: LoadNow, plan: Slots, at: number, hand: InHand = {}): LoadOrder {
  const { load, stand, window, doneMinutes } = now;
  const planned = wantOf(now, plan, at);
  const isOver = planned === null && isLeftOn(now, hand);
  const want = isOver ? 'off' : planned;
  const left = Math.max(0, load.minutes - doneMinutes);
  return {
    ...ordered(now, want),
    slackMinutes: Math.max(0, (window.end - at) / minuteMs - left),
    ...(stand === 'done' ? { done: true } : {}),
    why: isOver ? 'The plan began it, and runs it no more.' : whyOf(now, want),
  };
}

/** Its time is over, or it was unplugged: what the plan began goes back off. */
const isLeftOn = (now: LoadNow, { last, found }: InHand): boolean =>
  last === 'on' && found === 'off' && now.seen.isOn === true && now.pin === null && !isUncut(now);

/** Without a plan each is brought back to what it does by itself, or as it was found. What a person said holds. */
export function backOrder(now: LoadNow, hand: InHand = {}): LoadOrder {
  const [want, why] = backOf(now, hand);
  return { ...ordered(now, want), slackMinutes: 0, why };
}

const ordered = ({ load, seen }: LoadNow, want: LoadOrder['want']) => ({
  ...{ load: load.name, want, is: shown(seen.isOn), mayPause: !load.contiguous },
  action: want === null ? null : switchLoad(load, want),
});

function backOf(now: LoadNow, { found, leaving }: InHand): [LoadOrder['want'], string] {
  const { load, pin } = now;
  if (pin?.kind === 'leave') return [null, 'You have it your way.'];
  if (isUncut(now)) return [null, 'It runs, and is not cut.'];
  if (pin?.kind === 'now') return [leaving ? null : 'on', 'You said: now.'];
  if (pin?.kind === 'wait') return [leaving ? null : 'off', 'You said: not yet.'];
  if (load.own !== null) return [load.own, 'It does what it does by itself.'];
  if (found) return [found, 'It is as it was found.'];
  return [null, 'It is left as it is.'];
}

const shown = (is: boolean | null): LoadOrder['is'] => (is === null ? null : is ? 'on' : 'off');

/** In one piece, and in the middle of it. What takes longer than it was said to, or was begun anew by hand, is too. */
function isUncut({ load, seen, stand }: LoadNow): boolean {
  if (!load.contiguous) return false;
  return stand === 'done' ? seen.isDrawing === true || isBegunAnew(load, seen) : isRunning(seen);
}

function wantOf(now: LoadNow, plan: Slots, at: number): LoadOrder['want'] {
  const { load, seen, stand, window, pin } = now;
  switch (stand) {
    case 'running':
      return 'on';
    case 'planned':
      // Before its time it is the person's own.
      if (at < window.start) return pin?.kind === 'wait' ? 'off' : null;
      return (slotAt(plan, at)?.loads[load.name] ?? 0) > 0 ? 'on' : 'off';
    case 'kept':
      return (slotAt(plan, at)?.loads[load.name] ?? 0) > 0 ? 'on' : 'off';
    // Where its warmth is not known its own thermostat has it.
    case 'unknown':
      return load.keeps && seen.isOn !== null ? load.own : null;
    case 'done':
    case 'waits':
      return isUncut(now) ? null : 'off';
    default:
      return null;
  }
}

/** It runs, and not yet for as long as it needs. */
function isBegunAnew({ minutes }: LoadNow['load'], seen: LoadNow['seen']): boolean {
  const last = seen.ran.at(-1);
  return isRunning(seen) && last !== undefined && last.end - last.start < (minutes - 1) * minuteMs;
}

function whyOf({ load, seen, stand, pin }: LoadNow, want: LoadOrder['want']): string {
  if (stand === 'unknown' && load.keeps && seen.isOn !== null)
    return 'How warm it is is not known: it does what it does by itself.';
  if (stand === 'kept') return want === 'on' ? 'The plan warms it now.' : 'It is warm enough.';
  if (stand === 'running')
    return pin?.kind === 'now' ? 'You said: now.' : 'It runs, and is not cut.';
  if (stand === 'done') return 'It is done.';
  if (stand === 'waits') return 'You said: not yet.';
  if (stand === 'left_alone') return 'You have it your way.';
  if (stand === 'not_ready') return 'It is not ready.';
  if (stand === 'not_needed') return 'It is not needed today.';
  if (stand === 'unknown') return 'The home does not show whether it runs.';
  if (want === null) return 'Its time has not come.';
  return want === 'on' ? 'The plan runs it now.' : 'The plan runs it at another time.';
}
