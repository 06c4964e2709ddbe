import { expect, test } from 'vitest';
import { inLots } from './in-lots.ts';

/** Notes what was done together and alone; `b` breaks a lot, `s` is left out of it. */
function noted(lotMax = 10) {
  const done: string[] = [];
  const take = inLots<string, string>({
    lotMax,
    async together(lot) {
      done.push(`together ${lot.join('')}`);
      if (lot.includes('b')) throw new Error('broken');
      return lot.map((one) => (one === 's' ? null : one.toUpperCase()));
    },
    async alone(one) {
      done.push(`alone ${one}`);
      if (one === 'b') throw new Error('broken');
      return one.toUpperCase();
    },
  });
  return { done, take };
}

test('what comes alone is done at once, what comes meanwhile together', async () => {
  const { done, take } = noted(3);
  const results = await Promise.all([...'aecdf'].map(take));
  expect(results).toEqual([...'AECDF']);
  expect(done).toEqual(['alone a', 'together ecd', 'alone f']);
  expect(await take('g')).toBe('G');
  expect(done.at(-1)).toBe('alone g');
});

test('what a lot leaves out is done alone after it', async () => {
  const { done, take } = noted();
  expect(await Promise.all([...'aesd'].map(take))).toEqual([...'AESD']);
  expect(done).toEqual(['alone a', 'together esd', 'alone s']);
});

test('what breaks a lot fails by itself, and the others do not', async () => {
  const { done, take } = noted();
  const results = await Promise.allSettled([...'aebd'].map(take));
  expect(results.map(({ status }) => status)).toEqual([
    'fulfilled',
    'fulfilled',
    'rejected',
    'fulfilled',
  ]);
  expect(done).toEqual(['alone a', 'together ebd', 'alone e', 'alone b', 'alone d']);
  expect(await take('g')).toBe('G');
});
