import type { Reading } from '@tomte/sdk/home';
import { expect, test } from 'vitest';
import { dayMs, hourMs, minuteMs } from '../local-hour.ts';
import { at, entity, expectFit, feed, maja, open } from '../testing.ts';
import motion from './motion.ts';

const hall = entity('binary_sensor.hall', {
  deviceClass: 'motion',
  name: 'Hall motion',
  area: 'Hall',
});
const stairs = entity('binary_sensor.stairs', {
  deviceClass: 'motion',
  name: 'Stairs motion',
  area: 'Stairs',
});
const vacuum = entity('vacuum.robot', { name: 'Robot' });
const entities = [hall, stairs, maja];
const start = at('2026-10-05T00:00:00Z');
const say = (t: number, id: string, v: string): Reading => ({ t, id, v });
const blink = (t: number, id: string): Reading[] => [say(t, id, 'on'), say(t + 40_000, id, 'off')];

/** Out from 08:00 to 17:00 UTC; the hall sees her three minutes before the phone; still at night. */
function day(from: number, robot: number | null = null): Reading[] {
  const out: Reading[] = [];
  for (let m = 6 * 60; m < 22 * 60; m += 12) {
    if (m < 8 * 60 || m > 17 * 60)
      out.push(...blink(from + m * minuteMs, m % 24 === 0 ? hall.id : stairs.id));
  }
  out.push(say(from + 8 * hourMs, maja.id, 'not_home'));
  out.push(
    ...blink(from + 17 * hourMs - 3 * minuteMs, hall.id),
    ...blink(from + 17 * hourMs - 2 * minuteMs, hall.id),
  );
  out.push(...blink(from + 17 * hourMs - minuteMs, stairs.id));
  out.push(say(from + 17 * hourMs, maja.id, 'home'));
  for (let m = 0; robot !== null && m < 30; m += 2)
    out.push(...blink(from + robot + m * minuteMs, hall.id));
  return out.sort((a, b) => a.t - b.t);
}
const days = (count: number, robot?: (i: number) => number | null): Reading[] => [
  say(start, maja.id, 'home'),
  ...Array.from({ length: count }, (_, i) => day(start + i * dayMs, robot?.(i) ?? null)).flat(),
];
const learned = start + 21 * dayMs;
const known = () => {
  const watch = open(motion, { entities });
  const found = feed(watch, days(21), learned);
  return { watch, found };
};

test('coming home before the phone says so is no burglar', () => {
  expect(known().found).toEqual([]);
});

test('motion with nobody home is told once, with where, when they left, and is over when it is still', () => {
  const { watch } = known();
  const came = learned + 11 * hourMs;
  const readings = [
    say(learned + 8 * hourMs, maja.id, 'not_home'),
    ...Array.from({ length: 6 }, (_, i) =>
      blink(came + 2 * i * minuteMs, i % 2 ? stairs.id : hall.id),
    ).flat(),
  ];
  const found = feed(watch, readings, came + hourMs);
  expect(found.map((one) => one.kind).filter((kind) => kind !== 'updated')).toEqual([
    'raised',
    'cleared',
  ]);
  expect(found[0]).toMatchObject({
    title: 'Motion: Hall, nobody home',
    severity: 'now',
    entities: [hall.id, stairs.id],
    since: came,
  });
  expect(found[0]!.text).toMatch(
    /^Hall at 12:00, then Stairs at 12:02\. Everyone left at 09:00\. Nothing usually moves then\./,
  );
  expect(found[0]!.at - came).toBeLessThanOrEqual(8 * minuteMs);
  for (const one of found) expectFit(one);
});

test('a guest who stays when all phones leave is not told; who comes to an empty house is', () => {
  const { watch } = known();
  const out = learned + 8 * hourMs;
  const guest: Reading[] = [say(out, maja.id, 'not_home')];
  // Now and then, with half an hour of a book between.
  for (let m = 20; m < 300; m += m % 3 === 0 ? 34 : 4)
    guest.push(...blink(out + m * minuteMs, m % 2 ? stairs.id : hall.id));
  guest.push(say(out + 8 * hourMs, maja.id, 'home'));
  expect(feed(watch, guest, out + 10 * hourMs)).toEqual([]);
  const came = learned + dayMs + 11 * hourMs;
  const readings = [
    say(learned + dayMs + 8 * hourMs, maja.id, 'not_home'),
    ...Array.from({ length: 6 }, (_, i) => blink(came + 2 * i * minuteMs, hall.id)).flat(),
  ];
  expect(feed(watch, readings, came + 20 * minuteMs).map((one) => one.kind)).toContain('raised');
});

test('somebody who stays is not hidden by a robot that is at work meanwhile', () => {
  const watch = open(motion, { entities: [...entities, vacuum], state: known().watch.save() });
  const out = learned + 8 * hourMs;
  const readings = [say(out, maja.id, 'not_home'), say(out + 30 * minuteMs, vacuum.id, 'cleaning')];
  for (let m = 5; m < 240; m += 6) readings.push(...blink(out + m * minuteMs, hall.id));
  readings.push(say(out + 70 * minuteMs, vacuum.id, 'docked'));
  readings.sort((a, b) => a.t - b.t);
  expect(feed(watch, readings, out + 5 * hourMs)).toEqual([]);
});

test('a robot that says nothing is learned by its hours: told at most twice, then never', () => {
  const watch = open(motion, { entities });
  const found = feed(
    watch,
    days(42, (i) => (i % 7 === 1 ? 11 * hourMs : null)),
  );
  const raised = found.filter((one) => one.kind === 'raised');
  expect(raised.length).toBeLessThanOrEqual(2);
  expect(raised.every((one) => one.at < start + 14 * dayMs)).toBe(true);
});

test('a robot that says that it cleans is never told', () => {
  const watch = open(motion, { entities: [...entities, vacuum] });
  const cleans = start + dayMs + 11 * hourMs;
  const readings = [
    ...days(2, (i) => (i === 1 ? 11 * hourMs : null)),
    say(cleans - minuteMs, vacuum.id, 'cleaning'),
    say(cleans + 35 * minuteMs, vacuum.id, 'docked'),
  ].sort((a, b) => a.t - b.t);
  expect(feed(watch, readings)).toEqual([]);
});

test('half an hour of moving at three in the night is told, getting up once is not', () => {
  const { watch } = known();
  const night = learned + 1.5 * hourMs;
  const up = [...blink(night, hall.id), ...blink(night + 3 * minuteMs, hall.id)];
  expect(feed(watch, up, night + hourMs)).toEqual([]);
  const later = night + dayMs;
  const wandering = Array.from({ length: 24 }, (_, i) => [
    ...blink(later + i * minuteMs, hall.id),
    ...blink(later + i * minuteMs + 1000, stairs.id),
  ])
    .flat()
    .sort((a, b) => a.t - b.t);
  const found = feed(watch, wandering, later + 2 * hourMs);
  expect(found[0]).toMatchObject({ kind: 'raised', severity: 'today' });
  expect(found[0]!.text).toContain('At this hour the house is usually still.');
  for (const one of found) expectFit(one);
});

/** A cat that is seen for a minute or two every hour, also with everybody out; now and then it runs about. */
const cat = (days: number): Reading[] =>
  Array.from({ length: days * 24 }, (_, i) => {
    const t = start + i * hourMs + ((i * 17) % 40) * minuteMs;
    const minutes = i % 61 === 0 ? 6 : 1 + (i % 2);
    return Array.from({ length: minutes }, (_, m) => blink(t + m * minuteMs, stairs.id)).flat();
  }).flat();

test('where a cat is known somebody who walks about is told, the cat is not', () => {
  const watch = open(motion, { entities });
  const readings = [...days(28), ...cat(29)].sort((a, b) => a.t - b.t);
  const out = start + 28 * dayMs + 8 * hourMs;
  const came = out + 3 * hourMs;
  readings.push(say(out, maja.id, 'not_home'));
  for (let m = 0; m < 16; m++) {
    readings.push(...blink(came + m * minuteMs, hall.id));
    if (m % 2) readings.push(...blink(came + m * minuteMs + 1000, stairs.id));
  }
  const raised = feed(
    watch,
    readings.sort((a, b) => a.t - b.t),
    came + hourMs,
  ).filter((one) => one.kind === 'raised' && one.rule === 'away' && one.at > learned);
  expect(raised.map((one) => one.at >= came)).toEqual([true]);
  expect(raised[0]!.at - came).toBeLessThanOrEqual(20 * minuteMs);
});

test('a phone that is late by as much as it once was is no burglar', () => {
  const watch = open(motion, { entities });
  // The hall sees her three minutes before the phone, every ninth day twelve.
  const late = days(60).map((one) =>
    one.id === maja.id && one.v === 'home' && Math.floor((one.t - start) / dayMs) % 9 === 4
      ? { ...one, t: one.t + 9 * minuteMs }
      : one,
  );
  const raised = feed(watch, late).filter((one) => one.kind === 'raised');
  expect(raised).toEqual([]);
});

/** Out from eight to five; a guest with a key comes at two and lives there, with half an hour of a book between. */
function dayWithGuest(from: number, comes: boolean): Reading[] {
  const out = [
    say(from + 8 * hourMs, maja.id, 'not_home'),
    say(from + 17 * hourMs, maja.id, 'home'),
  ];
  for (let m = 0; comes && m < 178; m += m % 12 === 8 ? 40 : 4)
    out.push(...blink(from + 14 * hourMs + m * minuteMs, m % 8 ? stairs.id : hall.id));
  return out.sort((a, b) => a.t - b.t);
}

test('a guest of some days is told on the first, once; a stranger a week later is told', () => {
  const { watch } = known();
  const raisedOn = (day: number, readings: Reading[]) =>
    feed(watch, readings, learned + (day + 1) * dayMs - hourMs).filter(
      (one) => one.kind === 'raised',
    ).length;
  const guest = [0, 1, 2].map((day) => raisedOn(day, dayWithGuest(learned + day * dayMs, true)));
  expect(guest).toEqual([1, 0, 0]);
  for (let day = 3; day < 7; day++) raisedOn(day, dayWithGuest(learned + day * dayMs, false));
  const came = learned + 7 * dayMs + 11 * hourMs;
  const stranger = [
    say(learned + 7 * dayMs + 8 * hourMs, maja.id, 'not_home'),
    ...Array.from({ length: 6 }, (_, i) => blink(came + 2 * i * minuteMs, hall.id)).flat(),
  ];
  expect(raisedOn(7, stranger)).toBe(1);
});

test('who was told and went again before anybody came home is told on the next day', () => {
  const { watch } = known();
  const raisedOn = (day: number) => {
    const from = learned + day * dayMs;
    const came = from + 11 * hourMs;
    const readings = [
      say(from + 8 * hourMs, maja.id, 'not_home'),
      ...Array.from({ length: 6 }, (_, i) => blink(came + 2 * i * minuteMs, hall.id)).flat(),
      say(from + 17 * hourMs, maja.id, 'home'),
    ];
    const found = feed(watch, readings, from + 20 * hourMs);
    return found.filter((one) => one.kind === 'raised').length;
  };
  expect([raisedOn(0), raisedOn(1)]).toEqual([1, 1]);
});

test('without motion sensors nothing is watched', () => {
  expect(motion.picks([maja, vacuum])).toEqual([]);
});
