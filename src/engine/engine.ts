import type { TriggerDefinition, TriggerFired, WorkflowDefinition } from '@tomte/sdk/define';
import type { RunStep } from '@tomte/sdk/types';
import type { PoolConfig } from 'pg';
import { type Clock, withTimeout } from '../lib/clock.ts';
import type { Extensions } from '../lib/extensions.ts';
import type { Log } from '../lib/log.ts';
import type { Db } from '../store/tables.ts';
import { type Durable, openDurable } from './durable.ts';
import { type Fired, type FireOptions, fireIn, laneOf } from './fire.ts';
import { type HomePorts, type HomeWatch, openHomeWatch } from './home-watch.ts';
import { isOpen, type JournalledRun, readRun } from './journal.ts';
import { isOutage, never } from './outage.ts';
import { openPlaces, type Place } from './places.ts';
import { openPool } from './pool.ts';
import { recoverRuns } from './recover.ts';
import { pruneRuns } from './retention.ts';
import { firstStep, runStep } from './step.ts';
import { openTurns, type Turns } from './turns.ts';
import { openWork } from './work.ts';

export type PlaceName = 'tomte' | 'demo';

/** What became of a happening, and the door by which its Runs begin once it is committed. */
export interface Journalled {
  readonly ids: readonly string[];
  readonly refused: Fired['refused'];
  begin(): Promise<void>;
}

export interface Engine {
  /** One durable engine, two stores: the real one and that of the demo. */
  addPlace(name: PlaceName, place: Place): void;
  /**
   * Journals the Runs that this happening starts and starts them; answers the ids of all it matches,
   * also of those that started before. A workflow that is off leaves a `not_run` row.
   */
  fire(
    place: PlaceName,
    home: string,
    fired: TriggerFired,
    o?: FireOptions,
  ): Promise<readonly string[]>;
  /**
   * The same in the caller's transaction, so that the Runs and their cause are kept or lost together.
   * Call `begin` after it is committed; a crash in between is mended by `recover`.
   */
  journal(
    tx: Db,
    place: PlaceName,
    home: string,
    fired: TriggerFired,
    o?: FireOptions,
  ): Promise<Journalled>;
  /** Listens for this home: time, states, waits for quiet. One worker does, the holder of its lease. */
  watchHome(place: PlaceName, home: string, ports: HomePorts): HomeWatch;
  /** On start, and on gaining a lease: goes on with all that an earlier boot left. Safe to repeat. */
  recover(place: PlaceName, home: string): Promise<void>;
  /** Resolves when this Run has an outcome. */
  ended(place: PlaceName, run: string): Promise<void>;
  steps(place: PlaceName, run: string): Promise<RunStep[]>;
  /** The home is unlinked, or the demo is gone: drops what the engine holds of it. */
  forget(place: PlaceName, home?: string): Promise<void>;
  /** Drops Runs that ended more than `days` ago; answers how many. For a daily job. */
  prune(place: PlaceName, days: number): Promise<number>;
  /** Lets the steps under way end (5 s at most) and begins no other. Safe with the database gone. */
  close(): Promise<void>;
}

export interface EngineOptions {
  readonly pool: PoolConfig;
  readonly workflows: Extensions<WorkflowDefinition>;
  readonly triggers: Extensions<TriggerDefinition>;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  /** Name of this worker, the same at each boot. */
  readonly worker: string;
  /** New at each boot. */
  readonly boot: string;
  /** First pause before a failed step is tried again; doubles each time. */
  readonly retryFirstMs?: number;
}

const closeMs = 5_000;
const againMs = 1_000;

/** Opens the durable engine; one a process, since its package keeps global state. */
export async function openEngine(o: EngineOptions): Promise<Engine> {
  const pool = openPool(o.pool, o.log);
  const places = openPlaces();
  const work = openWork({ ...o, places, retryFirstMs: o.retryFirstMs ?? 1_000 });
  const turns = openTurns({ ...o, stopping: work.stopping });
  const durable = await openDurable({
    pool,
    worker: o.worker,
    boot: o.boot,
    log: o.log,
    async body(name, run) {
      turns.began(`${name}/${run}`);
      try {
        await work.perform(name, run);
      } catch (error) {
        if (isOutage(error)) return again(name, run, error);
        turns.end(`${name}/${run}`);
        throw error;
      }
      turns.end(`${name}/${run}`);
    },
  });
  // The engine lost its database between two steps. Let through, the error would end the Run; so this
  // execution is left where it is, and another goes on from the journal in its place.
  const again = async (name: string, run: string, error: unknown): Promise<never> => {
    o.log.warn({ run, error: String(error) }, 'a Run lost its database and is taken up again');
    await o.clock.sleep(againMs);
    await work.guard(() => durable.resume(name, [run]));
    return never;
  };
  const begin = beginning({ ...o, durable, turns, places });
  const engine = engineOver({ ...o, durable, turns, places, begin });
  return {
    ...engine,
    async close() {
      await work.stop();
      const late = new Error('the database does not answer');
      await withTimeout(o.clock, closeMs, durable.close(), () => late).catch((error) => {
        if (error !== late) throw error;
        o.log.warn({}, 'the engine was left as it is; the next start goes on from the journal');
      });
      await pool.end();
    },
  };
}

type Begin = (place: string, run: JournalledRun, how: 'start' | 'resume' | 'new') => void;

/** Gives a Run its turn. What was left by an earlier boot may prove to have ended meanwhile. */
function beginning(o: {
  durable: Durable;
  turns: Turns;
  places: ReturnType<typeof openPlaces>;
  workflows: EngineOptions['workflows'];
  triggers: EngineOptions['triggers'];
}): Begin {
  const { durable, turns, places } = o;
  return (place, run, how) => {
    const id = `${place}/${run.id}`;
    const begin = async () => {
      // The demo was thrown away while this one waited for its turn.
      if (!places.has(place)) return true;
      if (how === 'resume') await durable.resume(place, [run.id]);
      else await durable.start(place, run.home, run.id);
      if (how === 'new' && turns.hasBegun(id)) return false;
      const row = await readRun(places.get(place).store.db, run.id);
      if (!row || !isOpen(row)) return true;
      if (how === 'new') await startOver(durable, place, run);
      return false;
    };
    turns.take({ id, lane: `${place}/${laneOf(run, o).name}`, begin });
  };
}

/**
 * The row is new and open, and yet the engine knew the Run: its home was unlinked, or the demo thrown away, and
 * is back. What the engine remembers is of that earlier life.
 */
async function startOver(durable: Durable, place: string, run: JournalledRun): Promise<void> {
  const [known] = await durable.known(place, [run.id]);
  if (!known || known.ours) return;
  await durable.drop(place, [run.id]);
  await durable.start(place, run.home, run.id);
}

function engineOver(
  o: EngineOptions & {
    durable: Durable;
    turns: Turns;
    places: ReturnType<typeof openPlaces>;
    begin: Begin;
  },
): Omit<Engine, 'close'> {
  const { durable, turns, places } = o;
  const recovered = new Map<string, Promise<void>>();
  const recover = (name: string, home: string) =>
    recoverRuns({
      name,
      home,
      place: places.get(name),
      durable,
      now: o.clock.now,
      live: (run) => turns.has(`${name}/${run}`),
      take: (run, how) => o.begin(name, run, how),
      order: (run) => laneOf(run, o).order,
    });
  // A new Run must not overtake what an earlier boot left, so the first of a home recovers it.
  const recoveredOnce = (name: string, home: string) => {
    const key = `${name}/${home}`;
    const made = recovered.get(key) ?? recover(name, home);
    recovered.set(key, made);
    return made.catch((error) => {
      recovered.delete(key);
      throw error;
    });
  };
  const watches = new Map<string, HomeWatch>();
  const journal: Engine['journal'] = async (tx, name, home, fired, options) => {
    const { gate } = places.get(name);
    const parts = { ...o, gate, now: o.clock.now() };
    const done = await fireIn(tx, home, fired, parts, options);
    return {
      ids: done.ids,
      refused: done.refused,
      async begin() {
        await recoveredOnce(name, home);
        await makeWay({ durable, turns }, name, done.cancelled);
        for (const run of done.started) o.begin(name, run, 'new');
        for (const dueAt of done.held) watches.get(`${name}/${home}`)?.held(dueAt);
      },
    };
  };
  return {
    addPlace: (name, place) => places.add(name, place),
    journal,
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
      const { store } = places.get(name);
      const { ids, begin } = await store.transaction((tx) =>
        journal(tx, name, home, fired, options),
      );
      await begin();
      return ids;
    },
    async recover(name, home) {
      const first = !recovered.has(`${name}/${home}`);
      await recoveredOnce(name, home);
      if (!first) await recover(name, home);
    },
    ended: (name, run) => turns.ended(`${name}/${run}`),
    async steps(name, run) {
      const rows = await durable.steps(name, run);
      return rows.filter((row) => row.name !== firstStep).map(runStep);
    },
    async forget(name, home) {
      const rows = await durable.all(name, home);
      await durable.drop(
        name,
        rows.map(({ run }) => run),
      );
      for (const { run } of rows) turns.end(`${name}/${run}`);
      for (const key of [...recovered.keys()]) {
        if (home ? key === `${name}/${home}` : key.startsWith(`${name}/`)) recovered.delete(key);
      }
      if (!home) places.remove(name);
    },
    prune: (name, days) =>
      pruneRuns({ name, place: places.get(name), durable, days, now: o.clock.now() }),
  };
}

/** Runs that a newer one takes the place of: their rows are closed, their bodies end at the next step. */
async function makeWay(
  o: { durable: Durable; turns: Turns },
  place: string,
  runs: readonly string[],
): Promise<void> {
  await o.durable.cancel(place, runs);
  for (const run of runs) o.turns.end(`${place}/${run}`);
}
