import type { TomteError } from '@tomte/sdk/errors';
import { expect, test } from 'vitest';
import type WebSocket from 'ws';
import type { Clock } from '../lib/clock.ts';
import { openCalls } from './calls.ts';
import { socketLimits } from './socket.ts';

/** A clock that moves only when it is told to. */
function handClock() {
  let now = 0;
  let timers: { at: number; callback: () => void }[] = [];
  const after: Clock['after'] = (ms, callback) => {
    const timer = { at: now + ms, callback };
    timers.push(timer);
    return () => {
      timers = timers.filter((t) => t !== timer);
    };
  };
  return {
    clock: { after } as Clock,
    async pass(ms: number) {
      now += ms;
      const due = timers.filter((t) => t.at <= now);
      timers = timers.filter((t) => t.at > now);
      for (const { callback } of due) callback();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

function line() {
  const { clock, pass } = handClock();
  const sent: { id: number; type: string }[] = [];
  const ends: TomteError[] = [];
  const ws = { send: (text: string) => sent.push(JSON.parse(text) as never) };
  const calls = openCalls({
    ws: ws as unknown as WebSocket,
    clock,
    limits: { ...socketLimits, pingEveryMs: 1000, pingAnswerMs: 100 },
    end: (error) => ends.push(error),
  });
  const pings = () => sent.filter((m) => m.type === 'ping');
  return { pass, calls, pings, ends };
}

test('a line on which a ping stays unanswered is lost', async () => {
  const { pass, pings, ends } = line();
  await pass(1000);
  expect(pings().length).toBe(1);
  await pass(100);
  expect(ends).toEqual([]);
  await pass(0);
  expect(ends[0]).toMatchObject({ code: 'link.lost', message: 'The home no longer answers' });
});

test('an answer that was there and only not read yet, on a computer too busy, loses no line', async () => {
  const { pass, calls, pings, ends } = line();
  await pass(1000);
  await pass(100);
  calls.receive({ id: pings()[0]!.id, type: 'pong' });
  await pass(0);
  expect(ends).toEqual([]);
  await pass(1000);
  expect(pings().length).toBe(2);
});
