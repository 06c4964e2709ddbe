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

export function orderOf(now: LoadNow, plan: Slots, at: number): LoadOrder {
  const { load, seen, window, doneMinutes } = now;
  const want = wantOf(now, plan, at);
  const left = Math.max(0, load.minutes - doneMinutes);
  return {
    ...{ load: load.name, want, is: shown(seen.isOn) },
    action: want === null ? null : switchLoad(load, want),
    slackMinutes: Math.max(0, (window.end - at) / minuteMs - left),
    mayPause: !load.contiguous,
    ...(now.stand === 'done' ? { done: true } : {}),
    why: whyOf(now, want),
  };
}

/** Without a plan each is brought back to what it does by itself. */
export const backOrder = ({ load, seen, pin }: LoadNow): LoadOrder => {
  const want = pin?.kind === 'leave' || (load.contiguous && isRunning(seen)) ? null : load.own;
  return {
    ...{ load: load.name, want, is: shown(seen.isOn), slackMinutes: 0, mayPause: !load.contiguous },
    action: want === null ? null : switchLoad(load, want),
    why: 'There is no plan: it does what it does by itself.',
  };
};

const shown = (is: boolean | null): LoadOrder['is'] => (is === null ? null : is ? 'on' : 'off');

function wantOf(
  { load, seen, stand, window, pin }: LoadNow,
  plan: Slots,
  at: number,
): LoadOrder['want'] {
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
    // What takes longer than it was said to, or was begun anew by hand, is not cut.
    case 'done':
      return load.contiguous && (seen.isDrawing === true || isBegunAnew(load, seen)) ? null : 'off';
    case 'waits':
      return load.contiguous && isRunning(seen) ? null : 'off';
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
