/** The AI task of a home as a model: over the wire of the simulated home, as the real one checks it. */
import type { DecideRequest } from '@tomte/sdk/decide';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { addHome } from '../../engine/testing-home.ts';
import { openLink } from '../../home/link.ts';
import { systemClock } from '../../lib/clock.ts';
import { silentLog } from '../../lib/log.ts';
import { Secret } from '../../lib/secret.ts';
import type { AiTasks } from '../../sim/ai-tasks.ts';
import { openSim, type Sim } from '../../sim/sim.ts';
import { WireError } from '../../sim/wire-error.ts';
import type { Key } from '../../store/seal.ts';
import { type FreshStore, freshStore } from '../../store/testing.ts';
import { loadModels } from '../definitions.ts';
import type { PlaceParts } from '../parts.ts';
import { type Decisions, openDecisions } from './decisions.ts';
import { decideOperations } from './operations.ts';

const home = 'h1';
const choice: DecideRequest = {
  question: 'When should the boiler heat?',
  options: [
    { id: 'night', text: 'At night' },
    { id: 'noon', text: 'At noon' },
  ],
  fallback: 'night',
};
let sim: Sim;
let store: FreshStore;
let decisions: Decisions;
const asked: Parameters<AiTasks['say']>[0][] = [];
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  sim = await openSim({ living: false, days: 1, pastToilet: false });
  ai({ evaluate: () => null });
  store = await freshStore();
  await addHome(store.db, home);
  const link = openLink({
    ...{ home, address: sim.url, token: new Secret(sim.tokens.resident), pin: null },
    ...{ clock: systemClock, log: silentLog, random: () => 0.5, position: 0 },
  });
  const life = { home, link, zone: 'Europe/Berlin', name: 'Villa Berg' };
  closing.push(
    () => link.close(),
    () => sim.close(),
    () => store.close(),
  );
  await vi.waitFor(() => expect(link.state.kind).toBe('live'), { timeout: 20_000 });
  const parts = {
    ...{ store, clock: systemClock, log: silentLog, place: 'tomte', allowAddresses: [] },
    ...{ key: Buffer.alloc(32, 3) as unknown as Key, models: await loadModels(null) },
  } as unknown as PlaceParts;
  decisions = await openDecisions({
    ...{ parts, alerts: { open: async () => ({ id: '1' }) } },
    lives: () => new Map([[home, life as never]]),
  });
  const tomte = decideOperations(parts, decisions);
  await tomte.saveDecideSettings({ watchDays: 1 });
  await tomte.saveModel({ name: 'home-assistant', settings: {} });
  await tomte.setModel({ name: 'home-assistant', state: 'watch', agree: true });
  await store.db
    .updateTable('models')
    .set({ watch_since: new Date(systemClock.now() - 2 * 86_400_000) })
    .execute();
  await tomte.setModel({ name: 'home-assistant', state: 'on' });
});
afterAll(async () => {
  for (const close of closing) await close();
});
beforeEach(() => {
  asked.length = 0;
  decisions.purse.forget('home-assistant');
});

/** What is set up in the home, and what it answers to each Action. */
function ai(
  says: Readonly<Record<string, () => unknown>>,
  o: { allow?: boolean; features?: number } = {},
): void {
  const entity = 'ai_task.house_model';
  sim.set(entity, 'unknown', { supported_features: o.features ?? 9 });
  sim.world.ai = {
    preferences: {
      ...{ gen_data_entity_id: entity, evaluate_entity_id: entity, gen_image_entity_id: null },
      allow_automatic_evaluation: o.allow ?? true,
    },
    say(one) {
      asked.push(one);
      return says[one.action]!();
    },
  };
}
const decide = (request: DecideRequest) =>
  decisions.decider.decide({ home, by: 'workflow:w', request });
const featuresSeen = (features: number) =>
  expect
    .poll(() => decisions.inUse.home(home)?.states('ai_task')[0]?.attributes.supported_features)
    .toBe(features);

test('a choice is asked as a typed question; its probabilities are kept', async () => {
  ai({
    evaluate: () => ({
      q: { type: 'choice', choice: 'o2', probabilities: { o1: 0.2, o2: 0.7, none: 0.1 } },
    }),
  });
  expect(await decide(choice)).toMatchObject({ choice: 'noon', decidedBy: 'model' });
  expect(asked).toMatchObject([
    {
      ...{ action: 'evaluate', entityId: 'ai_task.house_model' },
      data: { questions: { q: { type: 'choice', criteria: { o1: 'At night', o2: 'At noon' } } } },
    },
  ]);
});

test('yes or no, and a score, are asked as what they are', async () => {
  ai({ evaluate: () => ({ q: { type: 'noul', noul: 0.8 } }) });
  expect(await decide({ kind: 'boolean', question: 'Is it?', fallback: 'no' })).toMatchObject({
    ...{ choice: 'yes', decidedBy: 'model' },
  });
  ai({ evaluate: () => ({ q: { type: 'score', score: 1.2, probabilities: [0.1, 0.6, 0.3] } }) });
  const levels = ['low', 'middle', 'high'];
  expect(
    await decide({ kind: 'score', question: 'How urgent?', levels, fallback: 'low' }),
  ).toMatchObject({ choice: 'middle', decidedBy: 'model' });
});

test('a text is written as data of a structure, and judged like any other', async () => {
  const text: DecideRequest = {
    ...{ kind: 'text', question: 'Say it', lengthMax: 100, fallback: 'It is 4 °C.' },
    facts: { outside: '4 °C' },
  };
  ai({ generate_data: () => ({ text: 'It is cold: 4 °C.' }) });
  expect(await decide(text)).toMatchObject({ choice: 'It is cold: 4 °C.', decidedBy: 'model' });
  expect(asked).toMatchObject([
    { data: { structure: { text: { required: true, selector: { text: {} } } } } },
  ]);
  ai({ generate_data: () => ({ text: 'It is 40 °C, see https://evil.example' }) });
  expect(await decide(text)).toMatchObject({ choice: 'It is 4 °C.', decidedBy: 'rule' });
});

test('where typed questions cannot be asked, a choice is data of a structure', async () => {
  ai({ generate_data: () => ({ answer: 'o2', reason: 'Sun.' }) }, { features: 1 });
  await featuresSeen(1);
  expect(await decide(choice)).toMatchObject({
    choice: 'noon',
    reason: 'Sun.',
    decidedBy: 'model',
  });
  expect(asked).toMatchObject([
    {
      data: { structure: { answer: { selector: { select: { options: ['o1', 'o2', 'none'] } } } } },
    },
  ]);
  ai({}, { features: 9 });
  await featuresSeen(9);
});

test('without the wish of Home Assistant’s own owner it is asked nothing', async () => {
  ai({ evaluate: () => ({ q: { type: 'noul', noul: 1 } }) }, { allow: false });
  expect(await decide(choice)).toMatchObject({ choice: 'night', decidedBy: 'rule' });
  expect(asked).toEqual([]);
});

test.each<[string, () => unknown]>([
  [
    'an answer that was not offered',
    () => ({ q: { type: 'choice', choice: 'o7', probabilities: {} } }),
  ],
  ['an answer of another form', () => ({ q: { words: 'at noon' } })],
  [
    'a model that is out of reach',
    () => {
      throw new WireError('home_assistant_error', 'Error talking to API');
    },
  ],
])('%s leaves it to the rule', async (_what, say) => {
  ai({ evaluate: say });
  expect(await decide(choice)).toMatchObject({ choice: 'night', decidedBy: 'rule' });
});
