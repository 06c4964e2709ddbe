import { expect, test } from 'vitest';
import { atMost } from './at-most.ts';

test('never more than so many at once, in order, also past one that fails', async () => {
  const gate = atMost(2);
  const begun: number[] = [];
  let running = 0;
  let most = 0;
  const work = (n: number) =>
    gate(async () => {
      begun.push(n);
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      if (n === 1) throw new Error('this one fails');
      return n;
    });
  const all = await Promise.allSettled([0, 1, 2, 3, 4, 5].map(work));
  expect(begun).toEqual([0, 1, 2, 3, 4, 5]);
  expect(most).toBe(2);
  expect(all.map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'fulfilled',
    'fulfilled',
    'fulfilled',
  ]);
});
