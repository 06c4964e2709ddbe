import { expect, test } from 'vitest';
import water from './detectors/water.ts';
import { hourMs, minuteMs } from './local-hour.ts';
import { openStream } from './stream.ts';
import { at, entity, flow, motion, say, zone } from './water/testing.ts';

const night = at('2026-11-21T00:40:00Z');
const detectors = new Map([['water', water]]);
const entities = [flow, motion, entity('light.hall')];
const open = (states: Record<string, unknown> = {}, settings = {}) =>
  openStream({ detectors, entities, zone, states, settings });

test('only what a detector asks for is watched', () => {
  expect([...open().watched]).toEqual([flow.id, motion.id]);
  expect(openStream({ detectors, entities: [motion], zone, states: {} }).watched.size).toBe(0);
});

test('the clock alone makes a run of water known', () => {
  const stream = open();
  expect(stream.read([say(night, 0.5)])).toEqual([]);
  expect(stream.tick(night + hourMs)).toHaveLength(1);
});

test('whoever speaks moves the clock for all: nothing is judged later because another was heard', () => {
  const stream = open();
  const one = say(night, 0.5);
  const others = Array.from({ length: 60 }, (_, i) => ({
    ...{ t: night + i * minuteMs, id: 'light.hall', v: i % 2 ? 'on' : 'off' },
  }));
  const [raised] = stream.read([one, ...others]);
  expect(raised).toMatchObject({ kind: 'raised', since: night });
  expect(raised!.at - night).toBeLessThanOrEqual(46 * minuteMs);
});

test('what was saved goes on where it was', () => {
  const stream = open();
  stream.read([say(night, 0.5)]);
  stream.tick(night + 30 * minuteMs);
  const next = open(JSON.parse(JSON.stringify(stream.save())) as Record<string, unknown>);
  expect(next.tick(night + 46 * minuteMs)[0]).toMatchObject({ kind: 'raised', since: night });
});

test('a person’s settings count', () => {
  const stream = open({}, { water: { unbrokenMinutes: 20 } });
  stream.read([say(night, 0.5)]);
  expect(stream.tick(night + 21 * minuteMs)).toHaveLength(1);
});
