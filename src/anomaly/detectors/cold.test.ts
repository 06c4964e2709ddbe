import type { Reading } from '@tomte/sdk/home';
import { describe, expect, test } from 'vitest';
import { dayMs, hourMs, minuteMs } from '../local-hour.ts';
import { at, expectFit, feed, open, sensor, zone } from '../testing.ts';
import cold from './cold.ts';

const freezer = sensor('sensor.freezer_temperature', 'temperature', '°C', 'Freezer Temperature');
const fridge = sensor('sensor.fridge_temperature', 'temperature', '°C', 'Fridge Temperature');
const plug = sensor('sensor.freezer_power', 'power', 'W', 'Freezer Power');
const entities = [freezer, fridge, plug];
const start = at('2026-10-05T00:00:00Z');

/** A saw tooth, and every eight hours a defrost of half an hour up to −11. */
function freezerAt(t: number): number {
  const m = (t - start) / minuteMs;
  const tooth = -18 + 0.8 * Math.sin((m / 55) * 2 * Math.PI);
  const intoDefrost = m % 480;
  return intoDefrost < 30 ? tooth + 7 * Math.sin((intoDefrost / 30) * Math.PI) : tooth;
}
const fridgeAt = (t: number): number =>
  4.5 + 1.2 * Math.sin(((t - start) / minuteMs / 41) * 2 * Math.PI);

function* readings(
  from: number,
  to: number,
  extra: { freezer?: (t: number) => number; fridge?: (t: number) => number } = {},
): Generator<Reading> {
  for (let t = from; t < to; t += 5 * minuteMs) {
    const cold = freezerAt(t) + (extra.freezer?.(t) ?? 0);
    yield { t, id: freezer.id, v: cold.toFixed(1) };
    yield { t, id: fridge.id, v: (fridgeAt(t) + (extra.fridge?.(t) ?? 0)).toFixed(1) };
  }
}
const learned = start + 20 * dayMs;
function known() {
  const watch = open(cold, { entities });
  const found = feed(watch, readings(start, learned));
  return { watch, found };
}

describe('a freezer with defrosts', () => {
  test('is silent for weeks, defrosts and doors included', () => {
    expect(known().found).toEqual([]);
  });

  test('that fails is told once before the food is lost, with its plug and its pace', () => {
    const { watch } = known();
    const fails = learned + 3 * hourMs;
    watch.read({ t: fails - minuteMs, id: plug.id, v: 0 });
    const warming = (t: number) => Math.max(0, (2.1 * (t - fails)) / hourMs);
    const found = feed(watch, readings(learned, fails + 8 * hourMs, { freezer: warming }));
    const raised = found.filter((one) => one.kind === 'raised');
    expect(raised).toHaveLength(1);
    const [told] = raised;
    expect(told!.at - fails).toBeLessThan(3.5 * hourMs);
    expect(told).toMatchObject({ entities: [freezer.id], severity: 'today' });
    expect(told!.title).toMatch(/^The freezer is warming: −1\d °C$/);
    expect(told!.text).toMatch(
      /^Was −18 °C until \d\d:\d\d, now −1\d °C and rising [23](\.\d)? °C an hour\./,
    );
    expect(told!.text).toContain('Not a defrost: those end in');
    expect(told!.text).toContain('At this pace −5 °C by about');
    expect(told!.lines[0]).toMatch(/^Its plug draws 0 W since/);
    const worse = found.filter((one) => one.worse);
    expect(worse).toHaveLength(1);
    expect(worse[0]).toMatchObject({ severity: 'now', episode: told!.episode });
    for (const one of found) expectFit(one);
  });

  test('that is cold again is over, and the fault taught it nothing', () => {
    const { watch } = known();
    const fails = learned + hourMs;
    const back = fails + 5 * hourMs;
    const lost = (t: number) =>
      t < back
        ? Math.max(0, (3 * (t - fails)) / hourMs)
        : Math.max(0, 15 - (12 * (t - back)) / hourMs);
    const found = feed(watch, readings(learned, back + 6 * hourMs, { freezer: lost }));
    expect(found.filter((one) => one.kind !== 'updated').map((one) => one.kind)).toEqual([
      'raised',
      'cleared',
    ]);
    expect(found.at(-1)!.title).toBe('Over: the freezer is cold again');
    const again = back + 2 * dayMs;
    const second = (t: number) => Math.max(0, (3 * (t - again)) / hourMs);
    const next = feed(watch, readings(back + 6 * hourMs, again + 4 * hourMs, { freezer: second }));
    expect(next[0]).toMatchObject({ kind: 'raised' });
    expect(next[0]!.at - again).toBeLessThan(2.5 * hourMs);
  });

  test('nobody knows yet is told by plain rule, and one that is being filled is not', () => {
    const watch = open(cold, { entities });
    const cooling = (t: number) => 38 * Math.exp(-(t - start) / (3 * hourMs));
    expect(feed(watch, readings(start, start + dayMs, { freezer: cooling }))).toEqual([]);
    const fails = start + dayMs;
    const warming = (t: number) => (4 * (t - fails)) / hourMs;
    const found = feed(watch, readings(fails, fails + 5 * hourMs, { freezer: warming }));
    expect(found.find((one) => one.kind === 'raised')).toMatchObject({ entities: [freezer.id] });
    for (const one of found) expectFit(one);
  });
});

test('a fridge left ajar is told within the hour, one opened for dinner is not', () => {
  const { watch } = known();
  const dinner = learned + 17 * hourMs;
  const opened = (t: number) => (t > dinner && t < dinner + 15 * minuteMs ? 2.5 : 0);
  expect(feed(watch, readings(learned, learned + dayMs, { fridge: opened }))).toEqual([]);
  const ajar = learned + dayMs + 9 * hourMs;
  const warming = (t: number) => 7 * (1 - Math.exp(-Math.max(0, t - ajar) / (40 * minuteMs)));
  const found = feed(watch, readings(learned + dayMs, ajar + 2 * hourMs, { fridge: warming }));
  expect(found[0]).toMatchObject({ kind: 'raised', entities: [fridge.id] });
  expect(found[0]!.at - ajar).toBeLessThan(hourMs);
  expect(found[0]!.text).toContain('Is the door shut?');
  for (const one of found) expectFit(one);
});

test('a home that counts in Fahrenheit reads Fahrenheit', () => {
  const inF = { ...freezer, unit: '°F' };
  const watch = open(cold, { entities: [inF] });
  const toF = function* (from: number, to: number, extra = (_: number) => 0): Generator<Reading> {
    for (let t = from; t < to; t += 5 * minuteMs)
      yield { t, id: inF.id, v: ((freezerAt(t) + extra(t)) * 1.8 + 32).toFixed(1) };
  };
  expect(feed(watch, toF(start, learned))).toEqual([]);
  const found = feed(
    watch,
    toF(learned, learned + 5 * hourMs, (t) => (3 * (t - learned)) / hourMs),
  );
  expect(found[0]!.title).toMatch(/: [\d.]+ °F$/);
  expectFit(found[0]!);
});

test('from hours alone: what is usual, and what would have been told', () => {
  const lost = start + 31 * dayMs;
  const hours = Array.from({ length: 40 * 24 }, (_, i) => {
    const from = start + i * hourMs;
    const values = Array.from({ length: 12 }, (_, k) => freezerAt(from + k * 5 * minuteMs));
    const warmer = from >= lost && from < lost + 9 * hourMs ? 9 : 0;
    const mean = values.reduce((a, b) => a + b, 0) / 12 + warmer;
    return {
      start: from,
      mean,
      min: Math.min(...values) + warmer,
      max: Math.max(...values) + warmer,
      change: null,
    };
  });
  const past = { zone, entities, hours: new Map([[freezer.id, hours]]) };
  const settings = cold.settings.parse({});
  const found = cold.look(past, settings);
  expect(found.filter((one) => one.kind !== 'updated').map((one) => one.kind)).toEqual([
    'raised',
    'cleared',
  ]);
  expect(Math.abs(found[0]!.since - lost)).toBeLessThanOrEqual(2 * hourMs);
  for (const one of found) expectFit(one);
  const state = cold.learn(past, settings);
  const watch = open(cold, { entities, state });
  const next = start + 40 * dayMs;
  expect(feed(watch, readings(next, next + 2 * dayMs))).toEqual([]);
  expect(JSON.stringify(watch.save()).length).toBeLessThan(64 * 1024);
});

test('the picture shows what is usual behind what it says', () => {
  const { watch } = known();
  const finding = { entities: [freezer.id], since: learned, title: '', facts: emptyFacts };
  const spec = cold.chart(finding, {
    ...ground,
    unit: '°C',
    points: [[learned, -11]],
    state: watch.save(),
  });
  expect(spec).toMatchObject({ lane: 'Freezer', form: 'line', unit: '°C' });
  expect(spec.usual[0]![1]).toBeLessThan(-17);
  expect(spec.usual[0]![2]).toBeGreaterThan(-18.5);
});
const emptyFacts = {
  is: '',
  usually: '',
  since: '',
  around: [],
  probably: null,
  check: null,
  numbers: {},
};
const ground = {
  zone,
  from: learned - dayMs,
  to: learned + hourMs,
  now: learned + hourMs,
  hourly: false,
  until: null,
  gaps: [],
  nights: [],
};
