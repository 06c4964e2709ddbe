import type { Reading } from '@tomte/sdk/home';
import { expect, test } from 'vitest';
import { dayMs, hourMs, minuteMs } from '../local-hour.ts';
import { at, entity, expectFit, feed, maja, open, sensor } from '../testing.ts';
import doors from './doors.ts';

const front = entity('binary_sensor.front_door', {
  deviceClass: 'door',
  name: 'Front door',
  area: 'Hall',
});
const window = entity('binary_sensor.bedroom_window', {
  deviceClass: 'window',
  name: 'Bedroom window',
});
const outside = sensor('sensor.outdoor_temperature', 'temperature', '°C', 'Outdoor temperature');
const hall = {
  ...sensor('sensor.hall_temperature', 'temperature', '°C', 'Hall temperature'),
  area: 'Hall',
};
const entities = [front, window, outside, hall, maja];
const start = at('2026-11-02T00:00:00Z');
const say = (t: number, id: string, v: number | string): Reading => ({ t, id, v });

/** Every day the door opens six times for a minute or two, the window an hour in the morning. */
function* days(from: number, count: number): Generator<Reading> {
  yield say(from, maja.id, 'home');
  for (let day = from; day < from + count * dayMs; day += dayMs) {
    yield say(day + minuteMs, outside.id, 3);
    yield say(day + minuteMs, hall.id, 20);
    yield say(day + 7 * hourMs, window.id, 'on');
    yield say(day + 8 * hourMs, window.id, 'off');
    for (let n = 0; n < 6; n++) {
      const opens = day + (9 + 2 * n) * hourMs;
      yield say(opens, front.id, 'on');
      yield say(opens + (1 + (n % 2)) * minuteMs, front.id, 'off');
    }
  }
}
const learned = start + 14 * dayMs;
function known() {
  const watch = open(doors, { entities });
  expect(feed(watch, days(start, 14), learned)).toEqual([]);
  return watch;
}

test('a door that stands open is told once, with what is usual and how cold it is, and is over when shut', () => {
  const watch = known();
  const opens = learned + 16.5 * hourMs;
  const found = feed(watch, [
    say(opens - minuteMs, hall.id, 20),
    say(opens, front.id, 'on'),
    say(opens + 9 * minuteMs, hall.id, 17.6),
    say(opens + 40 * minuteMs, front.id, 'off'),
  ]);
  expect(found.map((one) => one.kind)).toEqual(['raised', 'updated', 'updated', 'cleared']);
  expect(found[0]).toMatchObject({
    title: 'Front door open for 11 minutes',
    text: 'Open since 17:30; usually shut within 2 min. 3 °C outside, the hall has lost 2.4 °C.',
    lines: ['At home: Maja', 'Longest of ordinary days: 2 min'],
    severity: 'today',
    entities: [front.id],
  });
  expect(found.at(-1)!.title).toBe('Over: Front door shut at 18:10');
  for (const one of found) expectFit(one);
});

test('everybody leaves while it stands open: that rings again, now', () => {
  const watch = known();
  const opens = learned + 16 * hourMs;
  const found = feed(
    watch,
    [say(opens, front.id, 'on'), say(opens + 20 * minuteMs, maja.id, 'not_home')],
    opens + hourMs,
  );
  expect(found.find((one) => one.worse)).toMatchObject({ severity: 'now' });
  expect(found.find((one) => one.worse)!.text).toContain('Nobody has been home since 17:20.');
  for (const one of found) expectFit(one);
});

test('in frost an open door is told now', () => {
  const watch = known();
  const opens = learned + 16 * hourMs;
  const found = feed(
    watch,
    [say(opens - hourMs, outside.id, -4), say(opens, front.id, 'on')],
    opens + hourMs,
  );
  expect(found[0]).toMatchObject({ kind: 'raised', severity: 'now' });
});

test('a window that is open every morning is left in peace, all day it is told', () => {
  const watch = known();
  const found = feed(watch, [say(learned + 7 * hourMs, window.id, 'on')], learned + 12 * hourMs);
  const [raised] = found;
  expect(raised).toMatchObject({ kind: 'raised', entities: [window.id] });
  expect(raised!.at - learned).toBeGreaterThan(8.5 * hourMs);
});

test('a door nobody knows yet gets twenty minutes', () => {
  const watch = open(doors, { entities });
  const found = feed(
    watch,
    [say(start, front.id, 'off'), say(start + hourMs, front.id, 'on')],
    start + 2 * hourMs,
  );
  expect(found[0]).toMatchObject({ kind: 'raised', at: start + hourMs + 20 * minuteMs });
  expect(found[0]!.text).toContain('I do not know its habits yet.');
});

test('a sensor that falls silent while open is not said to be open for days', () => {
  const watch = known();
  const opens = learned + 16 * hourMs;
  const found = feed(
    watch,
    [say(opens, front.id, 'on'), say(opens + minuteMs, front.id, 'unavailable')],
    opens + 11 * minuteMs,
  );
  expect(found).toEqual([]);
});

test('it goes on after a restart inside an episode: no second alert, and the over comes', () => {
  const watch = known();
  const opens = learned + 16 * hourMs;
  expect(feed(watch, [say(opens, front.id, 'on')], opens + 30 * minuteMs)[0]).toMatchObject({
    kind: 'raised',
  });
  const state: unknown = JSON.parse(JSON.stringify(watch.save()));
  const next = open(doors, { entities, state });
  const found = feed(next, [say(opens + 31 * minuteMs, front.id, 'off')]);
  expect(found.map((one) => one.kind)).toEqual(['cleared']);
});

test('a fridge door and a letter box are known for what they are', () => {
  const box = entity('binary_sensor.mailbox_door', { deviceClass: 'door', name: 'Mailbox door' });
  expect(doors.subjects([box, front])).toEqual([front.id]);
  expect(doors.picks([maja, outside])).toEqual([]);
});
