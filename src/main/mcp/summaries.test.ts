/** The past in few numbers, and use against before: over hours and states written by hand. */
import type { EntityInfo, EntityState, HourRow } from '@tomte/sdk/home';
import { expect, test } from 'vitest';
import { readPrefs } from '../../energy/setup/prefs.ts';
import { lineOf, sentenceOf, thingsOf } from './energy-use.ts';
import { ofHours, ofStates } from './history-summary.ts';

const hour = 3_600_000;
const day = 24 * hour;
const start = Date.parse('2026-10-01T00:00:00Z');
const info = (id: string, over: Partial<EntityInfo> = {}): EntityInfo => ({
  ...{ id, name: id, domain: 'sensor', deviceClass: null, stateClass: null, unit: 'kWh' },
  ...{ area: null, device: null, labels: [], platform: null, ...over },
});
const hoursOf = (count: number, change: (at: number) => number | null): HourRow[] =>
  Array.from({ length: count }, (_, at) => ({
    ...{ start: start + at * hour, mean: null, min: null, max: null, change: change(at) },
  }));
const state = (value: string, minutes: number): EntityState => ({
  ...{ entityId: 'x', state: value, attributes: {}, contextId: null, contextUserId: null },
  ...{ lastChanged: start + minutes * 60_000, lastUpdated: start + minutes * 60_000 },
});
const thing = { id: 'sensor.grid', name: 'Grid', kind: 'grid', unit: 'kWh' } as const;

test('a meter grows, a gauge has a mean, and pieces follow each other', () => {
  const about = { info: info('sensor.grid'), now: '7' };
  const stretch = { from: start, to: start + 2 * day };
  const meter = ofHours(
    about,
    hoursOf(48, () => 0.5),
    stretch,
  );
  expect(meter).toMatchObject({ from: 'hours', growth: 24, mean: null });
  expect(meter.pieces.length).toBeLessThanOrEqual(15);
  expect(meter.pieces.reduce((all, { value }) => all + (value ?? 0), 0)).toBe(24);
  const rows = hoursOf(4, () => null).map((row, at) => ({
    ...row,
    mean: at,
    min: at - 1,
    max: at + 1,
  }));
  expect(ofHours(about, rows, stretch)).toMatchObject({ min: -1, max: 4, mean: 1.5, growth: null });
});

test('states are held until the next one; a silent number weighs by its time', () => {
  const about = { info: info('x'), now: 'on' };
  const stretch = { from: start, to: start + 60 * 60_000 };
  const door = ofStates(about, [state('off', 0), state('on', 15), state('off', 45)], stretch);
  expect(door).toMatchObject({
    changes: 2,
    states: [
      { state: 'off', minutes: 30, times: 2 },
      { state: 'on', minutes: 30, times: 1 },
    ],
  });
  const number = ofStates(about, [state('10', 0), state('20', 45)], stretch);
  expect(number).toMatchObject({ min: 10, max: 20, mean: 12.5, states: [] });
  expect(ofStates(about, [], stretch)).toMatchObject({ from: 'none', changes: null });
});

test('use is compared with the same days before, nights apart, weeks in a row', () => {
  const span = { before: start, from: start + 14 * day, to: start + 28 * day, zone: 'UTC' };
  const rows = hoursOf(28 * 24, (at) => (at < 14 * 24 ? 1 : at % 24 < 5 ? 3 : 1));
  const line = lineOf(thing, rows, span);
  expect(line).toMatchObject({ before: 336, now: 476, change: 140, percent: 42, days: 28 });
  expect(line).toMatchObject({ nightNow: 3, nightBefore: 1, weeks: [168, 168, 238, 238] });
  // A meter that was changed counts backwards once: that is no use.
  const replaced = lineOf(
    thing,
    hoursOf(28 * 24, (at) => (at === 5 ? -900 : 1)),
    span,
  );
  expect(replaced.before).toBe(335);
});

test('the sentence names the grid and the device that has most to do with it', () => {
  const line = { ...thing, now: 412, before: 316, change: 96, percent: 30, days: 60 };
  const rest = { nightNow: null, nightBefore: null, weeks: [] };
  const pump = {
    ...line,
    ...rest,
    id: 'p',
    name: 'Heat pump',
    kind: 'device' as const,
    change: 71,
  };
  expect(sentenceOf([{ ...line, ...rest }, pump], 30)).toBe(
    'In 30 days 412 kWh, 96 (30 %) more than in the 30 days before, from the grid. Most of what is known of it: Heat pump, +71 kWh.',
  );
  expect(sentenceOf([], 30)).toMatch(/cannot be compared/);
});

test('meters come from the energy page in both of its shapes, else from their class', () => {
  const old = {
    energy_sources: [
      { type: 'grid', flow_from: [{ stat_energy_from: 'a' }], flow_to: [{ stat_energy_to: 'b' }] },
    ],
  };
  expect(thingsOf(readPrefs(old), [], 'EUR').map(({ id, kind }) => [id, kind])).toEqual([
    ['a', 'grid'],
    ['b', 'returned'],
  ]);
  const now = {
    energy_sources: [
      { type: 'grid', stat_energy_from: 'a', stat_cost: 'c' },
      { type: 'water', stat_energy_from: 'w' },
    ],
    device_consumption: [{ stat_consumption: 'd', name: 'Oven' }, null, 7],
  };
  expect(thingsOf(readPrefs(now), [], 'EUR')).toMatchObject([
    { id: 'a', unit: 'kWh' },
    { id: 'c', kind: 'cost', unit: 'EUR' },
    { id: 'w', unit: 'm³' },
    { id: 'd', name: 'Oven', kind: 'device' },
  ]);
  const meter = info('sensor.e', { deviceClass: 'energy', stateClass: 'total_increasing' });
  expect(thingsOf(null, [meter, info('sensor.t')], 'EUR')).toMatchObject([{ id: 'sensor.e' }]);
});
