import type { Finding } from '@tomte/sdk/define';
import type { Reading } from '@tomte/sdk/home';
import { expect, test } from 'vitest';
import { dayMs, hourMs, minuteMs } from '../local-hour.ts';
import { at, entity, expectFit, feed, maja, open, sensor } from '../testing.ts';
import battery from './battery.ts';
import safety from './safety.ts';

const start = at('2026-10-05T00:00:00Z');
const cell = sensor('sensor.hall_motion_battery', 'battery', '%', 'Hall motion battery');

/** A level every six hours. */
const levels = (from: number, values: readonly number[]): Reading[] =>
  values.map((v, i) => ({ t: from + 6 * i * hourMs, id: cell.id, v: Math.round(v) }));
const healthy = Array.from({ length: 80 }, (_, i) => 90 - 0.05 * i);

test('a battery that falls faster than it ever did is told long before it is empty', () => {
  const watch = open(battery, { entities: [cell] });
  expect(feed(watch, levels(start, healthy))).toEqual([]);
  const from = start + 20 * dayMs;
  const found = feed(watch, levels(from, [86, 82, 77, 73, 68, 62, 55]));
  expect(found[0]).toMatchObject({
    kind: 'raised',
    severity: 'today',
    title: expect.stringMatching(/^Hall motion: battery fell to 7\d %$/) as string,
  });
  expect(found[0]!.text).toContain('Usually it loses');
  const renewed = feed(watch, levels(from + 2 * dayMs, [100, 100]));
  expect(renewed[0]).toMatchObject({ kind: 'cleared', text: 'It has a new battery.' });
  for (const one of [...found, ...renewed]) expectFit(one);
});

test('a battery that fell once, and was told, is told again when it falls the next week', () => {
  const watch = open(battery, { entities: [cell] });
  feed(watch, levels(start, healthy));
  const raised = (found: readonly Finding[]) => found.filter(({ kind }) => kind === 'raised');
  const falls = (from: number) => Array.from({ length: 8 }, (_, i) => from - 3.5 * i);
  const first = feed(watch, levels(start + 20 * dayMs, falls(86)));
  expect(raised(first)).toHaveLength(1);
  const rests = Array.from({ length: 32 }, () => 61);
  const over = feed(watch, levels(start + 22 * dayMs, rests));
  expect(over.map(({ kind }) => kind)).toEqual(['cleared']);
  const second = raised(feed(watch, levels(start + 30 * dayMs, falls(61))));
  expect(second).toHaveLength(1);
  expect(second[0]!.text).toContain('Usually it loses');
});

test('a cold night takes some percent, and that is no news; nearly empty is a digest', () => {
  const watch = open(battery, { entities: [cell] });
  feed(watch, levels(start, healthy));
  const from = start + 20 * dayMs;
  expect(feed(watch, levels(from, [84, 80, 78, 80, 84]))).toEqual([]);
  const low = open(battery, { entities: [cell] });
  const found = feed(low, levels(start, [6, 6, 5, 5, 5]));
  expect(found).toMatchObject([
    { kind: 'raised', severity: 'digest', title: 'Hall motion: battery at 5 %' },
  ]);
  expectFit(found[0]!);
});

test('a phone and the battery of the house are charged each day, and no batteries of sensors', () => {
  const phone = sensor(
    'sensor.majas_phone_battery_level',
    'battery',
    '%',
    'Maja’s phone battery level',
  );
  const house = sensor('sensor.home_battery', 'battery', '%', 'Home battery');
  expect(battery.subjects([cell, phone, house])).toEqual([cell.id]);
});

test('smoke, gas and water on the floor are told at once, whatever is known, and over when they end', () => {
  for (const deviceClass of ['smoke', 'carbon_monoxide', 'gas', 'moisture']) {
    const one = entity('binary_sensor.kitchen', { deviceClass, name: 'Kitchen' });
    const watch = open(safety, { entities: [one, maja] });
    watch.read({ t: start, id: maja.id, v: 'home' });
    const found = feed(watch, [
      { t: start + minuteMs, id: one.id, v: 'off' },
      { t: start + hourMs, id: one.id, v: 'on' },
      { t: start + hourMs + minuteMs, id: one.id, v: 'unavailable' },
      { t: start + 2 * hourMs, id: one.id, v: 'off' },
    ]);
    expect(found.map((each) => [each.kind, each.at])).toEqual([
      ['raised', start + hourMs],
      ['cleared', start + 2 * hourMs],
    ]);
    expect(found[0]).toMatchObject({ severity: 'now', lines: ['At home: Maja'] });
    for (const each of found) expectFit(each);
  }
});

test('frost in a room that was warm is told; a cold cellar and the garden are not', () => {
  const room = sensor('sensor.bath_temperature', 'temperature', '°C', 'Bath temperature');
  const garden = sensor('sensor.garden_temperature', 'temperature', '°C', 'Garden temperature');
  const watch = open(safety, { entities: [room, garden] });
  const falling = Array.from({ length: 60 }, (_, i): Reading[] => [
    { t: start + i * hourMs, id: room.id, v: 20 - 0.35 * i },
    { t: start + i * hourMs + 1, id: garden.id, v: -4 },
  ]).flat();
  const found = feed(watch, falling);
  expect(found.filter((one) => one.kind === 'raised')).toMatchObject([
    { entities: [room.id], severity: 'today' },
  ]);
  expect(found[0]!.title).toMatch(/^Bath is at 3(\.\d)? °C$/);
  expect(found.find((one) => one.worse)).toMatchObject({ severity: 'now' });
  for (const one of found) expectFit(one);
  const cellar = open(safety, { entities: [room] });
  expect(feed(cellar, [{ t: start, id: room.id, v: 3 }], start + dayMs)).toEqual([]);
});
