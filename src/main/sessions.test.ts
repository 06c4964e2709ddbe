import { expect, test } from 'vitest';
import { systemClock } from '../lib/clock.ts';
import { silentLog } from '../lib/log.ts';
import { readEndedSessions } from '../store/ended-sessions.ts';
import { type FreshStore, freshStore } from '../store/testing.ts';
import { keepSessions } from './sessions.ts';

function open(store: FreshStore, now: () => number) {
  const closed: number[] = [];
  const sessions = keepSessions({
    config: { databaseUrl: null },
    clock: { ...systemClock, now },
    log: silentLog,
    store,
    closeStreams: () => void closed.push(now()),
  });
  return { sessions, closed };
}

test('a session that was ended stays ended over a restart, until it would have ended by itself', async () => {
  await using store = await freshStore();
  let now = 1_000;
  const first = open(store, () => now);
  const sessions = await first.sessions;
  await sessions.end('mine', 5_000);
  expect([sessions.has('mine'), sessions.has('yours')]).toEqual([true, false]);
  expect(first.closed).toEqual([1_000]);
  const again = await open(store, () => now).sessions;
  expect(again.has('mine')).toBe(true);
  now = 6_000;
  await again.end('yours', 9_000);
  expect([...(await readEndedSessions(store.db)).keys()]).toEqual(['yours']);
});
