import type { Reading } from '@tomte/sdk/home';
import { expect, test } from 'vitest';
import { dayMs, hourMs, minuteMs } from '../local-hour.ts';
import { at, entity, expectFit, feed, open, sensor } from '../testing.ts';
import silence from './silence.ts';

const start = at('2026-10-05T00:00:00Z');
const rooms = ['hall', 'study', 'bath', 'attic'].map((room) => ({
  ...sensor(`sensor.${room}_temperature`, 'temperature', '°C', `${room} temperature`),
  platform: 'zha',
}));
const wifi = { ...sensor('sensor.plug_power', 'power', 'W', 'Plug power'), platform: 'shelly' };
const motion = {
  ...entity('binary_sensor.hall_motion', { deviceClass: 'motion', name: 'Hall motion' }),
  platform: 'zha',
};
const entities = [...rooms, wifi, motion];
const say = (t: number, id: string, v: number | string): Reading => ({ t, id, v });

/** Rooms say something new every five to eight minutes, the plug every minute. */
function* talk(
  from: number,
  to: number,
  silent: (id: string, t: number) => boolean = () => false,
): Generator<Reading> {
  for (let t = from; t < to; t += minuteMs) {
    const m = t / minuteMs;
    for (const [i, { id }] of rooms.entries()) {
      if (m % (5 + i) === 0 && !silent(id, t))
        yield say(t, id, (20 + 0.01 * (m % 97) + i).toFixed(2));
    }
    if (!silent(wifi.id, t)) yield say(t, wifi.id, 40 + (m % 7));
  }
}
const learned = start + 9 * dayMs;
function known() {
  const watch = open(silence, { entities });
  expect(feed(watch, talk(start, learned))).toEqual([]);
  return watch;
}

test('a sensor that stands still is told with what it says and how often it moves; and when it is heard again', () => {
  const watch = known();
  const stops = learned + hourMs;
  const back = stops + 6 * hourMs;
  const found = feed(
    watch,
    talk(learned, back + hourMs, (id, t) => id === rooms[1]!.id && t > stops && t < back),
  );
  expect(found.map((one) => one.kind)).toEqual(['raised', 'cleared']);
  expect(found[0]).toMatchObject({
    title: 'Study stands still',
    entities: [rooms[1]!.id],
    severity: 'today',
  });
  expect(found[0]!.text).toMatch(/^It says 2\d\.\d+ since .* Usually it moves within 6 min\./);
  expect(found[0]!.at - stops).toBeLessThan(3 * hourMs);
  for (const one of found) expectFit(one);
});

test('the stick is lost: forty sensors or four, it is one finding, and a restart of a minute is none', () => {
  const watch = known();
  const zigbee = [...rooms.map(({ id }) => id), motion.id];
  const stops = learned + hourMs;
  const isZigbee = (id: string, t: number) => zigbee.includes(id) && t >= stops;
  const said = [...talk(learned, stops + 3 * hourMs, isZigbee)];
  const lost = zigbee.map((id, i) => say(stops + i, id, 'unavailable'));
  const first = say(learned, motion.id, 'off');
  const found = feed(
    watch,
    [first, ...said, ...lost].sort((a, b) => a.t - b.t),
  );
  expect(found).toHaveLength(1);
  expect(found[0]!.title).toBe('The Zigbee stick is silent: 5 sensors');
  expect(found[0]!.text).toContain('Until it is back I cannot see: motion, temperatures.');
  expect([...found[0]!.entities].sort()).toEqual([...zigbee].sort());
  const back = zigbee.map((id) => say(stops + 4 * hourMs, id, id === motion.id ? 'off' : '20'));
  const over = feed(watch, [...back, say(stops + 4 * hourMs + 2 * minuteMs, wifi.id, 1)]);
  expect(over.map((one) => [one.kind, one.title])).toEqual([
    ['cleared', 'Over: The Zigbee stick is heard again'],
  ]);
  const blink = zigbee.flatMap((id) => [
    say(stops + 5 * hourMs, id, 'unavailable'),
    say(stops + 5 * hourMs + minuteMs, id, 'off'),
  ]);
  expect(
    feed(
      watch,
      blink.sort((a, b) => a.t - b.t),
    ),
  ).toEqual([]);
  for (const one of [...found, ...over]) expectFit(one);
});

test('when the whole home is not heard, no sensor is blamed', () => {
  const watch = known();
  const found = feed(watch, talk(learned + 2 * dayMs, learned + 2 * dayMs + hourMs));
  expect(found).toEqual([]);
  const silentHours = open(silence, { entities, state: watch.save() });
  expect(silentHours.read(say(learned + 4 * dayMs, wifi.id, 5))).toEqual([]);
});

test('one that comes and goes all day is a digest', () => {
  const watch = known();
  const id = rooms[0]!.id;
  const flaps = Array.from({ length: 30 }, (_, i) =>
    say(learned + i * 20 * minuteMs, id, i % 2 === 0 ? 'unavailable' : 20 + i),
  );
  const others = [...talk(learned, learned + 10 * hourMs, (one) => one === id)];
  const found = feed(
    watch,
    [...flaps, ...others].sort((a, b) => a.t - b.t),
  );
  expect(found[0]).toMatchObject({
    kind: 'raised',
    title: 'Hall comes and goes',
    severity: 'digest',
  });
  expectFit(found[0]!);
});

test('a motion sensor that sees nobody for a week is not silent', () => {
  const watch = known();
  watch.read(say(learned, motion.id, 'off'));
  const found = feed(watch, talk(learned + minuteMs, learned + 3 * dayMs));
  expect(found).toEqual([]);
});

test('a restart inside an episode raises nothing twice', () => {
  const watch = known();
  const id = rooms[0]!.id;
  const hush = (one: string, t: number) => one === id && t > learned;
  expect(feed(watch, talk(learned, learned + 5 * hourMs, hush)).map((one) => one.kind)).toEqual([
    'raised',
  ]);
  const next = open(silence, {
    entities,
    state: JSON.parse(JSON.stringify(watch.save())) as unknown,
  });
  const found = feed(
    next,
    talk(
      learned + 5 * hourMs,
      learned + 7 * hourMs,
      (one, t) => one === id && t < learned + 6 * hourMs,
    ),
  );
  expect(found.map((one) => one.kind)).toEqual(['cleared']);
});

test('what speaks every few days is told after half a day, what speaks all the time after an hour', () => {
  const battery = sensor('sensor.door_battery', 'battery', '%', 'Door battery');
  const watch = open(silence, { entities: [...entities, battery] });
  const until = start + 24 * dayMs;
  const levels = Array.from({ length: 12 }, (_, i) =>
    say(start + 2 * i * dayMs, battery.id, 90 - i),
  );
  const lived = [...talk(start, until), ...levels].sort((a, b) => a.t - b.t);
  expect(feed(watch, lived)).toEqual([]);
  const out = until + hourMs;
  const back = out + 15 * hourMs;
  const after = [
    ...talk(until, back + hourMs, (id, t) => id === wifi.id && t > out && t < out + 2 * hourMs),
    say(out, battery.id, 'unavailable'),
    say(out, wifi.id, 'unavailable'),
    say(back, battery.id, 78),
  ].sort((a, b) => a.t - b.t);
  const raised = feed(watch, after).filter((one) => one.kind === 'raised');
  expect(raised.map((one) => one.entities)).toEqual([[wifi.id], [battery.id]]);
  expect(raised.map((one) => Math.round((one.at - out) / hourMs))).toEqual([1, 12]);
});
