import { TomteError } from '@tomte/sdk/errors';
import { expect, test } from 'vitest';
import { BoundedQueue } from './queue.ts';

test('a full queue lets the oldest go and counts it', () => {
  const queue = new BoundedQueue<number>(3);
  for (const n of [1, 2, 3, 4, 5]) queue.push(n);
  expect(queue.take(10)).toEqual([3, 4, 5]);
  expect(queue.dropped).toBe(2);
});

test('batches end when the queue is closed, after what waits was handed over', async () => {
  const queue = new BoundedQueue<number>(100);
  const seen: number[] = [];
  const reader = (async () => {
    for await (const batch of queue.batches(2)) seen.push(...batch);
  })();
  for (const n of [1, 2, 3]) queue.push(n);
  await Promise.resolve();
  queue.close();
  await reader;
  expect(seen).toEqual([1, 2, 3]);
});

test('the error table is one class with one shape', () => {
  const error = new TomteError('link.refused', 'nobody listens');
  expect(JSON.parse(JSON.stringify(error)).error.code).toBe('link.refused');
});
