/** Test kit: an engine on a database of its own, with doors that write down what passed them. */
import type { Finding, WorkflowDefinition } from '@tomte/sdk/define';
import { sql } from 'kysely';
import { systemClock } from '../lib/clock.ts';
import { loadExtensions } from '../lib/extensions.ts';
import { silentLog } from '../lib/log.ts';
import { type FreshStore, freshStore } from '../store/testing.ts';
import type { Effects } from './effects.ts';
import { type Engine, type EngineOptions, openEngine } from './engine.ts';
import { addHome, home } from './testing-home.ts';

export { addHome, type Doors, doors, home, setMode } from './testing-home.ts';

export interface OpenedEngine {
  readonly engine: Engine;
  readonly store: FreshStore;
  /**
   * Ends the engine as a stop does and opens another boot on the same database; `badly` as a kill leaves
   * it, so that the next boot counts a crash.
   */
  reopen(workflows?: Record<string, WorkflowDefinition>, o?: { badly: boolean }): Promise<Engine>;
  close(): Promise<void>;
}

export async function openTestEngine(
  workflows: Record<string, WorkflowDefinition>,
  effects: Effects,
  options: Partial<EngineOptions> = {},
): Promise<OpenedEngine> {
  const store = await emptyStore();
  await addHome(store.db, home);
  const folder = new URL('./triggers/', import.meta.url).pathname;
  const triggers = await loadExtensions('trigger', folder);
  let boots = 0;
  const boot = async (definitions: Record<string, WorkflowDefinition>) => {
    const engine = await openEngine({
      pool: store.connection,
      workflows: new Map(Object.entries(definitions)),
      triggers: triggers as EngineOptions['triggers'],
      clock: systemClock,
      log: silentLog,
      random: () => 0.5,
      worker: 'w1',
      boot: `boot-${++boots}`,
      retryFirstMs: 10,
      ...options,
    });
    engine.addPlace('tomte', { store, effects });
    return engine;
  };
  let engine = await boot(workflows);
  return {
    get engine() {
      return engine;
    },
    store,
    async reopen(definitions = workflows, { badly } = { badly: false }) {
      await engine.close();
      if (badly) await store.db.deleteFrom('settings').execute();
      engine = await boot(definitions);
      return engine;
    },
    close: () => engine.close(),
  };
}

let shared: Promise<FreshStore> | undefined;

/** One database for the tests of a file, since the engine takes a second to lay its tables. */
async function emptyStore(): Promise<FreshStore> {
  shared ??= freshStore();
  const store = await shared;
  await sql`truncate homes cascade`.execute(store.db);
  const laid = await sql<{ there: boolean }>`
    select to_regclass('dbos.workflow_status') is not null as there`.execute(store.db);
  if (laid.rows[0]?.there)
    await sql`truncate dbos.workflow_status, dbos.operation_outputs cascade`.execute(store.db);
  return store;
}

/** For `afterAll`. */
export async function closeTestStore(): Promise<void> {
  await (await shared)?.close();
  shared = undefined;
}

export function finding(
  kind: Finding['kind'],
  at: number,
  title = 'Water has run for 52 minutes',
): Finding {
  return {
    kind,
    episode: 'e1',
    detector: 'water',
    entities: ['sensor.water_flow'],
    at,
    since: at - 60_000,
    severity: 'now',
    probability: 0.9,
    title,
    text: '0.4 L/min since 01:49.',
    lines: [],
    facts: {
      is: '',
      usually: '',
      since: '',
      around: [],
      probably: null,
      check: null,
      numbers: {},
    },
  };
}
