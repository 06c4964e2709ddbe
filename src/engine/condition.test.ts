import {
  entitiesOf,
  type Held,
  judge,
  refuseWrongUnits,
  type SeenState,
} from '@tomte/sdk/condition';
import type { Condition } from '@tomte/sdk/define';
import { isError } from '@tomte/sdk/errors';
import { describe, expect, test } from 'vitest';
import { readCondition } from './condition-shape.ts';

const zone = 'Europe/Stockholm';
const noon = Date.parse('2026-11-26T11:00:00Z');
const minute = 60_000;

const seen = (state: string, o: Partial<SeenState> = {}): SeenState => ({
  state,
  attributes: {},
  lastChanged: noon,
  lastUpdated: noon,
  ...o,
});
const world = (states: Record<string, SeenState>, now = noon) => ({
  state: (id: string) => states[id] ?? null,
  zone,
  now,
});
const met = (condition: Condition, states: Record<string, SeenState>, now = noon) =>
  judge(condition, world(states, now)).met;
const celsius = (state: string) => seen(state, { attributes: { unit_of_measurement: '°C' } });

test.each<[string, Condition, Record<string, SeenState>, boolean]>([
  ['is', { entity: 'light.hall', is: 'on' }, { 'light.hall': seen('on') }, true],
  ['is, of several', { entity: 'a.b', is: ['on', 'home'] }, { 'a.b': seen('home') }, true],
  ['is, another', { entity: 'light.hall', is: 'on' }, { 'light.hall': seen('off') }, false],
  ['isNot', { entity: 'a.b', isNot: 'off' }, { 'a.b': seen('on') }, true],
  ['isNot while away', { entity: 'a.b', isNot: 'off' }, { 'a.b': seen('unavailable') }, false],
  [
    'unavailable by name',
    { entity: 'a.b', is: 'unavailable' },
    { 'a.b': seen('unavailable') },
    true,
  ],
  ['no such entity', { entity: 'a.b', is: 'on' }, {}, false],
  ['above', { entity: 'a.b', above: 5 }, { 'a.b': seen('5.1') }, true],
  ['above, equal', { entity: 'a.b', above: 5 }, { 'a.b': seen('5') }, false],
  ['between', { entity: 'a.b', above: 5, below: 7 }, { 'a.b': seen('6') }, true],
  ['a word is no number', { entity: 'a.b', above: 5 }, { 'a.b': seen('high') }, false],
  ['unknown is no number', { entity: 'a.b', below: 5 }, { 'a.b': seen('unknown') }, false],
  ['its own unit', { entity: 'a.b', above: 5, unit: '°C' }, { 'a.b': celsius('6') }, true],
  ['another unit', { entity: 'a.b', above: 5, unit: '°F' }, { 'a.b': celsius('60') }, false],
  [
    'an attribute',
    { entity: 'a.b', attribute: 'battery', below: 20 },
    { 'a.b': seen('on', { attributes: { battery: 12 } }) },
    true,
  ],
  ['both fields must hold', { entity: 'a.b', is: '6', above: 7 }, { 'a.b': seen('6') }, false],
  [
    'all, any, not',
    {
      all: [
        {
          any: [
            { entity: 'a.b', is: 'x' },
            { entity: 'a.b', is: 'on' },
          ],
        },
        { not: { entity: 'c.d', is: 'on' } },
      ],
    },
    { 'a.b': seen('on'), 'c.d': seen('off') },
    true,
  ],
])('%s', (_, condition, states, expected) => {
  expect(met(condition, states)).toBe(expected);
});

describe('for', () => {
  const open: Condition = { entity: 'door.a', is: 'on', for: '5m' };
  const since = (state: string, at: number) => ({
    'door.a': seen(state, { lastChanged: at, lastUpdated: at }),
  });

  test('counts from the change, and says when to look again', () => {
    const early = judge(open, world(since('on', noon - 4 * minute)));
    expect(early).toEqual({ met: false, again: noon + minute, held: [noon - 4 * minute] });
    expect(judge(open, world(since('on', noon - 5 * minute))).met).toBe(true);
  });

  test('goes on counting over a restart of Home Assistant, which forgets since when', () => {
    const held: Held = [noon - 6 * minute];
    expect(judge(open, world(since('on', noon)), held).met).toBe(true);
  });

  test('a device that is away for a while is not interrupted, and not so meanwhile', () => {
    const first = judge(open, world(since('on', noon - 4 * minute)));
    const away = judge(open, world(since('unavailable', noon), noon + 2 * minute), first.held);
    expect(away.met).toBe(false);
    const back = judge(open, world(since('on', noon + 3 * minute), noon + 3 * minute), away.held);
    expect(back.met).toBe(true);
  });

  test('an interruption begins anew', () => {
    const first = judge(open, world(since('on', noon - 4 * minute)));
    const closed = judge(open, world(since('off', noon)), first.held);
    expect(closed.held).toEqual([null]);
    const again = judge(open, world(since('on', noon + minute), noon + 2 * minute), closed.held);
    expect(again).toEqual({ met: false, again: noon + 6 * minute, held: [noon + minute] });
  });

  test('a number that moves within its bounds is not interrupted', () => {
    const cold: Condition = { entity: 's.t', below: 5, for: '10m' };
    const at = (state: string, t: number) => world({ 's.t': seen(state, { lastChanged: t }) }, t);
    const first = judge(cold, at('4', noon));
    const then = judge(cold, at('3', noon + 6 * minute), first.held);
    expect(judge(cold, at('4.9', noon + 10 * minute), then.held).met).toBe(true);
  });

  test('each condition counts for itself', () => {
    const both: Condition = {
      all: [open, { entity: 'door.b', is: 'on' }, { entity: 'door.c', is: 'on', for: '1m' }],
    };
    const states = {
      ...since('on', noon - 10 * minute),
      'door.b': seen('on'),
      'door.c': seen('on', { lastChanged: noon - 30_000 }),
    };
    const judged = judge(both, world(states));
    expect(judged).toMatchObject({ met: false, held: [noon - 10 * minute, noon - 30_000] });
    expect(judge(both, world(states, noon + 30_000), judged.held).met).toBe(true);
  });
});

describe('time', () => {
  const at = (text: string) => Date.parse(text);
  const night: Condition = { time: { after: '22:00', before: '06:30' } };

  test.each([
    ['2026-11-26T20:59:59Z', false],
    ['2026-11-26T21:00:00Z', true],
    ['2026-11-27T05:29:59Z', true],
    ['2026-11-27T05:30:00Z', false],
  ])('over midnight, on the wall clock of the home: %s', (text, expected) => {
    expect(met(night, {}, at(text))).toBe(expected);
  });

  test('the hours after midnight belong to the evening they began in', () => {
    const friday: Condition = { time: { after: '22:00', before: '06:30', weekdays: [5] } };
    expect(met(friday, {}, at('2026-11-28T02:00:00Z'))).toBe(true);
    expect(met(friday, {}, at('2026-11-27T02:00:00Z'))).toBe(false);
  });

  test('says when the window opens next, also on the day the clocks are set forward', () => {
    const edge: Condition = { time: { after: '02:30', before: '02:45' } };
    const { again } = judge(edge, world({}, at('2026-03-29T00:10:00Z')));
    expect(new Date(again!).toISOString()).toBe('2026-03-29T01:30:00.000Z');
    expect(judge(night, world({}, at('2026-11-26T12:00:00Z'))).again).toBe(
      at('2026-11-26T21:00:00Z'),
    );
  });
});

test('a wrong unit is named', () => {
  const condition: Condition = { not: { entity: 'sensor.hall', above: 60, unit: '°F' } };
  const states = world({ 'sensor.hall': celsius('20') });
  expect(() => refuseWrongUnits(condition, states)).toThrow('told in °C, not in °F');
});

test.each([
  [{ entity: 'hall', is: 'on' }],
  [{ entity: 'light.hall' }],
  [{ entity: 'light.hall', is: 'on', for: '5 minutes' }],
  [{ time: { after: '25:00' } }],
  [{ time: {} }],
  [{ all: [] }],
  [{ not: { entity: 'light.hall', is: 'on', extra: 1 } }],
  [null],
  ['on'],
])('refuses what is no condition: %j', (value) => {
  const refused = (() => {
    try {
      return readCondition(value);
    } catch (error) {
      return error;
    }
  })();
  expect(isError(refused, 'run.condition_invalid')).toBe(true);
});

test('reads what it understands, and finds its entities', () => {
  const condition = readCondition({
    any: [
      { entity: 'a.b', is: 'on' },
      { not: { entity: 'a.b', above: 1, for: '5m' } },
      { time: { weekdays: [1, 7] } },
    ],
  });
  expect(entitiesOf(condition)).toEqual(['a.b']);
});
