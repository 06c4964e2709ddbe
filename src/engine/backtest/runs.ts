import { type Admission, admit } from '@tomte/sdk/admission';
import type { TriggerFired } from '@tomte/sdk/define';
import { TomteError } from '@tomte/sdk/errors';
import { isSelected } from '@tomte/sdk/state-rules';
import type { Backtest } from '@tomte/sdk/types-runs';
import { startVirtualRun, type VirtualRun } from '@tomte/sdk/virtual-run';
import type { VirtualTime } from '@tomte/sdk/virtual-time';
import type { VirtualWorld } from '@tomte/sdk/virtual-world';
import { iso } from '../../lib/clock.ts';
import { withHooks } from '../hooks.ts';
import type { BacktestOptions } from './backtest.ts';
import type { TalliedRun, Tally } from './tally.ts';
import type { PastWorld } from './world.ts';

const runsMax = 20_000;
const refusedMax = 1_000;

export interface PastRuns {
  readonly all: readonly TalliedRun[];
  readonly refused: Backtest['notRun'];
  readonly missing: ReadonlySet<string>;
  fire(fired: TriggerFired): void;
  /** Leaves what still waits as it is. */
  stop(): void;
}

interface Parts extends BacktestOptions {
  readonly time: VirtualTime;
  readonly world: PastWorld;
  readonly tally: Tally;
  /** Throws when the whole has taken too long. */
  readonly onTime: () => void;
}

/** The Runs of one workflow in the past: admitted by the same rules, side by side or one after the other. */
export function openPastRuns(o: Parts): PastRuns {
  const { definition, settings, time, world } = o;
  const all: TalliedRun[] = [];
  const open = new Map<string, TalliedRun>();
  const refused: Backtest['notRun'] = [];
  const missing = new Set<string>();
  const lanes = new Map<string, VirtualRun>();
  const stored = new Map<string, unknown>();
  let held: (() => void) | null = null;
  let lastAt: number | null = null;

  function fire(fired: TriggerFired, quiet = false): void {
    const trigger = o.triggers.get(fired.kind);
    const specs =
      typeof definition.triggers === 'function'
        ? definition.triggers(settings)
        : definition.triggers;
    if (!trigger || !specs.some((spec) => trigger.matches(spec, fired, o.workflow))) return;
    const lane = trigger.lane?.(fired)?.name ?? null;
    const admission = admit({
      ...{ definition, settings, fired, lane, quiet, lastAt },
      mode: 'on',
      now: time.now(),
      pausedUntil: null,
      world: world.seen(),
      open: [...open.keys()].map((id) => ({ id })),
    });
    follow(admission, fired, { lane, reason: trigger.reason(fired) });
  }

  function follow(
    admission: Admission,
    fired: TriggerFired,
    o2: { lane: string | null; reason: string },
  ): void {
    if (admission.kind === 'refuse') {
      const { code, reason } = admission;
      if (refused.length < refusedMax) refused.push({ at: iso(time.now()), code, reason });
    } else if (admission.kind === 'hold') {
      held?.();
      held = time.at(admission.dueAt, () => fire(fired, true));
    } else {
      for (const id of admission.cancel) cancel(id);
      start(fired, o2);
    }
  }

  function cancel(id: string): void {
    const one = open.get(id);
    open.delete(id);
    if (!one) return;
    one.run.stop();
    one.cancelledAt = time.now();
  }

  function start(
    fired: TriggerFired,
    { lane, reason }: { lane: string | null; reason: string },
  ): void {
    if (all.length >= runsMax) {
      throw new TomteError(
        'backtest.too_long',
        `It would have run more than ${runsMax} times; ask for fewer days`,
      );
    }
    // One that never ends costs its process each time.
    o.onTime();
    const before = lane === null ? undefined : lanes.get(lane);
    if (before && before.outcome === null) {
      // Of one lane they follow each other; by the clock, which is where a fault is heard.
      void before.ended.then(() => time.at(time.now(), () => start(fired, { lane, reason })));
      return;
    }
    lastAt = time.now();
    const id = `past-${all.length + 1}`;
    const run = startVirtualRun({
      ...{ id, definition, settings, trigger: fired, time },
      world: doors(o, { stored, missing }),
      adopt: (context, dropped) => withHooks(context, { hold: time.hold, dropped }),
    });
    const one: TalliedRun = { reason, run, cancelledAt: null };
    all.push(one);
    open.set(id, one);
    if (lane !== null) lanes.set(lane, run);
    void run.ended.then(() => open.delete(id));
  }

  return {
    all,
    refused,
    missing,
    fire: (fired) => fire(fired),
    stop() {
      for (const { run } of open.values()) run.stop();
    },
  };
}

/** What the past answers, and what it cannot: that is said once. */
function doors(
  { past, tally, time, world, workflow }: Parts,
  o: { stored: Map<string, unknown>; missing: Set<string> },
): VirtualWorld {
  const unknown = (what: string): never => {
    o.missing.add(what);
    throw new TomteError('backtest.not_recorded', what);
  };
  return {
    home: {
      ...{ id: past.home.id, name: past.home.name, zone: past.home.zone },
      state: async (entity) => world.state(entity),
      states: async (selector) =>
        [...world.infos.values()]
          .filter((info) => isSelected(selector, info))
          .flatMap(({ id }) => world.state(id) ?? []),
      entities: async (selector) =>
        [...world.infos.values()].filter((info) => isSelected(selector, info)),
      // Nothing that lay ahead then.
      history: (entity, { from, to }) =>
        past.history(entity, { from, to: Math.min(to ?? time.now(), time.now()) }),
      statistics: (id, { from, to }) =>
        past.statistics(id, { from, to: Math.min(to ?? time.now(), time.now()) }),
      plan: () => unknown('What was planned then is not kept.'),
      chooseSchedule: () => unknown('What could be chosen then is not kept.'),
    },
    judge: world.judge,
    onNews: world.onNews,
    onHappening(what) {
      o.missing.add(
        `${'event' in what ? `Events (${what.event.type})` : 'Webhooks'} are not recorded: it waited in vain.`,
      );
      return () => {};
    },
    onAnswer: () => {
      o.missing.add('Questions were answered by their fallback.');
      return () => {};
    },
    act: (action) => tally.act(action, time.now()),
    alert: (request) => tally.alert(request),
    resolve: (key, last) => tally.resolve(key, last.at),
    fetch: (url) => unknown(`What ${new URL(url).host} answered then is not known.`),
    facts: (connector) => unknown(`What ${connector} said then is not known.`),
    decide: ({ fallback }) => ({
      choice: fallback,
      reason: 'The rule decided.',
      decidedBy: 'rule',
    }),
    call: (other) => unknown(`${workflow} calls ${other}, which is not tried with it.`),
    recall: (key) => o.stored.get(key),
    remember: (key, value) =>
      void (value === null ? o.stored.delete(key) : o.stored.set(key, value)),
    log: () => {},
  };
}
