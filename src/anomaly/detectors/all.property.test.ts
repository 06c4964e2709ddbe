import type { DetectorDefinition } from '@tomte/sdk/define';
import type { Reading } from '@tomte/sdk/home';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { minuteMs } from '../local-hour.ts';
import { at, entity, expectFit, maja, open, sensor } from '../testing.ts';
import battery from './battery.ts';
import cold from './cold.ts';
import doors from './doors.ts';
import general from './general.ts';
import motion from './motion.ts';
import power from './power.ts';
import safety from './safety.ts';
import silence from './silence.ts';

const entities = [
  sensor('sensor.freezer_temperature', 'temperature', '°C', 'Freezer temperature'),
  sensor('sensor.house_power', 'power', 'W', 'House power'),
  sensor('sensor.iron_power', 'power', 'W', 'Iron power'),
  sensor('sensor.lock_battery', 'battery', '%', 'Lock battery'),
  { ...sensor('sensor.noise', 'sound_pressure', 'dB', 'Noise'), labels: ['tomte'] },
  sensor('sensor.bath_temperature', 'temperature', '°F', 'Bath temperature'),
  entity('binary_sensor.door', {
    deviceClass: 'door',
    name: 'A door with a name that is far too long for any phone',
  }),
  entity('binary_sensor.hall', { deviceClass: 'motion', name: 'Hall' }),
  entity('binary_sensor.smoke', { deviceClass: 'smoke', name: 'Smoke' }),
  maja,
];
const value = fc.oneof(
  fc.constantFrom('on', 'off', 'unavailable', 'unknown', 'home', 'not_home', ''),
  fc.double({ min: -60, max: 4000, noNaN: true }),
);
/** Any words of any of them over days, up to the night the clocks change and beyond. */
const stream = fc
  .array(
    fc.tuple(fc.integer({ min: 1, max: 300 * minuteMs }), fc.nat(entities.length - 1), value),
    { maxLength: 120 },
  )
  .map((steps) => {
    let t = at('2026-10-22T20:00:00Z');
    return steps.map(([wait, which, v]): Reading => {
      t += wait;
      return { t, id: entities[which]!.id, v };
    });
  });

const detectors: Record<string, DetectorDefinition> = {
  battery,
  cold,
  doors,
  general,
  motion,
  power,
  safety,
  silence,
};

describe.each(Object.entries(detectors))('%s, whatever the sensors say', (_name, detector) => {
  const picked = new Set(detector.picks(entities));
  const heard = (readings: readonly Reading[]) => readings.filter((one) => picked.has(one.id));

  test('a restart in the middle changes nothing, and episodes are raised once and end once', () => {
    fc.assert(
      fc.property(stream, fc.nat(120), (all, cut) => {
        const readings = heard(all);
        const whole = open(detector, { entities });
        const found = readings.flatMap((one) => whole.read(one));
        const first = open(detector, { entities });
        const before = readings.slice(0, cut).flatMap((one) => first.read(one));
        const state = JSON.parse(JSON.stringify(first.save())) as unknown;
        const next = open(detector, { entities, state });
        const after = readings.slice(cut).flatMap((one) => next.read(one));
        expect([...before, ...after]).toEqual(found);
        const isOpen = new Set<string>();
        for (const one of found) {
          expectFit(one);
          expect(isOpen.has(one.episode)).toBe(one.kind !== 'raised');
          if (one.kind === 'raised') isOpen.add(one.episode);
          if (one.kind === 'cleared') isOpen.delete(one.episode);
        }
        expect(JSON.stringify(whole.save()).length).toBeLessThan(64 * 1024);
      }),
      { numRuns: 40 },
    );
  });
});
