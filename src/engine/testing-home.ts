/** Test kit without a test runner, for processes of their own: a home, and doors that write down what passed them. */
import { type Db, json } from '../store/tables.ts';
import type { AlertOfRun, Asked, Effects, LastWord } from './effects.ts';
import { openTestEyes, type TestEyes } from './testing-eyes.ts';

export const home = 'h1';

export interface Doors extends Effects {
  readonly alerts: AlertOfRun[];
  readonly overs: (LastWord & { key: string })[];
  readonly acts: { key: string; askedBy: string }[];
  readonly asked: Asked[];
  readonly eyes: TestEyes['of'];
  /** Changes a state of the home, as its Mirror would tell. */
  readonly change: TestEyes['change'];
  readonly happen: TestEyes['happen'];
}

export function doors(): Doors {
  const alerts: AlertOfRun[] = [];
  const overs: (LastWord & { key: string })[] = [];
  const acts: { key: string; askedBy: string }[] = [];
  const asked: Asked[] = [];
  const eyes = openTestEyes();
  return {
    ...{ alerts, overs, acts, asked, eyes: eyes.of, change: eyes.change, happen: eyes.happen },
    homeFacts: (id) => ({ id, name: 'Home', zone: 'Europe/Stockholm' }),
    async alert(request) {
      alerts.push(request);
      return { id: `alert-${alerts.length}` };
    },
    async resolve(_home, key, last) {
      overs.push({ key, ...last });
    },
    async act(_home, _action, { key, askedBy }) {
      acts.push({ key, askedBy });
      return { kind: 'confirmed', at: 1 };
    },
    wouldAct: async () => ({ kind: 'confirmed', at: 1 }),
    async ask(question: Asked) {
      if (!asked.some(({ id }) => id === question.id)) asked.push(question);
    },
    state: async (_home, entity) => eyes.of().state(entity),
    states: async () => [],
    entities: async () => [],
    history: async () => [],
    statistics: async () => [],
    plan: async () => ({ madeAt: null, stale: 'No plan here.', orders: [], batteryMode: null }),
    chooseSchedule: async (home) => ({
      ...{ home, asOf: '', currency: 'EUR', options: [], slots: [] },
      ...{ chosen: 'cheapest', decidedBy: 'rule', reason: '' },
    }),
    fetch: async () => ({ status: 200, headers: {}, text: '', json: null }),
    facts: async () => ({ value: null, asOf: 0, stale: false }),
    decide: async (_home, { request }) => ({
      choice: request.fallback,
      reason: 'rule',
      decidedBy: 'rule',
    }),
  };
}

export async function addHome(db: Db, id: string): Promise<void> {
  await db
    .insertInto('homes')
    .values({
      id,
      name: 'Home',
      address: 'http://127.0.0.1:8123',
      version: '2026.11.0',
      time_zone: 'Europe/Stockholm',
      currency: 'SEK',
      user_name: 'Ola',
      user_id: 'u1',
      user_admin: false,
      token_sealed: Buffer.from('sealed'),
    })
    .execute();
}

export async function setMode(
  db: Db,
  workflow: string,
  mode: 'on' | 'off' | 'watch',
  settings: Record<string, unknown> = {},
): Promise<void> {
  const row = { home_id: home, workflow, mode, settings: json(settings) };
  await db
    .insertInto('workflow_settings')
    .values(row)
    .onConflict((conflict) => conflict.columns(['home_id', 'workflow']).doUpdateSet(row))
    .execute();
}
