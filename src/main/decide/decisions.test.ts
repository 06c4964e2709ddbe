import type { DecideRequest } from '@tomte/sdk/decide';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { type ModelServer, modelServer, type Said } from '../../../test/kit/model-server.ts';
import { addHome } from '../../engine/testing-home.ts';
import { silentLog } from '../../lib/log.ts';
import { virtualClock } from '../../lib/testing/virtual-clock.ts';
import type { Key } from '../../store/seal.ts';
import { type FreshStore, freshStore } from '../../store/testing.ts';
import { loadModels } from '../definitions.ts';
import type { PlaceParts } from '../parts.ts';
import { openDecisions } from './decisions.ts';
import { decideOperations } from './operations.ts';

const day = 86_400_000;
const home = 'h1';
const name = 'openai-compatible:fake';
const choice: DecideRequest = {
  question: 'When should the boiler heat?',
  options: [
    { id: 'night', text: 'At night' },
    { id: 'noon', text: 'At noon' },
  ],
  facts: { doorCode: '4711', who: 'Ola' },
  fallback: 'night',
};

let store: FreshStore;
let server: ModelServer;
let say: (n: number) => Said;
const closing: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closing) await close();
});

async function open() {
  store = await freshStore();
  server = await modelServer((_asked, n) => say(n));
  closing.push(
    () => server.close(),
    () => store.close(),
  );
  await addHome(store.db, home);
  const clock = virtualClock(Date.parse('2026-11-20T10:00:00Z'));
  const parts = {
    ...{ store, clock, log: silentLog, key: Buffer.alloc(32, 3) as unknown as Key, place: 'tomte' },
    ...{ models: await loadModels(null), allowAddresses: ['127.0.0.1'] },
  } as unknown as PlaceParts;
  const alerts: string[] = [];
  const decisions = await openDecisions({
    parts,
    lives: () => new Map(),
    alerts: {
      open: async ({ title }: { title: string }) => ({ id: String(alerts.push(title)) }),
    } as never,
  });
  return { clock, decisions, alerts, tomte: decideOperations(parts, decisions) };
}

const settings = () => ({
  address: `${server.url}/v1`,
  model: 'fake-1',
  key: 'sk-very-secret-key-1',
});
const asking = { home, by: 'workflow:boiler', request: choice };

beforeEach(() => {
  say = () => ({ answer: 'o2', reason: 'The sun shines.' });
});

/** Set up, agreed, watched for a week, and on. */
async function ready() {
  const opened = await open();
  await opened.tomte.saveModel({ name, settings: settings() });
  await opened.tomte.setModel({ name, state: 'watch', agree: true });
  await opened.clock.runTo(opened.clock.now() + 7 * day);
  await opened.tomte.setModel({ name, state: 'on' });
  return opened;
}

test('a model is told nothing before a person agreed, and decides nothing before it was compared', async () => {
  const { clock, decisions, tomte } = await open();
  expect(await tomte.saveModel({ name, settings: settings() })).toMatchObject({
    state: 'off',
    settings: { key: '«secret»' },
    host: new URL(server.url).host,
  });
  await decisions.decider.decide(asking);
  expect(server.asked).toEqual([]);
  await expect(tomte.setModel({ name, state: 'watch' })).rejects.toMatchObject({
    code: 'decide.not_agreed',
  });
  await expect(tomte.setModel({ name, state: 'on', agree: true })).rejects.toMatchObject({
    code: 'decide.watch_first',
  });
  const shown = await tomte.previewModel({ name, home });
  expect(shown.leftOut).toEqual(['people', 'places', 'names', 'codes', 'keys']);
  expect(server.asked).toEqual([]);

  await tomte.setModel({ name, state: 'watch', agree: true });
  expect(await decisions.decider.decide(asking)).toMatchObject({
    choice: 'night',
    decidedBy: 'rule',
  });
  expect(server.asked).toHaveLength(1);
  await clock.runTo(clock.now() + 6 * day);
  await expect(tomte.setModel({ name, state: 'on' })).rejects.toMatchObject({
    code: 'decide.watch_first',
  });
  expect(await tomte.compareModel({ name })).toMatchObject({
    ...{ asked: 1, agreed: 0, text: 'agreed 0 of 1; this one differs' },
    differ: [{ was: 'At night', wouldBe: 'At noon', reason: 'The sun shines.' }],
  });
  await clock.runTo(clock.now() + day);
  await tomte.setModel({ name, state: 'on' });
  expect(await decisions.decider.decide(asking)).toMatchObject({
    choice: 'noon',
    decidedBy: 'model',
  });
  // Changed, it is another model.
  expect(
    await tomte.saveModel({ name, settings: { ...settings(), key: '«secret»', model: 'x' } }),
  ).toMatchObject({
    state: 'off',
    agreedAt: null,
  });
});

test('its key goes into the header of its own host, and codes and keys stand in no question and no record', async () => {
  const { decisions, tomte } = await ready();
  await decisions.decider.decide(asking);
  const [asked] = server.asked;
  expect(asked).toMatchObject({
    path: '/v1/chat/completions',
    headers: { authorization: 'Bearer sk-very-secret-key-1' },
    body: { model: 'fake-1', temperature: 0, response_format: { type: 'json_schema' } },
  });
  expect(JSON.stringify(asked!.body)).not.toMatch(/4711|sk-very|tomte-secret/);
  const kept = JSON.stringify(await tomte.exportAudit({ home }));
  expect(kept).not.toMatch(/4711|sk-very/);
  expect(await tomte.listLeft({ home })).toMatchObject([
    { host: new URL(server.url).host, leaves: ['question', 'facts'], by: 'workflow:boiler' },
  ]);
});

test('every Decision is kept with what it was made of, and the record holds', async () => {
  const { decisions, tomte } = await ready();
  await tomte.saveDecideSettings({
    prices: [{ model: 'fake*', inPerMillion: 2, outPerMillion: 10 }],
  });
  const { decision } = await decisions.decider.decide({ ...asking, key: 'run-1/decide 1' });
  const page = await tomte.getDecision({ id: decision! });
  expect(page).toMatchObject({
    ...{ run: 'run-1', by: 'workflow:boiler', choice: 'noon', rule: 'night', why: null, seq: 1 },
    told: [{ model: name, version: 'fake-1', tokensIn: 200, tokensOut: 20, requests: 1 }],
  });
  expect(page.told[0]!.cost).toBeCloseTo(0.0006, 6);
  expect(page.promptHash).toMatch(/^[0-9a-f]{64}$/);
  expect(await tomte.verifyAudit({})).toMatchObject([{ home, ok: true, records: 1 }]);
  expect((await tomte.getDecideSettings({})).today).toMatchObject({ calls: 1, tokens: 220 });
});

test('over budget the rule decides, and the third time it is told', async () => {
  const { decisions, alerts, tomte } = await ready();
  await tomte.saveDecideSettings({ workflowBudget: { calls: 1, tokens: 1e6, money: 1 } });
  expect(await decisions.decider.decide(asking)).toMatchObject({ decidedBy: 'model' });
  for (const told of [0, 0, 1, 1]) {
    const decided = await decisions.decider.decide(asking);
    expect(decided).toMatchObject({ choice: 'night', decidedBy: 'rule' });
    expect(decided.reason).toContain('budget');
    expect(alerts).toHaveLength(told);
  }
  expect(server.asked).toHaveLength(1);
  // Another workflow has its own.
  expect(await decisions.decider.decide({ ...asking, by: 'workflow:other' })).toMatchObject({
    decidedBy: 'model',
  });
});

test('twenty questions at once do not count on the same rest of the budget', async () => {
  const { decisions, alerts, tomte } = await ready();
  await tomte.saveDecideSettings({
    workflowBudget: { calls: 10, tokens: 1e6, money: 1 },
    dayBudget: { calls: 3, tokens: 1e6, money: 1 },
  });
  const asked = Array.from({ length: 20 }, (_, n) =>
    decisions.decider.decide({ ...asking, by: `workflow:w${n % 2}` }),
  );
  const decided = await Promise.all(asked);
  expect(decided.filter(({ decidedBy }) => decidedBy === 'model')).toHaveLength(3);
  expect(server.asked).toHaveLength(3);
  expect(alerts).toHaveLength(2);
});

test('a model that fails again and again rests, and is tried again later', async () => {
  const { clock, decisions, tomte } = await ready();
  say = () => (response) => response.writeHead(503).end('busy');
  for (let n = 0; n < 5; n++) await decisions.decider.decide(asking);
  // Two attempts each, three times; then it is left alone.
  expect(server.asked).toHaveLength(6);
  expect((await tomte.listModels({}))[0]!.restsUntil).not.toBeNull();
  say = () => ({ answer: 'o2', reason: '' });
  await clock.runTo(clock.now() + 61_000);
  expect(await decisions.decider.decide(asking)).toMatchObject({ decidedBy: 'model' });
});

test('questions of the past are asked again of another model, and the differences are told', async () => {
  const { decisions, tomte } = await ready();
  say = (n) => ({ answer: n % 3 === 0 ? 'o1' : 'o2', reason: 'As before.' });
  for (let n = 0; n < 3; n++) await decisions.decider.decide(asking);
  const other = 'openai-compatible:other';
  say = () => ({ answer: 'o2', reason: 'Sun.' });
  await tomte.saveModel({ name: other, settings: { ...settings(), model: 'other-1' } });
  await expect(tomte.replayDecisions({ home, model: other })).rejects.toMatchObject({
    code: 'decide.not_agreed',
  });
  await tomte.setModel({ name: other, state: 'watch', agree: true });
  expect(await tomte.replayDecisions({ home, model: other })).toMatchObject({
    ...{ asked: 3, agreed: 2, invalid: 0, text: 'agreed 2 of 3; this one differs' },
    differ: [{ was: 'At night', wouldBe: 'At noon' }],
  });
  const words = { question: 'When is power cheapest?' };
  await tomte.replayDecisions({ home, model: other, ...words });
  expect(JSON.stringify(server.asked.at(-1)!.body)).toContain(words.question);
});

test('a trial tells nothing of the home; a wrong answer form is told as it is', async () => {
  const { tomte } = await open();
  await tomte.saveModel({ name, settings: settings() });
  expect(await tomte.testModel({ name, home })).toMatchObject({ ok: true, answer: 'Hot tea' });
  say = () => 'I like tea.';
  expect(await tomte.testModel({ name, home })).toMatchObject({
    ok: false,
    error: { code: 'decide.answer_invalid' },
  });
  say = () => (response) =>
    response.writeHead(401).end('{"error":{"message":"bad key sk-very-secret-key-1"}}');
  const refused = await tomte.testModel({ name, home });
  expect(refused).toMatchObject({ ok: false, error: { code: 'decide.model_refused' } });
  expect(JSON.stringify(refused)).not.toContain('sk-very');
});

test('an address inside is reached only where that was allowed', async () => {
  const { tomte } = await open();
  const inside = { ...settings(), address: 'http://10.0.0.9:11434/v1' };
  await tomte.saveModel({ name, settings: inside });
  expect(await tomte.testModel({ name, home })).toMatchObject({
    error: { code: 'connect.address_refused' },
  });
});
