import type { DecideSettings } from '@tomte/sdk/types-decide';
import { expect, test } from 'vitest';
import { tomte } from './testing.ts';

const before: DecideSettings = {
  ...{ deadlineSeconds: 20, watchDays: 7, keepDays: 365, currency: 'EUR', prices: [] },
  workflowBudget: { calls: 100, tokens: 300_000, money: 0.5 },
  dayBudget: { calls: 500, tokens: 1_000_000, money: 1 },
  leaves: { people: false, places: false, names: false },
  uses: { alertWords: true, probableCause: false, digest: false, energyStory: false },
};

test('one setting of a group is changed, and the others of it stay', async () => {
  const saved: unknown[] = [];
  const ran = await tomte(
    'decisions settings --set uses.digest=true --set uses.probableCause=true --set keepDays=90 --json',
    {
      getDecideSettings: async () => ({
        settings: before,
        today: { day: '2026-11-27', calls: 0, tokens: 0, money: 0 },
      }),
      saveDecideSettings: async (change) => {
        saved.push(change);
        return { ...before, ...change } as DecideSettings;
      },
    },
  );
  expect(saved).toEqual([
    {
      uses: { alertWords: true, probableCause: true, digest: true, energyStory: false },
      keepDays: 90,
    },
  ]);
  expect(ran).toMatchObject({ code: 0, json: { keepDays: 90, uses: { digest: true } } });
});

test('a setting that is not there is told, with those that are', async () => {
  const ran = await tomte('decisions settings --set uses.magic=true', {
    getDecideSettings: async () => ({
      settings: before,
      today: { day: '2026-11-27', calls: 0, tokens: 0, money: 0 },
    }),
  });
  expect(ran.code).toBe(2);
  expect(ran.err).toContain('uses.digest');
});
