import type { TriggerFired } from '@tomte/sdk/define';
import { TomteError } from '@tomte/sdk/errors';
import { ancestorsOf } from '../store/runs.ts';
import { readSettings, saveSetting } from '../store/settings.ts';
import type { Crew } from './crew.ts';
import type { Durable } from './durable.ts';
import type { EngineOptions } from './engine.ts';
import { laneOf } from './fire.ts';
import { forkRun } from './fork.ts';
import {
  isOpen,
  type JournalledRun,
  readRun,
  readTerms,
  runId,
  runOfNew,
  writeRun,
} from './journal.ts';
import type { Places } from './places.ts';
import { type How, recoverRuns } from './recover.ts';
import type { Turns } from './turns.ts';
import type { Waiting } from './waiting.ts';
import type { Work } from './work.ts';

/** How Runs come to be under way in this process. */
export interface Starts {
  /** Gives a Run its turn. What was left by an earlier boot may prove to have ended meanwhile. */
  begin(place: string, run: JournalledRun, how: How | 'new'): void;
  recover(place: string, home: string): Promise<void>;
  /** A new Run must not overtake what an earlier boot left, so the first of a home recovers it. */
  recoverOnce(place: string, home: string): Promise<void>;
  release(place: string, home?: string): void;
  /** Journals a Run that somebody asks for by name, and starts it. */
  ask(
    place: string,
    home: string,
    workflow: string,
    o: { fired: TriggerFired; key: string; reason: string; dry: boolean; parent: string | null },
  ): Promise<string>;
  /** Journals a Run that takes over the steps of another up to `from`, and starts it; answers its id. */
  fork(place: string, run: string, from: number): Promise<string>;
  /** A Run calls another workflow; the same call again is the same Run. */
  call(
    place: string,
    caller: JournalledRun,
    o: { workflow: string; input: unknown; step: string },
  ): Promise<string>;
  /** Notes that this boot came to its end in good order. */
  endedWell(): Promise<void>;
}

export interface StartOptions extends EngineOptions {
  readonly durable: Durable;
  readonly turns: Turns;
  readonly places: Places;
  readonly crew: Crew;
  readonly waits: Waiting;
  readonly work: Work;
}

/** Calls within calls. */
const depthMax = 10;
const endedKey = 'engineEnded:';

export function openStarts(o: StartOptions): Starts {
  const { durable, turns, places, crew, clock } = o;
  const recovered = new Map<string, Promise<void>>();
  const keyOf = (place: string, home: string) => `${place}/${home}`;

  function begin(place: string, run: JournalledRun, how: How | 'new'): void {
    const id = `${place}/${run.id}`;
    const lane = laneOf(run, o).name;
    const beginning = async () => {
      // Its home was let go, or the demo thrown away, while this one waited for its turn.
      if (!places.has(place) || !recovered.has(keyOf(place, run.home))) return true;
      if (how === 'parked') return false;
      if (how === 'resume') await durable.resume(place, [{ run: run.id, segment: run.segment }]);
      else {
        // One that waited in its lane may have been ended meanwhile.
        if (how === 'new' && lane === run.id) crew.isFresh(place, run);
        await durable.start(place, run.home, run.id, run.segment);
      }
      if (how === 'new' && turns.hasBegun(id)) return false;
      const row = await readRun(places.get(place).store.db, run.id);
      if (!row || !isOpen(row)) return true;
      if (how === 'new') await startOver(durable, place, run);
      return false;
    };
    turns.take({ id, lane: `${place}/${lane}`, begin: beginning });
  }

  async function recoverNow(name: string, home: string): Promise<void> {
    const place = places.get(name);
    const ended = await readSettings(place.store.db, endedKey);
    await recoverRuns({
      ...{ name, home, place, durable },
      endedWell: new Set(ended.map(String)),
      lanes: {
        kinds: [...o.triggers].flatMap(([kind, trigger]) => (trigger.lane ? [kind] : [])),
        workflows: [...o.workflows].flatMap(([workflow, { mode }]) =>
          mode?.kind === 'queued' ? [workflow] : [],
        ),
      },
      live: (run) => turns.has(`${name}/${run}`),
      take: (run, how) => begin(name, run, how),
      close: (run, outcome) => crew.end(name, run, outcome),
      order: (run) => laneOf(run, o).order,
    });
    await o.waits.begin(name, home);
  }

  function recoverOnce(name: string, home: string): Promise<void> {
    const key = keyOf(name, home);
    const made = recovered.get(key) ?? Promise.resolve().then(() => recoverNow(name, home));
    recovered.set(key, made);
    return made.catch((error) => {
      recovered.delete(key);
      throw error;
    });
  }

  const ask: Starts['ask'] = async (name, home, workflow, { fired, key, reason, dry, parent }) => {
    const { db } = places.get(name).store;
    const definition = o.workflows.get(workflow);
    if (!definition) throw new TomteError('workflow.not_found', `There is no workflow ${workflow}`);
    const terms = await readTerms(db, home, workflow);
    if (terms.mode === 'off' && !dry)
      throw new TomteError('workflow.off', `${definition.title} is off`);
    const version = 'version' in definition ? (definition.version as { hash: string }).hash : null;
    const id = runId(home, workflow, key);
    const run = { id, home, workflow, fired, reason, dry, parent, version, terms };
    const isNew = await writeRun(db, run, clock.now());
    await recoverOnce(name, home);
    if (isNew) begin(name, runOfNew(run, clock.now()), 'new');
    return id;
  };

  return {
    ...{ begin, recoverOnce, ask },
    async recover(name, home) {
      const first = !recovered.has(keyOf(name, home));
      await recoverOnce(name, home);
      if (!first) await recoverNow(name, home);
    },
    release(name, home) {
      for (const key of [...recovered.keys()]) {
        if (home ? key !== keyOf(name, home) : !key.startsWith(`${name}/`)) continue;
        recovered.delete(key);
        o.waits.end(name, key.slice(name.length + 1));
      }
    },
    async fork(name, run, from) {
      const forked = await forkRun({ name, place: places.get(name), durable, clock, run, from });
      await recoverOnce(name, forked.home);
      begin(name, forked, 'start');
      return forked.id;
    },
    async call(name, caller, { workflow, input, step }) {
      const { db } = places.get(name).store;
      if ((await ancestorsOf(db, caller.id)) >= depthMax) {
        throw new TomteError('run.call_failed', `Runs call each other ${depthMax} deep`);
      }
      const by = `${caller.id}/${step}`;
      const at = caller.createdAt;
      return ask(name, caller.home, workflow, {
        fired: { kind: 'call', workflow, by, input, at },
        key: `call:${by}`,
        reason: `Called by ${o.workflows.get(caller.workflow)?.title ?? caller.workflow}`,
        dry: caller.dry,
        parent: caller.id,
      });
    },
    async endedWell() {
      for (const name of new Set([...recovered.keys()].map((key) => key.split('/')[0]!))) {
        if (places.has(name))
          await saveSetting(places.get(name).store.db, `${endedKey}${o.worker}`, o.boot);
      }
    },
  };
}

/**
 * The row is new and open, and yet the engine knew the Run: its home was unlinked, or the demo thrown away, and
 * is back. What the engine remembers is of that earlier life.
 */
async function startOver(durable: Durable, place: string, run: JournalledRun): Promise<void> {
  const segment = { run: run.id, segment: 0 };
  const [known] = await durable.known(place, [segment]);
  if (!known || known.ours) return;
  await durable.drop(place, [segment]);
  await durable.start(place, run.home, run.id, 0);
}
