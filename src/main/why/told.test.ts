/** Questions about alerts and Decisions, answered from what the store keeps. */
import type { EntityInfo } from '@tomte/sdk/home';
import type { Watching } from '@tomte/sdk/types-detect';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { openRecord } from '../../decide/record.ts';
import type { Mirror } from '../../home/mirror.ts';
import { changeAlert, openAlert } from '../../store/alerts.ts';
import { saveChannel } from '../../store/channels.ts';
import { saveEpisode } from '../../store/episodes.ts';
import type { Key } from '../../store/seal.ts';
import { type FreshStore, freshStore } from '../../store/testing.ts';
import { whyOf } from '../operations-why.ts';

const now = Date.parse('2026-11-26T08:15:00Z');
const at = (text: string) => Date.parse(`2026-11-26T${text}:00+01:00`);
const info = (id: string, name: string): EntityInfo => ({
  ...{ id, name, area: null, domain: 'sensor', deviceClass: null, stateClass: null },
  ...{ unit: null, device: null, labels: [], platform: null },
});
const mirror = {
  infos: () => [info('sensor.water', 'Water meter'), info('sensor.freezer', 'Freezer')],
  config: null,
} as unknown as Mirror;
const heartbeat = { host: null, lastBeatAt: null, error: null, held: null };
const sensor = {
  ...{ entity: 'sensor.freezer', name: 'Freezer', area: null, detector: 'cold', about: 'cold' },
  ...{
    smallest: '4 °C above usual for 1 h',
    days: 31,
    lastReported: null,
    blind: null,
    told: true,
  },
};
let watching: Watching;
let store: FreshStore;
beforeEach(async () => {
  await store?.close();
  store = await freshStore();
  watching = {
    ...{ home: 'h1', asOf: null, sentence: '', watched: [sensor], notWatched: [], heartbeat },
  };
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
      ...{ db: store.db, now, mirror: () => mirror, watching: async () => watching },
      definitions: { workflows: new Map(), detectors: new Map([['water', { title: 'Water' }]]) },
    },
  );

const facts = {
  ...{ is: 'Water runs', usually: '20 minutes at this hour', since: '02:10', around: [] },
  ...{ probable: null, check: null, numbers: {} },
};
const found = (more: object = {}) =>
  saveEpisode(store.db, {
    ...{ id: 'e1', home_id: 'h1', detector: 'water', about: 'water', state: 'over', hidden: false },
    ...{ since: at('02:10'), raised_at: at('02:40'), cleared_at: at('03:00') },
    finding: { title: 'Water has run for 30 minutes', text: '', entities: ['sensor.water'], facts },
    ...more,
  });
const alert = (more: object = {}) =>
  openAlert(store.db, {
    ...{ id: 'a1', home_id: 'h1', key: 'water', title: 'Water has run for 30 minutes' },
    ...{ text: '12 L so far', severity: 'today', state: 'open', since: new Date(at('02:10')) },
    ...{
      entities: ['sensor.water'],
      detector: 'water',
      episode: 'e1',
      told_at: new Date(at('02:41')),
    },
    ...more,
  });

test('an alert says what was against what is usual, and which detector found it', async () => {
  await found();
  await alert();
  const { sentence, found: rests } = await ask('Why was I warned about the water at 02:40?');
  expect(sentence).toBe(
    'Water has run for 30 minutes, since 02:10: 12 L so far. Usual there: 20 minutes at this hour. Found by “Water”.',
  );
  expect(rests[0]).toMatchObject({ kind: 'alert', page: 'watch/a1' });
});

test('one that waits for the morning, for its time, or has nobody to go to, says so', async () => {
  await found();
  await alert({ told_at: null });
  await saveChannel(store.db, { id: 'c1', kind: 'ntfy', name: 'Phone', settings: {} });
  const asked = 'why was there no alert about the water last night';
  expect((await ask(asked)).sentence).toMatch(
    /noticed at 02:10; it was over before it was told\.$/,
  );
  await changeAlert(store.db, 'a1', { held_until: new Date(at('02:50')) });
  expect((await ask(asked)).sentence).toMatch(/because it must last until 02:50 first\.$/);
  await changeAlert(store.db, 'a1', { held_until: null, told_at: new Date(at('02:41')) });
  expect((await ask(asked)).sentence).toMatch(/told at 02:41, but it has gone out to nobody/);
  await store.db
    .insertInto('digest_items')
    .values({
      home_id: 'h1',
      channel_id: 'c1',
      alert_id: 'a1',
      why: 'quiet',
      at: new Date(at('02:41')),
    })
    .execute();
  expect((await ask(asked)).sentence).toMatch(/it was quiet hours, so it comes in the morning\.$/);
});

test('what was found and not told names your own answer, or the workflow that is off', async () => {
  await found();
  watching.notWatched.push({
    ...{ what: 'Water', entity: null, detector: 'water' },
    why: 'It is learned, and nobody is told: “Water watch” is off.',
  });
  const asked = 'why did nobody tell me about the water meter, no message came last night';
  expect((await ask(asked)).sentence).toBe(
    'Water has run for 30 minutes was found at 02:40; it is learned, and nobody is told: “Water watch” is off.',
  );
  await store.db.updateTable('episodes').set({ hidden: true }).execute();
  const { sentence, found: rests } = await ask(asked);
  expect(sentence).toMatch(/it was not told, because of your answer to one like it\.$/);
  expect(rests[0]).toMatchObject({
    ...{ kind: 'finding', title: 'Water has run for 30 minutes', page: 'watched/water' },
  });
});

test('where nothing was found it says what is watched and how small a thing is told, or why it is not seen', async () => {
  const asked = 'why was I not warned about the freezer last night?';
  expect((await ask(asked)).sentence).toMatch(
    /^Freezer is watched, and nothing unusual was found between .* and .*\. The smallest that is told there is 4 °C above usual for 1 h, by 31 days of its past\.$/,
  );
  watching.watched[0]!.blind = 'It is unavailable';
  expect((await ask(asked)).sentence).toBe('Freezer cannot be judged: it is unavailable.');
  expect((await ask('why no alert about the water meter last night')).sentence).toBe(
    'Nothing watches Water meter, so nothing is told of it.',
  );
});

test('a Decision says what was chosen, by whom, why, and what the rule would have decided', async () => {
  const record = openRecord(store, Buffer.alloc(32, 7) as unknown as Key);
  const options = [
    { id: 'night', text: 'At 02:00' },
    { id: 'noon', text: 'At 13:00' },
  ];
  const entry = {
    ...{
      home: 'h1',
      by: 'workflow:boiler',
      look: null,
      promptHash: 'p',
      promptTokens: 9,
      leaves: [],
    },
    request: { question: 'When should the boiler heat?', options, fallback: 'night' },
    ...{ rule: 'night', key: 'run1/decide 1' },
  };
  const told = {
    ...{
      model: 'anthropic',
      as: 'acts' as const,
      host: 'x',
      version: null,
      fault: null,
      raw: null,
    },
    ...{ answer: { choice: 'noon', reason: '' }, probabilities: null, cost: null },
    ...{ requests: 1, tokensIn: 1, tokensOut: 1, ms: 1 },
  };
  const byModel = {
    choice: 'noon',
    reason: 'The sun shines',
    decidedBy: 'model',
    why: null,
  } as const;
  await record.add({ ...entry, ...byModel, at: at('01:00'), told: [told] });
  const { sentence, found: rests } = await ask(
    'Why did the model choose noon for the boiler at 01:00?',
  );
  expect(sentence).toBe(
    'At 01:00 the question was “When should the boiler heat?” anthropic chose “At 13:00”: The sun shines. The rule would have decided “At 02:00”.',
  );
  expect(rests[0]).toMatchObject({ kind: 'decision', page: 'run/run1' });
  const why = 'failed' as const;
  const byRule = {
    choice: 'night',
    reason: 'The rule decided, for the model gave no valid answer: At 02:00',
  };
  await record.add({
    ...entry,
    ...byRule,
    key: null,
    decidedBy: 'rule',
    why,
    at: at('06:00'),
    told: [],
  });
  expect((await ask('why was that decided about the boiler at 06:00')).sentence).toBe(
    'At 06:00 the question was “When should the boiler heat?” The answer was “At 02:00”. The rule decided, for the model gave no valid answer: At 02:00.',
  );
});
