/** One question, answered from what the store keeps. */
import { defineWorkflow, type WorkflowDefinition } from '@tomte/sdk/define';
import type { EntityInfo } from '@tomte/sdk/home';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import type { Mirror } from '../../home/mirror.ts';
import { answerAction, intendAction } from '../../store/actions.ts';
import { addClockJump } from '../../store/clock-jumps.ts';
import { addGap } from '../../store/gaps.ts';
import { addNotRun } from '../../store/not-runs.ts';
import { addRun, endRun } from '../../store/runs.ts';
import { type FreshStore, freshStore } from '../../store/testing.ts';
import { saveWorkflowSettings } from '../../store/workflow-settings.ts';
import { whyOf } from '../operations-why.ts';

const now = Date.parse('2026-11-26T08:15:00Z');
const at = (text: string) => new Date(`2026-11-26T${text}:00+01:00`);
const info = (id: string, name: string, area: string | null): EntityInfo => ({
  ...{ id, name, area, domain: id.split('.')[0]!, deviceClass: null, stateClass: null },
  ...{ unit: null, device: null, labels: [], platform: null },
});
const mirror = {
  infos: () => [
    info('switch.boiler', 'Boiler', 'Cellar'),
    info('light.hall', 'Hall light', 'Hall'),
  ],
  config: { latitude: 52.5, longitude: 13.4 },
} as unknown as Mirror;

const cheap = defineWorkflow({
  title: 'Heater at cheap hours',
  text: 'For a test.',
  settings: z.strictObject({}),
  triggers: [{ time: { at: '02:00' } }],
  wants: () => ['switch.boiler'],
  run: async () => null,
}) as unknown as WorkflowDefinition;
const evening = defineWorkflow({
  title: 'Evening light',
  text: 'For a test.',
  settings: z.strictObject({}),
  triggers: [{ state: { entity: 'light.hall', to: 'on', for: '5m' } }],
  run: async () => null,
}) as unknown as WorkflowDefinition;

let store: FreshStore;
beforeEach(async () => {
  await store?.close();
  store = await freshStore();
  await store.db
    .insertInto('homes')
    .values({
      ...{ id: 'h1', name: 'Home', address: 'http://127.0.0.1:8123', version: '2026.11.0' },
      ...{ time_zone: 'Europe/Berlin', currency: 'EUR', user_name: 'Ola', user_id: 'u' },
      ...{ user_admin: false, token_sealed: Buffer.from('sealed') },
    })
    .execute();
});
afterAll(() => store.close());

const ask = (text: string) =>
  whyOf(
    { text },
    {
      db: store.db,
      definitions: {
        workflows: new Map([
          ['cheap-hours', cheap],
          ['evening', evening],
        ]),
        detectors: new Map([['water', { title: 'Water' }]]),
      },
      now,
      mirror: () => mirror,
      watching: async () => null,
    },
  );
const on = (workflow: string, mode: 'on' | 'off' = 'on') =>
  saveWorkflowSettings(store.db, { home: 'h1', workflow, mode });
async function setLongAgo(workflow: string): Promise<void> {
  await on(workflow);
  await store.db
    .updateTable('workflow_settings')
    .set({ changed_at: at('00:00') })
    .execute();
}

test('a condition that failed is the answer, by the name of the workflow or of what it switches', async () => {
  await on('cheap-hours');
  await addNotRun(store.db, {
    ...{ home: 'h1', workflow: 'cheap-hours', trigger: 'time', code: 'condition', run: 'r1' },
    ...{ reason: 'Price was 34 ct, must be below 30.', details: {}, at: at('02:00') },
  });
  const expected =
    'Heater at cheap hours did not start at 02:00: price was 34 ct, must be below 30.';
  for (const question of [
    'Why did the heater not start at 02:00?',
    'why did the boiler not turn on last night',
    'why was the celar not heated at 2 am?',
  ]) {
    expect((await ask(question)).sentence, question).toBe(expected);
  }
  const { found } = await ask('Why did the heater not start at 02:00?');
  expect(found[0]).toMatchObject({
    kind: 'notRun',
    page: 'workflows/h1/cheap-hours',
    at: at('02:00').toISOString(),
  });
});

test('another night is another question', async () => {
  await on('cheap-hours');
  await addNotRun(store.db, {
    ...{ home: 'h1', workflow: 'cheap-hours', trigger: 'time', code: 'condition', run: 'r1' },
    ...{ reason: 'Price was 34 ct, must be below 30.', details: {}, at: at('02:00') },
  });
  const { sentence, found } = await ask('Why did the heater not start at 05:00?');
  expect(sentence).toMatch(/^Heater at cheap hours did not start: it was not due then/);
  expect(found.filter(({ kind }) => kind === 'notRun')).toEqual([]);
});

test('a Run that was refused an Action did start, and says what was refused', async () => {
  await on('cheap-hours');
  await addRun(store.db, {
    ...{ id: 'run1', home: 'h1', workflow: 'cheap-hours', trigger: {} },
    ...{ reason: 'It was 02:00', at: at('02:00') },
  });
  await intendAction(store.db, {
    ...{ home: 'h1', key: 'run1/act 1', askedBy: 'workflow:cheap-hours', rule: 'quiet' },
    action: { domain: 'switch', action: 'turn_on', entities: ['switch.boiler'], data: {} },
    at: at('02:00'),
  });
  const outcome = { kind: 'refused', message: 'Quiet hours until 06:00.' };
  await answerAction(store.db, { key: 'run1/act 1', outcome, at: at('02:00') });
  await endRun(store.db, { id: 'run1', state: 'done', at: at('02:01') });
  const { sentence, found } = await ask('why did the heater not start at 02:00');
  expect(sentence).toMatch(
    /^Heater at cheap hours started at 02:00: it was 02:00, but an Action was refused: /,
  );
  expect(sentence).toContain(
    'switch.turn_on of switch.boiler was refused (quiet). Quiet hours until 06:00.',
  );
  expect(found.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['run', 'action']));
});

test('a workflow that is off says since when', async () => {
  await on('cheap-hours', 'off');
  expect((await ask('why did the heater not start at 02:00')).sentence).toMatch(
    /^Heater at cheap hours is switched off since /,
  );
});

test('Tomte that was not running, and a computer that slept, are told', async () => {
  await setLongAgo('cheap-hours');
  await addGap(store.db, {
    ...{ home_id: 'h1', began_at: at('01:00').getTime(), ended_at: at('04:00').getTime() },
    ...{ cause: 'start', rebuilt: 3, unknown_entities: [] },
  });
  const asked = await ask('why did the heater not start at 02:00');
  expect(asked.sentence).toBe(
    'Heater at cheap hours did not start: it was due at 02:00, when Tomte was not running from 01:00 to 04:00.',
  );
  await addClockJump(store.db, { at: at('03:00'), byMs: 5_400_000 });
  expect((await ask('why did the heater not start at 02:00')).sentence).toContain(
    'the computer slept or its clock went ahead by 1 h 30 min',
  );
});

test('a state trigger that nothing met says what it waits for', async () => {
  await setLongAgo('evening');
  expect((await ask('why did the evening light not start at 22:00')).sentence).toBe(
    'Evening light did not start: none of this happened: light.hall changes to on for 5m.',
  );
});

test('plain words search, unknown ones say so, and no words ask for some', async () => {
  expect((await ask('boiler')).found.map(({ title }) => title)).toContain('Boiler');
  expect((await ask('sauna')).sentence).toBe(
    'Nothing here is called “sauna”, as far as its name goes.',
  );
  expect((await ask('why')).sentence).toMatch(/^Say what it is about/);
});

test('another workflow’s refusals are no answer', async () => {
  await on('cheap-hours');
  await addNotRun(store.db, {
    ...{ home: 'h1', workflow: 'evening', trigger: 'state', code: 'busy', run: 'r2' },
    ...{ reason: 'A Run of it was still under way.', details: {}, at: at('02:00') },
  });
  const { found, sentence } = await ask('why did the heater not start at 02:00');
  expect(found.some(({ kind }) => kind === 'notRun')).toBe(false);
  expect(sentence).not.toContain('Evening');
});
