import type { Route } from '@tomte/sdk/types-people';
import { describe, expect, test } from 'vitest';
import { hearersOf, type Listener, planOf, quietUntil, type Resident } from './route.ts';
import { night } from './testing.ts';

const zone = 'Europe/Oslo';
const subject = { home: 'h', severity: 'now' as const, areas: ['cellar'], now: night, zone };
const listener = (id: string, o: Partial<Listener> = {}): Listener => ({
  ...{ id, home: null, enabled: true, severities: ['now', 'today'], appends: false, told: false },
  ...o,
});
const person = (id: string, o: Partial<Resident> = {}): Resident => ({
  ...{ id, name: id, entity: null, channels: [`${id}-phone`], quiet: null, maySayYes: true },
  ...{ position: 0, presence: null },
  ...o,
});
const route = (o: Partial<Route>): Route => ({
  ...{ id: 'r', name: 'r', home: null, position: 0, enabled: true, severities: [], areas: [] },
  ...{ hours: null, presence: 'all', steps: [step([])] },
  ...o,
});
const step = (persons: string[], afterMinutes = 0, channels: string[] = []) => ({
  ...{ persons, channels, afterMinutes },
});
const listeners = [listener('maja-phone'), listener('ola-phone'), listener('bell')];
const persons = [person('maja'), person('ola')];
const stepsOf = (routes: Route[], o: Partial<Parameters<typeof planOf>[1]> = {}) =>
  planOf(subject, { listeners, persons, routes, ...o }).steps.map(({ channels }) => channels);

describe('without a route', () => {
  test('everybody who wants that urgency is told at once', () => {
    expect(stepsOf([])).toEqual([['maja-phone', 'ola-phone', 'bell']]);
    const quiet = [listener('maja-phone', { severities: ['digest'] }), listener('bell')];
    expect(stepsOf([], { listeners: quiet })).toEqual([['bell']]);
  });
});

describe('a route', () => {
  test('tells one after another, each channel once', () => {
    const steps = [step(['maja']), step(['ola'], 5), step([], 15)];
    expect(stepsOf([route({ steps })])).toEqual([['maja-phone'], ['ola-phone'], ['bell']]);
  });

  test('that fits is taken, the first of them', () => {
    const first = route({ id: 'first', steps: [step(['ola'])] });
    expect(planOf(subject, { listeners, persons, routes: [first, route({})] }).route).toBe('first');
    for (const other of [
      { enabled: false },
      { home: 'another' },
      { severities: ['today'] as Route['severities'] },
      { areas: ['attic'] },
      { hours: { from: '08:00', to: '22:00' } },
    ]) {
      expect(stepsOf([route({ ...other, steps: [step(['ola'])] })])).toHaveLength(1);
      expect(stepsOf([route({ ...other, steps: [step(['ola'])] })])[0]).toHaveLength(3);
    }
    const night = route({ areas: ['cellar'], hours: { from: '22:00', to: '06:00' } });
    expect(planOf(subject, { listeners, persons, routes: [night] }).route).toBe('r');
  });

  test('tells only who is home, and all where nobody is', () => {
    const only = (presence: Route['presence'], maja: 'home' | 'away', ola: 'home' | 'away') =>
      stepsOf([route({ presence, steps: [step(['maja', 'ola'])] })], {
        persons: [person('maja', { presence: maja }), person('ola', { presence: ola })],
      });
    expect(only('home', 'home', 'away')).toEqual([['maja-phone']]);
    expect(only('away', 'home', 'away')).toEqual([['ola-phone']]);
    expect(only('home', 'away', 'away')).toEqual([['maja-phone', 'ola-phone']]);
  });

  test('where nobody knows who is home tells them', () => {
    const routes = [route({ presence: 'home', steps: [step(['maja', 'ola'])] })];
    const known = [person('maja', { presence: 'away' }), person('ola')];
    expect(stepsOf(routes, { persons: known })).toEqual([['ola-phone']]);
  });

  test('that leads to nobody tells everybody, and a first step to nobody is passed over', () => {
    const gone = route({ steps: [step(['who left'])] });
    expect(stepsOf([gone])).toEqual([['maja-phone', 'ola-phone', 'bell']]);
    const plan = planOf(subject, {
      ...{ listeners, persons },
      routes: [route({ steps: [step(['who left']), step(['ola'], 5)] })],
    });
    expect(plan.steps).toEqual([{ afterMinutes: 0, channels: ['ola-phone'] }]);
  });
});

test('a turn without news goes only where a message stands that can be replaced', () => {
  const there = [
    listener('a', { told: true }),
    listener('mail', { told: true, appends: true }),
    listener('c'),
  ];
  const to = (turn: Parameters<typeof hearersOf>[0], first: string[] = []) =>
    hearersOf(turn, { home: 'h', listeners: there, first });
  expect(to({ kind: 'update', silent: true, atOnce: true })).toEqual(['a']);
  expect(to({ kind: 'over', silent: true, atOnce: true })).toEqual(['a', 'mail']);
  expect(to({ kind: 'open', silent: false, atOnce: true }, ['c'])).toEqual(['a', 'mail', 'c']);
});

test('quiet hours hold back what is not urgent, while all who read the channel have them', () => {
  const asleep = person('maja', { quiet: { from: '22:00', to: '07:00' } });
  const o = { severity: 'today', now: night, zone } as const;
  const sevenOClock = Date.UTC(2026, 10, 21, 6, 0);
  expect(quietUntil('maja-phone', [asleep], o)).toBe(sevenOClock);
  expect(quietUntil('maja-phone', [asleep], { ...o, severity: 'now' })).toBeNull();
  const awake = person('ola', { channels: ['maja-phone'] });
  expect(quietUntil('maja-phone', [asleep, awake], o)).toBeNull();
  expect(quietUntil('bell', [asleep], o)).toBeNull();
});
