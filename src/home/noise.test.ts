import type { Change, EntityState } from '@tomte/sdk/home';
import { expect, test } from 'vitest';
import { openNoiseFilter } from './noise.ts';

const state = (s: string, lastChanged = 1): EntityState => ({
  entityId: 'binary_sensor.door',
  state: s,
  attributes: {},
  lastChanged,
  lastUpdated: lastChanged,
  contextId: null,
  contextUserId: null,
});
const change = (from: string | null, to: string | null, o: Partial<Change> = {}): Change => ({
  home: 'h1',
  entityId: 'binary_sensor.door',
  from: from === null ? null : state(from, 1),
  to: to === null ? null : state(to, 2),
  at: 2,
  late: false,
  generation: 1,
  ...o,
});
const calm = { restarting: false };
/** What is passed on of a story of states: `from>to`, or why it was not. */
function story(words: readonly (string | null)[], o: Partial<Change> = {}, how = calm): string[] {
  const filter = openNoiseFilter();
  return words.slice(1).map((to, n) => {
    const verdict = filter.judge(change(words[n]!, to, o), how);
    if (typeof verdict === 'string') return verdict;
    return `${verdict.from?.state ?? 'nothing'}>${verdict.to?.state ?? 'nothing'}`;
  });
}

test('a door that vanishes and comes back as it was is no news', () => {
  expect(story(['off', 'unavailable', 'unknown', 'off'])).toEqual([
    'unavailable',
    'unavailable',
    'returned',
  ]);
});

test('a door that comes back open was opened', () => {
  expect(story(['off', 'unavailable', 'on'])).toEqual(['unavailable', 'off>on']);
});

test('a sensor first seen unavailable appears with its first real state', () => {
  expect(story(['unavailable', 'on'])).toEqual(['nothing>on']);
});

test('a real change, an added and a removed entity pass', () => {
  expect(story(['off', 'on', null])).toEqual(['off>on', 'on>nothing']);
  expect(story([null, 'on'])).toEqual(['nothing>on']);
});

test('a state put back after a restart is no news; the same reading sent again while live is', () => {
  expect(story(['21', '21'], { late: true })).toEqual(['restored']);
  expect(story(['21', '21'], {}, { restarting: true })).toEqual(['restored']);
  expect(story(['21', '21'])).toEqual(['21>21']);
});
