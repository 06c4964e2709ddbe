/** A workflow over the recorded past: the same triggers, rules and steps on a clock that runs through it. */

import type { Finding } from '@tomte/sdk/define';
import {
  type TriggerDefinition,
  type TriggerFired,
  triggersOf,
  type WorkflowDefinition,
} from '@tomte/sdk/define';
import { TomteError } from '@tomte/sdk/errors';
import type { Change, Reading } from '@tomte/sdk/home';
import type { Backtest } from '@tomte/sdk/types-runs';
import { openVirtualTime } from '@tomte/sdk/virtual-time';
import { watchStates } from '@tomte/sdk/virtual-triggers';
import type { Clock } from '../../lib/clock.ts';
import { iso } from '../../lib/clock.ts';
import type { Extensions } from '../../lib/extensions.ts';
import { watchTimes } from './happenings.ts';
import type { GuardThen, RecordedPast } from './past.ts';
import { openPastRuns } from './runs.ts';
import { openTally, runRow, sentenceOf, type TalliedAlert } from './tally.ts';
import { openPastWorld } from './world.ts';

export interface BacktestOptions {
  readonly workflow: string;
  readonly definition: WorkflowDefinition;
  /** As the schema gave them. */
  readonly settings: Record<string, unknown>;
  readonly triggers: Extensions<TriggerDefinition>;
  readonly past: RecordedPast;
  readonly guard: GuardThen;
  readonly clock: Pick<Clock, 'ticks'>;
  readonly signal?: AbortSignal;
  /** Epoch ms of the past that is reached, now and then. */
  readonly onProgress?: (at: number) => void;
  /** For reading a sensor's text as a number. */
  readonly reading: (change: Change) => Reading | null;
}

export type BacktestResult = Omit<Backtest, 'alerts' | 'chart' | 'home' | 'tookMs'> & {
  readonly alerts: readonly TalliedAlert[];
  /** Entities the workflow looked at whose past was not read: another pass with them may say more. */
  readonly unread: readonly string[];
};

const limitMs = 120_000;
/** With more Runs than this their steps are left out. */
const stepsOfMax = 500;
/** Detectors notice what does not happen, too. */
const tickMs = 60_000;

/** Throws `backtest.too_long`, and the signal's reason. */
export async function backtest(o: BacktestOptions): Promise<BacktestResult> {
  const { past } = o;
  const time = openVirtualTime(past.from);
  const world = openPastWorld(past, time);
  const tally = openTally(o.guard, world.state);
  const startedAt = o.clock.ticks();
  const onTime = () => {
    o.signal?.throwIfAborted();
    if (o.clock.ticks() - startedAt <= limitMs) return;
    throw new TomteError(
      'backtest.too_long',
      `It took longer than ${limitMs / 1000} s; ask for fewer days`,
    );
  };
  const runs = openPastRuns({ ...o, time, world, tally, onTime });
  const specs = triggersOf(o.definition, o.settings);
  const fire = (fired: TriggerFired) => runs.fire(fired);
  watchTimes({ workflow: o.workflow, specs, past, time }, fire);
  const info = (entity: string) => world.infos.get(entity);
  const { state } = world;
  const onState = watchStates({ workflow: o.workflow, specs, info, state, time }, fire);
  const find = (findings: readonly Finding[]) => {
    for (const finding of findings) fire({ kind: 'anomaly', finding });
  };
  for (const finding of past.findings) time.at(finding.at, () => find([finding]));
  if (past.stream) watchSilence(o, time, find);

  for await (const batch of past.changes()) {
    for (const change of batch) {
      await time.advance(change.at);
      world.apply(change);
      onState(change);
      if (past.stream?.watched.has(change.entityId)) {
        const reading = o.reading(change);
        if (reading) find(past.stream.read([reading]));
      }
    }
    onTime();
    o.onProgress?.(time.now());
  }
  await time.advance(past.to);
  await time.rest();
  runs.stop();
  const days = Math.round((past.to - past.from) / 86_400_000);
  return {
    workflow: o.workflow,
    from: iso(past.from),
    to: iso(past.to),
    runs: runs.all.map((run) => runRow(run, { steps: runs.all.length <= stepsOfMax })),
    notRun: [...runs.refused],
    actions: tally.actions,
    alerts: tally.alerts,
    missing: [...past.missing, ...runs.missing],
    sentence: sentenceOf({
      days,
      runs: runs.all.length,
      alerts: tally.alerts.length,
      actions: tally.actions,
    }),
    unread: [...world.unread],
  };
}

function watchSilence(
  { past }: BacktestOptions,
  time: ReturnType<typeof openVirtualTime>,
  find: (findings: readonly Finding[]) => void,
): void {
  const tick = (t: number): void => {
    if (t > past.to) return;
    time.at(t, () => {
      find(past.stream!.tick(t));
      tick(t + tickMs);
    });
  };
  tick(past.from + tickMs);
}
