/** Every text that a detector has, of each of its rules: short, without ids, and no number that its facts do not hold. */
import type { Finding } from '@tomte/sdk/define';
import type { EntityInfo } from '@tomte/sdk/home';
import { clockTime, figure } from '@tomte/sdk/words';
import { expect, test } from 'vitest';
import { emptyBaseline, learnHour } from '../anomaly/baseline.ts';
import { type ToldCold, wordCold, wordColdOver } from '../anomaly/cold/words.ts';
import batteries from '../anomaly/detectors/battery.ts';
import general from '../anomaly/detectors/general.ts';
import safety from '../anomaly/detectors/safety.ts';
import { type ToldDoor, wordDoor, wordDoorOver } from '../anomaly/doors/words.ts';
import type { Worded } from '../anomaly/fit.ts';
import { hourMs, localHours, minuteMs } from '../anomaly/local-hour.ts';
import { type ToldMotion, wordMotion, wordMotionOver } from '../anomaly/motion/words.ts';
import { type ToldPower, wordPower, wordPowerOver } from '../anomaly/power/words.ts';
import { type SilenceRule, type ToldSilence, wordSilence } from '../anomaly/silence/words.ts';
import { entity, feed, open, sensor } from '../anomaly/testing.ts';
import { shownFor } from '../anomaly/units.ts';
import { rules } from '../anomaly/water/rules.ts';
import { type Told, wordOver, wordWater } from '../anomaly/water/words.ts';
import { wordPast } from '../anomaly/water/words-past.ts';

const zone = 'Europe/Oslo';
/** 21 November 2026, 02:41 there. */
const now = Date.UTC(2026, 10, 21, 1, 41);
const since = now - 52 * minuteMs;
const local = localHours(zone);
/** As long as names are that people give. */
const longName = 'Underground garage, door at the back of the east wing';

interface Case {
  readonly of: string;
  readonly at: number;
  readonly worded: Worded;
}
const cases: Case[] = [];
const add = (of: string, worded: Worded, at = now) => cases.push({ of, worded, at });

function usualWater() {
  const baseline = emptyBaseline();
  for (let t = now - 40 * 24 * hourMs; t < now; t += hourMs)
    learnHour(baseline, local(t), local(t).hour === 8 ? 61.7 : 2.3, null);
  return baseline;
}
const water: Omit<Told, 'rule'> = {
  ...{ since, until: now, now, lpm: 0.413, litres: 21.48, zone, baseline: usualWater() },
  shown: { volume: 'L', flow: 'L/min', litres: 1 },
  at: local(now),
  people: 'Nobody has moved since 01:40.',
  notTheCause: ['Washing machine: off'],
  slowMinutes: 12,
  dryMs: 25 * minuteMs,
};
for (const rule of rules) {
  const strong = rule === 'pouring' || rule === 'much';
  const told = { ...water, rule, ...(strong ? { lpm: 18.31, litres: 108.2 } : {}) } as Told;
  add(`water ${rule}`, wordWater(told));
  add(`water ${rule} in m³`, wordWater({ ...told, shown: shownFor('m³') }));
  add(`water ${rule}, not learned`, wordWater({ ...told, baseline: emptyBaseline() }));
  add(`water ${rule} over`, wordOver(told));
}
add(
  'water past',
  wordPast(
    { since: now - 3 * hourMs, until: now, litres: 271, hours: 3, usualLitres: 1 } as never,
    { baseline: usualWater(), at: local(now), zone, shown: water.shown },
  ),
);

const cold: ToldCold = {
  ...{ kind: 'freezer', name: 'The freezer', unit: '°C', value: -11, smooth: -11.6, from: -17.4 },
  usual: { middle: -18.2, top: -16.9 },
  ...{ longestMinutes: 41, days: 14, since: now - 160 * minuteMs, now, zone, plug: null },
};
const colds: Record<string, Partial<ToldCold>> = {
  freezer: {},
  'freezer now': { value: -4.2, smooth: -4.4 },
  'freezer unplugged': { plug: { watts: 0, since: now - 200 * minuteMs } },
  'freezer not learned': { usual: null, longestMinutes: null, from: -8, smooth: -8 },
  fridge: { kind: 'fridge', name: longName, value: 11.2, smooth: 10.9, from: 5 },
  'fridge in °F': {
    kind: 'fridge',
    name: 'The fridge',
    unit: '°F',
    value: 11.2,
    smooth: 10.9,
    from: 5,
  },
};
for (const [of, part] of Object.entries(colds)) {
  add(`cold ${of}`, wordCold({ ...cold, ...part }));
  add(`cold ${of} over`, wordColdOver({ ...cold, ...part }));
}

const door: ToldDoor = {
  ...{ name: 'Front door', since: now - 25 * minuteMs, now, zone, usualMinutes: 1.4 },
  ...{ longestMinutes: 9.2, awaySince: null, home: 'Maja, Ola' },
  outside: { celsius: 3.2, unit: '°C' },
  room: { name: 'The hall', lost: 2.4, unit: '°C' },
};
const doors: Record<string, Partial<ToldDoor>> = {
  open: {},
  away: { awaySince: now - 90 * minuteMs, home: null },
  'not learned': { usualMinutes: null, longestMinutes: null, outside: null, room: null },
  long: { name: longName, since: now - 27 * hourMs },
};
for (const [of, part] of Object.entries(doors)) {
  add(`door ${of}`, wordDoor({ ...door, ...part }));
  add(`door ${of} over`, wordDoorOver({ ...door, ...part }));
}

const place = (area: string) => entity('binary_sensor.m', { name: 'Motion', area });
for (const rule of ['away', 'odd'])
  for (const areas of [['Hall'], ['Hall', 'Stairs', 'Attic', 'Cellar'], [longName, longName]]) {
    const told: ToldMotion = {
      ...{ rule, since, now, zone, marks: 11, days: 60, robot: 'The vacuum is docked.' },
      rooms: areas.map((area, n) => ({ entity: place(area), first: since + n * minuteMs })),
      awaySince: rule === 'away' ? now - 3 * hourMs : null,
      home: rule === 'away' ? null : 'Maja',
    };
    add(`motion ${rule} ${areas.length}`, wordMotion(told));
    add(`motion ${rule} ${areas.length} over`, wordMotionOver(told));
  }

const thing = (n: number, part: Partial<EntityInfo> = {}) =>
  entity(`sensor.t${n}`, { name: 'Bath', deviceClass: 'temperature', platform: 'zha', ...part });
for (const rule of ['out', 'still', 'flaps'] as SilenceRule[])
  for (const members of [
    [thing(1)],
    [thing(1, { name: longName })],
    Array.from({ length: 43 }, (_, n) => thing(n, { deviceClass: 'door' })),
  ]) {
    const told: ToldSilence = {
      ...{ rule, members, since: now - 5 * hourMs, now, zone, value: 21.4, usualMinutes: 33.6 },
      ...{ drops: 17, othersHeard: 12 },
    };
    add(`silence ${rule} ${members.length}`, wordSilence(false, told));
    add(`silence ${rule} ${members.length} over`, wordSilence(true, told));
  }

for (const rule of ['base', 'steady', 'unbroken', 'cycles', 'on'])
  for (const name of ['Iron socket', longName]) {
    const told: ToldPower = {
      ...{ rule, name, since: now - 130 * minuteMs, now, zone, watts: 1893, over: 217, usual: 143 },
      ...{ starts: 14, usualStarts: 5, longestMinutes: 55.3, days: 31 },
      ...{ awaySince: now - 45 * minuteMs, apart: ['the oven'] },
    };
    add(`power ${rule}`, wordPower(told));
    add(`power ${rule} over`, wordPowerOver(told));
  }

/** Of detectors that keep their words to themselves: what they say of a story. */
function tell(of: string, found: readonly Finding[]): void {
  expect(found.length, of).toBeGreaterThan(0);
  for (const finding of found)
    add(`${of} ${finding.kind}`, { ...finding, lines: [...finding.lines] }, finding.at);
}
const warnings = ['smoke', 'carbon_monoxide', 'gas', 'moisture'];
for (const kind of warnings) {
  const one = sensor('binary_sensor.w', kind, null, longName);
  const story = ['off', 'on', 'off'].map((v, n) => ({ t: now + n * 7 * minuteMs, id: one.id, v }));
  tell(`safety ${kind}`, feed(open(safety, { entities: [one] }), story, now + hourMs));
}
const room = sensor('sensor.bath', 'temperature', '°C', 'Bath');
const cooling = [19, 3.1, 3, 19].map((v, n) => ({ t: now + n * hourMs, id: room.id, v }));
tell('safety frost', feed(open(safety, { entities: [room] }), cooling, now + 5 * hourMs));
const cell = sensor('sensor.lock', 'battery', '%', 'Front door lock battery');
const falling = Array.from({ length: 40 }, (_, n) => 90 - (n < 32 ? n * 0.1 : (n - 30) * 9));
const levels = falling.map((v, n) => ({ t: now + n * 6 * hourMs, id: cell.id, v: Math.max(3, v) }));
const renewed = [...levels, { t: now + 260 * hourMs, id: cell.id, v: 100 }];
tell('battery', feed(open(batteries, { entities: [cell] }), renewed, now + 262 * hourMs));
const picked = sensor('sensor.pump', 'pressure', 'bar', 'Pump pressure');
const waves = Array.from({ length: 30 * 24 * 6 }, (_, n) => ({
  t: now + n * 10 * minuteMs,
  id: picked.id,
  v: n > 30 * 24 * 6 - 9 ? 9.4 : 2 + Math.sin(n / 23) / 5 + (n % 7) / 40,
}));
const numbers = { sooner: 3, sensors: [picked.id] };
tell('general', feed(open(general, { entities: [picked], settings: numbers }), waves));

/** Numbers and times of day as they stand in a text. */
const told = (text: string): string[] => text.match(/\d\d:\d\d|−?\d+(?:[.,]\d+)*/g) ?? [];

/** All that the facts say, as people write it. */
function known({ facts }: Worded, at: number): Set<string> {
  const said = [facts.is, facts.usually, facts.since, ...facts.around, facts.probably, facts.check];
  // When it was told stands beside the facts, in the finding.
  const all = new Set([...told(said.join(' ')), clockTime(at, zone)]);
  for (const value of Object.values(facts.numbers)) {
    if (typeof value !== 'number') continue;
    for (const one of [value, value / 1000, Math.ceil(value)]) all.add(figure(one));
    for (const part of [
      value,
      Math.floor(value / 60),
      Math.round(value) % 60,
      Math.floor(value / 1440),
    ])
      all.add(String(part));
  }
  return all;
}

test.each(cases)('$of', ({ worded, at }) => {
  const { title, text, lines } = worded;
  expect(title.length, title).toBeLessThanOrEqual(45);
  expect(title.length + text.length, text).toBeLessThanOrEqual(240);
  expect(lines.length).toBeLessThanOrEqual(4);
  expect([title, text, ...lines].join(' ')).not.toMatch(/\b[a-z_]+\.[a-z0-9]+_|_|NaN|undefined/);
  const numbers = known(worded, at);
  const strange = told(`${title} ${text}`).filter((one) => !numbers.has(one));
  expect(strange, `${title} | ${text} | ${JSON.stringify(worded.facts)}`).toEqual([]);
});

test('their words', async () => {
  const all = cases.map(({ of, worded: { title, text } }) => `${of}: ${title} | ${text}`);
  await expect(`${all.join('\n')}\n`).toMatchFileSnapshot('finding-words.txt');
});
