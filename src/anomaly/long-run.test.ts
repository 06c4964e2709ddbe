import { readdirSync } from 'node:fs';
import type { DetectorDefinition } from '@tomte/sdk/define';
import type { Reading } from '@tomte/sdk/home';
import { expect, test } from 'vitest';
import { seeded } from '../sim/random.ts';
import { dayMs, hourMs, minuteMs } from './local-hour.ts';
import { openStream } from './stream.ts';
import { at, entity, maja, sensor, zone } from './testing.ts';

const folder = new URL('./detectors/', import.meta.url);
const names = readdirSync(folder).filter((name) => /^[a-z-]+\.ts$/.test(name));
const detectors = new Map(
  await Promise.all(
    names.map(async (name) => {
      const { default: made } = (await import(new URL(name, folder).href)) as {
        default: DetectorDefinition;
      };
      return [name.slice(0, -3), made] as const;
    }),
  ),
);

const flow = sensor('sensor.flow', 'volume_flow_rate', 'L/min', 'Water flow');
const meter = { ...sensor('sensor.water', 'water', 'L', 'Water'), stateClass: 'total_increasing' };
const entities = [
  flow,
  meter,
  sensor('sensor.freezer', 'temperature', '°C', 'Freezer'),
  sensor('sensor.house_power', 'power', 'W', 'House power'),
  sensor('sensor.washer', 'power', 'W', 'Washing machine power'),
  sensor('sensor.lock_battery', 'battery', '%', 'Lock battery'),
  { ...sensor('sensor.noise', 'sound_pressure', 'dB', 'Noise'), labels: ['tomte'] },
  sensor('sensor.bath', 'temperature', '°C', 'Bath temperature'),
  entity('binary_sensor.door', { deviceClass: 'door', name: 'Front door' }),
  entity('binary_sensor.hall', { deviceClass: 'motion', name: 'Hall' }),
  entity('binary_sensor.smoke', { deviceClass: 'smoke', name: 'Smoke' }),
  entity('vacuum.robot', { name: 'Robot' }),
  maja,
];
const start = at('2025-01-06T00:00:00Z');
const days = 160;

/** A home where something is always wrong, for longer than any list a detector keeps is long. */
function* lived(): Generator<Reading> {
  const random = seeded(7);
  let litres = 1000;
  let battery = 100;
  const wild = (usual: () => number | string, odd: () => number | string) =>
    random() < 0.004 ? 'unavailable' : random() < 0.03 ? odd() : usual();
  for (let t = start; t < start + days * dayMs; t += 20 * minuteMs) {
    const hour = (t % dayMs) / hourMs;
    const awake = hour > 6 && hour < 22;
    const lpm = wild(
      () => (awake && random() < 0.3 ? 6 : 0),
      () => 0.4 + 20 * random(),
    );
    litres += typeof lpm === 'number' ? Math.round(lpm * 3) : 0;
    battery = battery < 5 ? 100 : battery - (random() < 0.01 ? 9 : 0.01);
    const said: [string, number | string][] = [
      [flow.id, lpm],
      [meter.id, litres],
      [
        'sensor.freezer',
        wild(
          () => -18 + random(),
          () => -8,
        ),
      ],
      [
        'sensor.house_power',
        wild(
          () => 200 + 300 * random(),
          () => 2400,
        ),
      ],
      ['sensor.washer', random() < 0.05 ? 1800 : 1],
      ['sensor.lock_battery', Math.round(battery)],
      [
        'sensor.noise',
        wild(
          () => 40 + 5 * random(),
          () => 90,
        ),
      ],
      [
        'sensor.bath',
        wild(
          () => 21 + random(),
          () => 21,
        ),
      ],
      ['binary_sensor.door', random() < 0.06 ? 'on' : 'off'],
      ['binary_sensor.hall', random() < (awake ? 0.5 : 0.05) ? 'on' : 'off'],
      ['binary_sensor.smoke', random() < 0.0004 ? 'on' : 'off'],
      ['vacuum.robot', hour === 11 ? 'cleaning' : 'docked'],
      [maja.id, hour > 8 && hour < 17 ? 'not_home' : 'home'],
    ];
    for (const [i, [id, v]] of said.entries()) yield { t: t + i * 1000, id, v };
  }
}

/** All that was told, and the state at the end; with `cutDays`, state goes through JSON into new detectors so often. */
function run(cutDays: number | null): { told: string[]; states: Record<string, unknown> } {
  const open = (states: Record<string, unknown>) =>
    openStream({ detectors, entities, zone, states });
  let stream = open({});
  let cutAt = cutDays === null ? Number.POSITIVE_INFINITY : start + cutDays * dayMs;
  const told: string[] = [];
  for (const reading of lived()) {
    if (reading.t >= cutAt) {
      stream = open(JSON.parse(JSON.stringify(stream.save())) as Record<string, unknown>);
      cutAt += cutDays! * dayMs;
    }
    for (const one of stream.read([reading]))
      told.push(`${one.kind} ${one.episode} ${one.at} ${one.title}`);
  }
  return { told, states: stream.save() };
}

/** Bytes of each feature: one sensor of one detector. */
function sizes(states: Record<string, unknown>): [string, number][] {
  return Object.entries(states).flatMap(([name, state]) => {
    const { parts, taps } = state as { parts?: { id: string }[]; taps?: { id: string }[] };
    return (parts ?? taps ?? []).map((part): [string, number] => [
      `${name} of ${part.id}`,
      Buffer.byteLength(JSON.stringify(part)),
    ]);
  });
}

test('after 160 days no feature keeps more than 64 KB, and eleven restarts on the way changed nothing', () => {
  const whole = run(null);
  const spoke = new Set(whole.told.map((one) => one.split(' ')[1]!.split(':')[0]));
  expect(spoke.size).toBeGreaterThanOrEqual(6);
  const features = sizes(whole.states);
  expect(features.length).toBeGreaterThan(12);
  for (const [name, bytes] of features) expect(bytes, name).toBeLessThan(64 * 1024);
  // With all that stands beside the features: people, episodes.
  const all = Buffer.byteLength(JSON.stringify(whole.states));
  expect(all - features.reduce((sum, [, bytes]) => sum + bytes, 0)).toBeLessThan(64 * 1024);
  const cut = run(14.3);
  expect(cut.told).toEqual(whole.told);
  expect(sizes(cut.states)).toEqual(features);
}, 120_000);
