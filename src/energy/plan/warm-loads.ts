/** What is kept warm, made a load of a problem for now. Pure. */
import type { PlanLoad } from '@tomte/sdk/plan-load';
import type { Warmth } from '@tomte/sdk/plan-warmth';
import { minuteMs } from '../series.ts';
import type { LoadNow, LoadSeen, Pin } from './home-loads.ts';
import { windowOf } from './load-window.ts';
import type { LoadOnWire } from './schema.ts';

const quarterMs = 15 * minuteMs;
/** Around what stands in a home. */
const usualOutsideC = 20;

export function warmNow(
  { load, keeps }: { load: PlanLoad; keeps: Warmth },
  seen: LoadSeen,
  o: { now: number; zone: string; pin: Pin | null },
): LoadNow {
  const { now, zone, pin } = o;
  const { window } = windowOf(load, { now, zone });
  const common = { load, window, doneMinutes: 0, pin, seen, wire: null };
  if (pin?.kind === 'leave') return { ...common, stand: 'left_alone' };
  const { warmth = null } = seen;
  if (seen.isOn === null || warmth === null) return { ...common, stand: 'unknown' };
  if (pin?.kind === 'wait') return { ...common, stand: 'waits' };
  const power = { id: load.name, powerW: load.powerW, fromBattery: load.fromBattery };
  if (pin?.kind === 'now')
    return { ...common, stand: 'running', wire: { ...power, ...forced(load, pin, now) } };
  if (!seen.isReady) return { ...common, stand: 'not_ready' };
  const comfort = {
    ...{ nowC: warmth.nowC, minC: keeps.minC, maxC: keeps.maxC },
    ...{ capacityWhPerK: keeps.whPerK, lossWPerK: keeps.lossWPerK, heatPerPower: keeps.gives },
    outsideC: warmth.outsideC ?? usualOutsideC,
  };
  return { ...common, stand: 'kept', wire: { ...power, running: seen.isOn, comfort } };
}

/** Now, until the person's way ends. */
function forced(load: PlanLoad, pin: Pin, now: number): Partial<LoadOnWire> {
  const end = pin.until ?? now + load.minutes * minuteMs;
  return {
    durationMinutes: Math.max(1, (end - now) / minuteMs),
    ...{ contiguous: true, running: true },
    deadline: new Date(Math.ceil(end / quarterMs) * quarterMs).toISOString(),
  };
}

/** A plan is made anew when it is colder than it was to become, or warmer. */
export function outsideBand({ load: { keeps }, seen: { warmth } }: LoadNow): 'cold' | 'hot' | null {
  if (!keeps || !warmth) return null;
  if (warmth.nowC < keeps.minC) return 'cold';
  return warmth.nowC > keeps.maxC ? 'hot' : null;
}
