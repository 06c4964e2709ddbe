import { expect, test } from 'vitest';
import type { Clock } from '../lib/clock.ts';
import { silentLog } from '../lib/log.ts';
import { closeAll } from './closing.ts';

/** A clock on which the limit comes when it is told to. */
function handClock() {
  let ring = () => {};
  let cancelled = false;
  const after: Clock['after'] = (_ms, callback) => {
    ring = callback;
    return () => {
      cancelled = true;
    };
  };
  return { clock: { after } as Clock, pass: () => ring(), isCancelled: () => cancelled };
}

test('what was opened is closed in reverse, and a step that fails keeps none from closing', async () => {
  const { clock, isCancelled } = handClock();
  const closed: string[] = [];
  const closers = ['store', 'engine', 'door'].map((name) => async () => {
    closed.push(name);
    if (name === 'engine') throw new Error('it was broken');
  });
  await closeAll(closers, { clock, log: silentLog, limitMs: 1_000 });
  expect(closed).toEqual(['door', 'engine', 'store']);
  expect(isCancelled()).toBe(true);
});

test('a step that waits for ever holds nobody longer than the limit', async () => {
  const { clock, pass } = handClock();
  const said: string[] = [];
  const log = { ...silentLog, warn: (_facts: object, message: string) => void said.push(message) };
  const closing = closeAll([() => new Promise(() => {})], { clock, log, limitMs: 1_000 });
  pass();
  await closing;
  expect(said).toEqual(['closing was cut short']);
});
