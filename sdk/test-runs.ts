/** The Runs of a test: admitted by the rules of real ones, side by side or one after the other. */
import { admit, type Refusal } from './admission.ts';
import type { Past } from './test-replay.ts';
import type { KitWorld } from './test-world.ts';
import type { TriggerFired } from './trigger.ts';
import { startVirtualRun, type VirtualRun } from './virtual-run.ts';
import type { VirtualTime } from './virtual-time.ts';
import type { WorkflowDefinition } from './workflow.ts';

export interface TestRuns {
  readonly all: readonly VirtualRun[];
  readonly refused: readonly Refusal[];
  /** Those that have neither ended nor made way. */
  open(): VirtualRun[];
  /** A trigger matched: a Run begins now, later, or not at all. */
  fire(fired: TriggerFired): void;
  /** Begins a Run whatever the rules say. */
  start(fired: TriggerFired, past?: Past): VirtualRun;
}

export function openTestRuns(o: {
  definition: WorkflowDefinition;
  settings: Record<string, unknown>;
  time: VirtualTime;
  doors: Pick<KitWorld, 'world' | 'seen'>;
}): TestRuns {
  const { definition, settings, time, doors } = o;
  const all: VirtualRun[] = [];
  const refused: Refusal[] = [];
  const stopped = new Set<VirtualRun>();
  const queue: TriggerFired[] = [];
  let held: (() => void) | null = null;
  const open = () => all.filter((run) => run.outcome === null && !stopped.has(run));

  function fire(fired: TriggerFired, quiet = false): void {
    const waiting = queue.map((_, at) => ({ id: `waiting-${at}` }));
    const admission = admit({
      ...{ definition, settings, fired, lane: null, quiet, mode: 'on', pausedUntil: null },
      now: time.now(),
      world: doors.seen(),
      open: [...open(), ...waiting],
      lastAt: all.at(-1)?.startedAt ?? null,
    });
    if (admission.kind === 'refuse') refused.push(admission);
    else if (admission.kind === 'hold') {
      held?.();
      held = time.at(admission.dueAt, () => fire(fired, true));
    } else {
      for (const run of open()) if (admission.cancel.includes(run.id)) cancel(run);
      if (definition.mode?.kind === 'queued' && open().length > 0) queue.push(fired);
      else start(fired);
    }
  }

  function cancel(run: VirtualRun): void {
    run.stop();
    stopped.add(run);
  }

  function start(trigger: TriggerFired, past: Past = {}): VirtualRun {
    const id = `run-${all.length + 1}`;
    const { world } = doors;
    const run = startVirtualRun({ id, definition, settings, trigger, world, time, ...past });
    all.push(run);
    void run.ended.then(() => {
      const next = queue.shift();
      if (next) start(next);
    });
    return run;
  }

  return { all, refused, open, fire: (fired) => fire(fired), start };
}
