import type { TriggerDefinition, TriggerFired, WorkflowDefinition } from '@tomte/sdk/define';
import type { PoolConfig } from 'pg';
import { type Clock, withTimeout } from '../lib/clock.ts';
import type { Extensions } from '../lib/extensions.ts';
import type { Log } from '../lib/log.ts';
import type { Db } from '../store/tables.ts';
import { type Crew, openCrew } from './crew.ts';
import { type Durable, openDurable } from './durable.ts';
import { openEndings } from './ending.ts';
import { engineOver } from './engine-over.ts';
import type { Fired, FireOptions } from './fire.ts';
import type { HomePorts, HomeWatch } from './home-watch.ts';
import { never } from './outage.ts';
import { openPlaces, type Place } from './places.ts';
import { openPool } from './pool.ts';
import type { RunView } from './run-view.ts';
import { openStarts } from './starts.ts';
import { openTurns } from './turns.ts';
import { openWaiting, type Waiting } from './waiting.ts';
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
  /** Settles what Runs wait for by a webhook of their workflow; again changes nothing. `fire` does it too. */
  heard(
    place: PlaceName,
    home: string,
    message: Extract<TriggerFired, { kind: 'webhook' }>,
  ): Promise<void>;
  /** Listens for this home: time, states, waits for quiet. One worker does, the holder of its lease. */
  watchHome(place: PlaceName, home: string, ports: HomePorts): HomeWatch;
  /**
   * Starts this workflow because somebody asks for it; answers the Run's id. A dry Run looks at the
   * world and changes nothing. Throws `workflow.not_found`, `workflow.off`.
   */
  run(
    place: PlaceName,
    home: string,
    workflow: string,
    o: { by: string; input?: unknown; dry?: boolean },
  ): Promise<string>;
  /**
   * The same Run again from its step at `from`: what came before is taken as it was, nothing is
   * switched and nobody is told. Throws `run.not_found`, `run.step_not_found`.
   */
  fork(place: PlaceName, run: string, from: number): Promise<string>;
  /** Ends a Run wherever it is; false when it had ended. Throws `run.not_found`. */
  cancel(place: PlaceName, run: string, why: string): Promise<boolean>;
  /** Ends all Runs of a workflow, as when it is switched off. */
  cancelAll(place: PlaceName, home: string, workflow: string, why: string): Promise<void>;
  /** A person answered; the first answer counts. False when nothing waits for it any more. */
  answered(
    place: PlaceName,
    approval: string,
    answer: { answer: string; by: string | null; at: number },
  ): Promise<boolean>;
  /** On start, and on gaining a lease: goes on with all that an earlier boot left. Safe to repeat. */
  recover(place: PlaceName, home: string): Promise<void>;
  /** On losing a lease: what this home's Runs do here stops where it is, for the taker to go on with. */
  release(place: PlaceName, home: string): void;
  /** Resolves when this Run has an outcome. */
  ended(place: PlaceName, run: string): Promise<void>;
  /** All that a Run did, waits for and said. */
  view(place: PlaceName, run: string): Promise<RunView>;
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
  /** The version of a person's own workflow that a Run began with; null when nobody kept it. */
  readonly version?: (hash: string) => Promise<WorkflowDefinition | null>;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  /** Name of this worker, the same at each boot. */
  readonly worker: string;
  /** New at each boot. */
  readonly boot: string;
  /** First pause before a failed step is tried again; doubles each time. */
  readonly retryFirstMs?: number;
  /** How often the database is asked for waits that others settled, and for what is due next. */
  readonly pollMs?: number;
}

const closeMs = 5_000;
const pollUsualMs = 15_000;

/** Opens the durable engine; one a process, since its package keeps global state. */
export async function openEngine(o: EngineOptions): Promise<Engine> {
  const pool = openPool(o.pool, o.log);
  const places = openPlaces();
  const work = openWork(o);
  const turns = openTurns({ ...o, stopping: work.stopping });
  const endings = openEndings({ ...o, guard: work.guard, now: o.clock.now });
  // Each knows the others: what is executed begins and wakes what will be.
  let durable: Durable;
  let waits: Waiting;
  const crew: Crew = openCrew({
    ...{ ...o, places, turns, work, endings },
    retryFirstMs: o.retryFirstMs ?? 1_000,
    durable: () => durable,
    waits: () => waits,
    begin: (place, run) => starts.begin(place, run, 'start'),
    definition: definitionIn(o),
    callRun: (place, caller, call) => starts.call(place, caller, call),
    starting: (place, run, outcome) => engine.startedBy(place, run, outcome),
  });
  waits = openWaiting({
    ...{ ...o, places, guard: work.guard, pollMs: o.pollMs ?? pollUsualMs },
    onSettled: crew.settled,
    onWoken: crew.wake,
    living: crew.waiting,
  });
  durable = await openDurable({ ...o, pool, body: crew.perform });
  const starts = openStarts({ ...o, durable, turns, places, crew, waits, work });
  const engine = engineOver({ ...o, durable, turns, places, crew, waits, starts });
  return {
    ...engine,
    async close() {
      waits.close();
      await work.stop();
      const late = new Error('the database does not answer');
      const closing = engine.endedWell().then(() => durable.close());
      await withTimeout(o.clock, closeMs, closing, () => late).catch((error) => {
        if (error !== late) throw error;
        o.log.warn({}, 'the engine was left as it is; the next start goes on from the journal');
      });
      await pool.end();
    },
  };
}

/** A Run finishes on the version it began with; one whose definition is not there waits for it. */
function definitionIn(o: EngineOptions) {
  return async (name: string, version: string | null): Promise<WorkflowDefinition> => {
    const found =
      version === null ? o.workflows.get(name) : ((await o.version?.(version)) ?? undefined);
    if (found) return found;
    o.log.warn({ workflow: name, version }, 'a Run waits for a workflow that is not there');
    return never;
  };
}
