import { expect, test } from 'vitest';
import { openKept } from './kept.ts';

test('several who ask at a time wait for one reading, which is kept while it is fresh', async () => {
  const kept = openKept<number>();
  const befores: (number | null)[] = [];
  const gate = Promise.withResolvers<void>();
  const ask = (fresh: boolean) =>
    kept.of('a', {
      isFresh: () => fresh,
      async read(before) {
        befores.push(before);
        await gate.promise;
        return befores.length;
      },
    });
  const both = [ask(true), ask(true)];
  gate.resolve();
  expect(await Promise.all(both)).toEqual([1, 1]);
  expect(await ask(true)).toBe(1);
  expect(await ask(false)).toBe(2);
  expect(befores).toEqual([null, 1]);
});

test('what failed is not kept, and what was known before is built upon', async () => {
  const kept = openKept<number>();
  const old = () => false;
  await kept.of('a', { isFresh: old, read: async () => 1 });
  const failing = async () => Promise.reject(new Error('away'));
  await expect(kept.of('a', { isFresh: old, read: failing })).rejects.toThrow('away');
  expect(await kept.of('a', { isFresh: old, read: async (before) => before! + 1 })).toBe(2);
});

test('what is dropped while it is read is read anew', async () => {
  const kept = openKept<number>();
  const gate = Promise.withResolvers<number>();
  const first = kept.of('a', { isFresh: () => true, read: () => gate.promise });
  kept.drop('a');
  const second = kept.of('a', { isFresh: () => true, read: async () => 2 });
  gate.resolve(1);
  expect(await Promise.all([first, second])).toEqual([1, 2]);
  expect(await kept.of('a', { isFresh: () => true, read: async () => 3 })).toBe(2);
});
