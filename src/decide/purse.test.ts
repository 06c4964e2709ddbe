import { TomteError } from '@tomte/sdk/errors';
import type { ModelAnswer } from '@tomte/sdk/model';
import type { DecideSettings } from '@tomte/sdk/types-decide';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { virtualClock } from '../lib/testing/virtual-clock.ts';
import { usageOf } from '../store/decision-usage.ts';
import { type FreshStore, freshStore } from '../store/testing.ts';
import type { ModelInUse } from './ask.ts';
import { openDecider } from './decider.ts';
import { openPurse } from './purse.ts';
import { usualSettings } from './settings.ts';
import { deciding } from './testing.ts';

const midnight = Date.parse('2026-11-27T00:00:00Z');
const request = {
  question: 'When should the boiler heat?',
  options: [
    { id: 'night', text: 'At night' },
    { id: 'noon', text: 'At noon' },
  ],
  fallback: 'night',
};
const answer: ModelAnswer = {
  ...{ text: '{"answer":"o2","reason":""}', model: 'big-1', tokensIn: 200, tokensOut: 20 },
};
const plenty = { calls: 100, tokens: 1e6, money: 100 };
const settings: DecideSettings = {
  ...usualSettings,
  // An answer may take 300 tokens, 3.00; these take 20, 0.20.
  prices: [{ model: 'big*', inPerMillion: 0, outPerMillion: 10_000 }],
  ...{ workflowBudget: plenty, dayBudget: { ...plenty, money: 9.5 } },
};

let store: FreshStore;
beforeEach(async () => {
  store = await freshStore();
});
afterEach(() => store.close());

/** One worker of the place; several may stand on the same database. */
function worker(
  ask: ModelInUse['ask'],
  o: { db?: FreshStore['db']; change?: Partial<DecideSettings>; now?: number } = {},
) {
  const clock = virtualClock(o.now ?? midnight - 60_000);
  const refused: string[] = [];
  const purse = openPurse({
    ...{ db: o.db ?? store.db, clock, settings: { get: () => ({ ...settings, ...o.change }) } },
    onRepeated: async ({ why }) => void refused.push(why),
  });
  const acts: ModelInUse = { name: 'openai', host: 'models.example', called: 'big', ask };
  const { parts } = deciding({ acts });
  const decider = openDecider({ ...parts, clock, purse });
  const decide = (by = 'workflow:boiler', signal?: AbortSignal) =>
    decider.decide({ ...{ home: 'h', by, request }, ...(signal ? { signal } : {}) });
  return { clock, purse, decide, refused };
}

const used = async (day = '2026-11-26') => (await usageOf(store.db, { day, by: '' })).all;

test('twenty at once, asked by two workers, do not pass a day’s money for three', async () => {
  const go = Promise.withResolvers<ModelAnswer>();
  let asked = 0;
  let settled = 0;
  // Held until each of the twenty was either asked or refused.
  const look = () => asked + settled === 20 && go.resolve(answer);
  const ask = () => {
    asked++;
    look();
    return go.promise;
  };
  const workers = [worker(ask), worker(ask, { db: (await store.another()).db })];
  const decided = await Promise.all(
    Array.from({ length: 20 }, async (_, n) => {
      const { decidedBy } = await workers[n % 2]!.decide(`workflow:w${n % 3}`);
      settled++;
      look();
      return decidedBy;
    }),
  );
  expect(asked).toBe(3);
  expect(decided.filter((by) => by === 'model')).toHaveLength(3);
  // What was set aside is given back once it is known what it came to.
  expect(await used()).toMatchObject({ calls: 3, tokens: 660 });
  expect((await used()).cost).toBeCloseTo(0.6, 9);
  expect((await workers[1]!.decide()).decidedBy).toBe('model');
});

test('a second attempt is set aside too, and not begun where nothing is left for it', async () => {
  let asked = 0;
  const { decide } = worker(
    async () => {
      asked++;
      return { ...answer, text: 'noon' };
    },
    { change: { dayBudget: { ...plenty, money: 3.1 } } },
  );
  expect((await decide()).decidedBy).toBe('rule');
  expect(asked).toBe(1);
  expect(await used()).toMatchObject({ calls: 1, tokens: 220 });
});

test('what failed costs nothing, what nobody waited for costs what was sent', async () => {
  const change = { prices: [{ model: 'big*', inPerMillion: 1000, outPerMillion: 1000 }] };
  const broken = worker(
    async () => {
      throw new TomteError('decide.model_unavailable', 'The model answered 503');
    },
    { change },
  );
  expect((await broken.decide()).decidedBy).toBe('rule');
  expect(await used()).toMatchObject({ calls: 2, cost: 0 });

  const ended = new AbortController();
  const silent = worker(
    () => {
      ended.abort(new Error('the Run ended'));
      return new Promise<never>(() => {});
    },
    { change },
  );
  const before = await used();
  await expect(silent.decide('workflow:boiler', ended.signal)).rejects.toThrow('the Run ended');
  const { cost, tokens } = await used();
  expect(cost).toBeCloseTo((tokens - before.tokens) / 1000, 9);
  expect(cost).toBeGreaterThan(0);
});

test('what a crash left set aside ends with its day', async () => {
  const one = worker(async () => answer, { change: { dayBudget: { ...plenty, money: 3.1 } } });
  const prompt = { tokens: 100, answerTokensMax: 300 };
  const model: ModelInUse = { name: 'openai', host: 'm', called: 'big', ask: async () => answer };
  const taken = await one.purse.take({ home: 'h', by: 'workflow:gone', model, prompt });
  expect(taken).toMatchObject({ day: '2026-11-26', tokens: 400, cost: 3 });
  expect((await one.decide()).decidedBy).toBe('rule');
  await one.clock.runTo(midnight + 1);
  expect((await one.decide()).decidedBy).toBe('model');
});

test('what is settled after midnight is given back to the day it was taken from', async () => {
  const one = worker(
    async () => {
      await one.clock.runTo(midnight + 1);
      return answer;
    },
    { now: midnight - 5000 },
  );
  expect((await one.decide()).decidedBy).toBe('model');
  expect((await used()).cost).toBeCloseTo(0.2, 9);
  expect(await used('2026-11-27')).toEqual({ calls: 0, tokens: 0, cost: 0 });
});

test('a model that nobody can price before it answered may be the dearest, until it is heard', async () => {
  const prices = [
    { model: 'small', inPerMillion: 0, outPerMillion: 1 },
    { model: 'dear', inPerMillion: 0, outPerMillion: 10_000 },
  ];
  const { purse, decide } = worker(async () => ({ ...answer, model: 'small' }), {
    change: { prices },
  });
  const prompt = { tokens: 100, answerTokensMax: 300 };
  const model: ModelInUse = { name: 'openai', host: 'm', ask: async () => answer };
  const who = { home: 'h', by: 'workflow:w', model, prompt };
  expect(await purse.take(who)).toMatchObject({ cost: 3 });
  await decide();
  expect(await purse.take(who)).toMatchObject({ cost: 0.0003 });
});
