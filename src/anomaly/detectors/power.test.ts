import type { Reading } from '@tomte/sdk/home';
import { expect, test } from 'vitest';
import { dayMs, hourMs, minuteMs } from '../local-hour.ts';
import { at, expectFit, feed, maja, open, sensor, zone } from '../testing.ts';
import power from './power.ts';

const house = sensor('sensor.house_power', 'power', 'W', 'House power');
const iron = sensor('sensor.iron_power', 'power', 'W', 'Iron socket power');
const pump = sensor('sensor.heat_pump_power', 'power', 'W', 'Heat pump power');
const entities = [house, iron, pump, maja];
const start = at('2026-10-05T00:00:00Z');
type Extra = {
  house?: (t: number) => number;
  iron?: (t: number) => number;
  pump?: (t: number) => number;
};

/** 150 W always, cooking in the evening, ironing on Sundays, a pump that runs half of each hour. */
function* life(from: number, to: number, extra: Extra = {}): Generator<Reading> {
  for (let t = from; t < to; t += minuteMs) {
    const m = ((t - start) / minuteMs) % 1440;
    const weekday = Math.floor((t - start) / dayMs) % 7;
    const cooks = m >= 1020 && m < 1050 ? 1800 : 0;
    const ironing = weekday === 6 && m >= 900 && m < 935 ? 1900 : 0;
    const pumping = extra.pump?.(t) ?? (m % 60 < 30 ? 1200 : 0);
    const onIron = ironing + (extra.iron?.(t) ?? 0);
    yield { t, id: iron.id, v: onIron };
    yield { t, id: pump.id, v: pumping };
    yield {
      t,
      id: house.id,
      v: 150 + (m % 11) + cooks + onIron + pumping + (extra.house?.(t) ?? 0),
    };
  }
}
const hourOf = (t: number): number => ((t - start) / hourMs) % 24;
const learned = start + 28 * dayMs;
let kept: unknown = null;
function known() {
  if (kept === null) {
    const watch = open(power, { entities });
    expect(feed(watch, life(start, learned))).toEqual([]);
    kept = watch.save();
  }
  return open(power, { entities, state: kept });
}

test('something left on is told within two hours and a half, and is over when it is off', () => {
  const from = learned + 9 * hourMs;
  const until = from + 5 * hourMs;
  const found = feed(
    known(),
    life(learned, until + hourMs, { house: (t) => (t >= from && t < until ? 1600 : 0) }),
  );
  expect(found.map((one) => one.kind).filter((kind) => kind !== 'updated')).toEqual([
    'raised',
    'cleared',
  ]);
  expect(found[0]!.at - from).toBeLessThan(2.5 * hourMs);
  expect(found[0]!.title).toMatch(/^Something has been on: 1\.6 kW$/);
  for (const one of found) expectFit(one);
});

test('a car that charged on other nights is not told when it charges at noon, as an oven would be', () => {
  const night = (t: number) =>
    Math.floor((t - start) / dayMs) % 3 === 0 && hourOf(t) < 2 ? 7200 : 0;
  const watch = open(power, { entities });
  feed(watch, life(start, learned, { house: night }));
  const from = learned + 9 * hourMs;
  const car = (t: number) => (t >= from && t < from + 4 * hourMs ? 7200 : 0);
  expect(feed(watch, life(learned, from + 6 * hourMs, { house: car }))).toEqual([]);
  const next = from + dayMs;
  const oven = (t: number) => (t >= next && t < next + 4 * hourMs ? 2400 : 0);
  const found = feed(watch, life(learned + dayMs, next + 6 * hourMs, { house: oven }));
  expect(found.map((one) => one.kind)).toContain('raised');
});

test('a phantom of 130 W is told within a day', () => {
  const from = learned + 9 * hourMs;
  const found = feed(
    known(),
    life(learned, learned + 2 * dayMs, { house: (t) => (t >= from ? 130 : 0) }),
  );
  expect(found[0]).toMatchObject({ kind: 'raised', entities: [house.id] });
  expect(found[0]!.at - from).toBeLessThan(dayMs);
  expect(found[0]!.title).toMatch(/^The base load is up by 1[23]\d W$/);
  for (const one of found) expectFit(one);
});

test('an iron that stays on is told by its socket, now when nobody is home', () => {
  const watch = known();
  watch.read({ t: learned - minuteMs, id: maja.id, v: 'not_home' });
  const from = learned + 9 * hourMs;
  const found = feed(
    watch,
    life(learned, from + 3 * hourMs, { iron: (t) => (t >= from ? 1900 : 0) }),
  );
  const socket = found.find((one) => one.entities[0] === iron.id);
  expect(socket).toMatchObject({ kind: 'raised', severity: 'now', since: from });
  expect(socket!.title).toMatch(/^Iron socket: 1\.9 kW for 1 h \d+ min$/);
  expectFit(socket!);
});

test('a pump that starts every ten minutes is told', () => {
  const from = learned + 9 * hourMs;
  const short = (t: number) => ((t / minuteMs) % 10 < 5 ? 1200 : 0);
  const usual = (t: number) => (((t - start) / minuteMs) % 60 < 30 ? 1200 : 0);
  const found = feed(
    known(),
    life(learned, from + 3 * hourMs, { pump: (t) => (t >= from ? short(t) : usual(t)) }),
  );
  expect(found[0]).toMatchObject({ kind: 'raised', entities: [pump.id] });
  expect(found[0]!.title).toMatch(/^Heat pump starts \d+ times in 2 h$/);
  for (const one of found) expectFit(one);
});

test('solar panels and batteries are not what is used; without words one sensor alone is the house', () => {
  const solar = sensor('sensor.solar_power', 'power', 'W', 'Solar power');
  expect(power.subjects([solar, iron])).toEqual([iron.id]);
  expect(power.picks([solar])).toEqual([]);
});

test('from hours alone a raised base load is found in the past', () => {
  const from = start + 40 * dayMs;
  const rows = Array.from({ length: 60 * 24 }, (_, i) => {
    const t = start + i * hourMs;
    const more = t >= from && t < from + 3 * dayMs ? 160 : 0;
    const min = 150 + (i % 3) + more;
    return { start: t, mean: min + 100, min, max: 2000, change: null };
  });
  const past = { zone, entities, hours: new Map([[house.id, rows]]) };
  const found = power.look(past, power.settings.parse({}));
  expect(found.filter((one) => one.kind === 'raised')).toHaveLength(1);
  expect(Math.abs(found[0]!.at - from)).toBeLessThan(1.2 * dayMs);
});
