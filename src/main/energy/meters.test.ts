import { TomteError } from '@tomte/sdk/errors';
import { expect, test } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { openMeters } from './meters.ts';

type Life = Parameters<ReturnType<typeof openMeters>['of']>[0];

/** A Link as far as the meters ask it, of a home without an energy page. */
function lifeOf(state: object) {
  const asked: string[] = [];
  const ready = Promise.withResolvers<void>();
  const link = {
    state,
    ready: () => ready.promise,
    async call(type: string) {
      asked.push(type);
      throw new TomteError('home.call_failed', 'not_found');
    },
  };
  const life = { home: 'h', zone: 'UTC', ended: new AbortController().signal, link };
  return { life: life as unknown as Life, asked, ready };
}

test('a home that is being read for the first time is waited for', async () => {
  const { life, asked, ready } = lifeOf({ kind: 'syncing', error: null });
  const reading = openMeters(systemClock).of(life);
  await new Promise((resolve) => setImmediate(resolve));
  expect(asked).toEqual([]);
  ready.resolve();
  expect((await reading).prefs).toBe(null);
  expect(asked).toEqual(['energy/get_prefs']);
});

test('a home that could not be reached is asked at once', async () => {
  const error = new TomteError('link.refused', 'Nobody answers');
  const { life, asked } = lifeOf({ kind: 'connecting', error });
  await openMeters(systemClock).of(life);
  expect(asked).toEqual(['energy/get_prefs']);
});
