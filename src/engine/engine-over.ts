import type { TriggerFired } from '@tomte/sdk/define';
import { openRunsOf } from '../store/runs.ts';
import { openWaits, waitForApproval } from '../store/waits.ts';
import type { Follow } from './ending.ts';
import type { Engine, PlaceName } from './engine.ts';
import { fireIn } from './fire.ts';
import { type HomeWatch, openHomeWatch } from './home-watch.ts';
import { isOpen, type JournalledRun, type Outcome, readRun } from './journal.ts';
import { pruneRuns } from './retention.ts';
import { viewOf } from './run-view.ts';
import type { StartOptions, Starts } from './starts.ts';
import { openWaitOf } from './wait.ts';

/** What can be asked of the engine, made of its parts. */
export function engineOver(o: Omit<StartOptions, 'work'> & { readonly starts: Starts }): Omit<
  Engine,
  'close'
> &
  Pick<Starts, 'endedWell'> & {
    startedBy(place: string, run: JournalledRun, outcome: Outcome): Follow | null;
  } {
  const { durable, turns, places, crew, waits, starts, clock } = o;
  const watches = new Map<string, HomeWatch>();
  const journal: Engine['journal'] = async (tx, name, home, fired, options) => {
    const { gate } = places.get(name);
    const done = await fireIn(tx, home, fired, { ...o, gate, now: clock.now() }, options);
    return {
      ids: done.ids,
      refused: done.refused,
      async begin() {
        await starts.recoverOnce(name, home);
        // Their rows are closed: a newer Run takes their place.
        for (const run of done.cancelled) await crew.closed(name, run);
        for (const run of done.started) starts.begin(name, run, 'new');
        for (const dueAt of done.held) watches.get(`${name}/${home}`)?.held(dueAt);
      },
    };
  };
  /** Runs that wait for what came by a webhook of their workflow. */
  async function heard(
    place: string,
    home: string,
    { workflow, name, body, at }: Extract<TriggerFired, { kind: 'webhook' }>,
  ): Promise<void> {
    const { db } = places.get(place).store;
    for (const row of await openWaits(db, { home, kinds: ['webhook'] })) {
      const wait = openWaitOf(row);
      const { awaited } = wait;
      if (awaited.kind !== 'webhook' || awaited.workflow !== workflow) continue;
      if (!('webhook' in awaited.what) || awaited.what.webhook.name !== name) continue;
      await waits.settle(place, wait, { kind: 'heard', data: body, at });
    }
  }

  return {
    addPlace: (name, place) => places.add(name, place),
    journal,
    heard,
    endedWell: starts.endedWell,
    startedBy(name, run, outcome) {
      const listens = (watches.get(`${name}/${run.home}`)?.specs('run').length ?? 0) > 0;
      if (!listens || run.dry || outcome.state === 'cancelled') return null;
      const { id, home, workflow } = run;
      const { state } = outcome;
      const result = outcome.state === 'done' ? outcome.result : null;
      const fired = { kind: 'run', workflow, run: id, state, result, at: clock.now() } as const;
      return (tx) => journal(tx, name as PlaceName, home, fired);
    },
    watchHome(name, home, ports) {
      const watch = openHomeWatch({
        ...{ ...o, home, ports, store: places.get(name).store },
        journal: (tx, fired, options) => journal(tx, name, home, fired, options),
      });
      watches.set(`${name}/${home}`, watch);
      return {
        ...watch,
        get faults() {
          return watch.faults;
        },
        async close() {
          if (watches.get(`${name}/${home}`) === watch) watches.delete(`${name}/${home}`);
          await watch.close();
        },
      };
    },
    async fire(name, home, fired, options) {
      // Alerts come by thousands, and few homes have a workflow that listens to them.
      const watch = watches.get(`${name}/${home}`);
      if (fired.kind === 'alert' && watch?.hears('alert') === false) return [];
      const { store } = places.get(name);
      const { ids, begin } = await store.transaction((tx) =>
        journal(tx, name, home, fired, options),
      );
      await begin();
      if (fired.kind === 'webhook') await heard(name, home, fired);
      return ids;
    },
    run(name, home, workflow, { by, input, dry = false }) {
      const at = clock.now();
      const given = input === undefined ? {} : { input };
      return starts.ask(name, home, workflow, {
        fired: { kind: 'manual', by, at, ...given },
        key: `manual:${by}:${at}`,
        reason: dry ? `Tried by ${by}, switching nothing` : `Started by ${by}`,
        ...{ dry, parent: null },
      });
    },
    fork: starts.fork,
    cancel: crew.cancel,
    async cancelAll(name, home, workflow, why) {
      const { db } = places.get(name).store;
      for (const { id } of await openRunsOf(db, { home, workflow })) {
        await crew.cancel(name, id, why);
      }
    },
    async answered(name, approval, { answer, by, at }) {
      const row = await waitForApproval(places.get(name).store.db, approval);
      if (!row) return false;
      return waits.settle(name, openWaitOf(row), { kind: 'answered', answer, by, at });
    },
    recover: starts.recover,
    release(name, home) {
      starts.release(name, home);
      crew.release(name, home);
    },
    async ended(name, id) {
      if (!turns.has(`${name}/${id}`)) {
        const run = places.has(name) ? await readRun(places.get(name).store.db, id) : null;
        if (!run || !isOpen(run)) return;
        // One that an earlier boot parked has no turn yet.
        await starts.recoverOnce(name, run.home);
        starts.begin(name, run, 'parked');
      }
      await turns.ended(`${name}/${id}`);
    },
    view: (name, run) => viewOf({ name, run, durable, place: places.get(name) }),
    async forget(name, home) {
      const rows = await durable.all(name, home);
      starts.release(name, home);
      await durable.drop(name, rows);
      for (const { run } of rows) {
        crew.forget(name, run);
        turns.end(`${name}/${run}`);
      }
      if (!home) places.remove(name);
    },
    prune: (name, days) =>
      pruneRuns({ name, place: places.get(name), durable, days, now: clock.now() }),
  };
}
