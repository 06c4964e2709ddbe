import { describe, expect, test } from 'vitest';
import { minuteMs } from './local-hour.ts';
import { hearPerson, keepOnly, nobodyKnown, peopleSentence } from './people.ts';
import { peopleSensors } from './people-sensors.ts';
import { at, entity, feed, flow, motion, openWatch, say, zone } from './water/testing.ts';

const now = at('2026-11-21T12:00:00Z'); // 13:00 in Amsterdam
const ago = (minutes: number) => now - minutes * minuteMs;
const heard = (...said: [id: string, v: string, minutesAgo: number][]) => {
  const people = nobodyKnown();
  for (const [id, v, minutes] of said) hearPerson(people.motion, { id, v, t: ago(minutes) });
  return peopleSentence(people, now, zone);
};

describe('motion', () => {
  test('that has just begun is somebody moving', () => {
    expect(heard(['hall', 'off', 90], ['hall', 'on', 5])).toBe('Somebody is moving in the house.');
  });

  test('that began twenty minutes ago was somebody moving then', () => {
    expect(heard(['hall', 'off', 90], ['hall', 'on', 20])).toBe('Somebody moved at 12:40.');
  });

  test('of a sensor that has been on since the start tells nothing', () => {
    expect(heard(['hall', 'on', 3])).toBeNull();
    expect(heard(['hall', 'on', 3], ['hall', 'unavailable', 2], ['hall', 'on', 1])).toBeNull();
  });

  test('of a sensor that is on for long tells neither that somebody moves nor that nobody does', () => {
    expect(heard(['hall', 'off', 90], ['hall', 'on', 40])).toBeNull();
    expect(heard(['hall', 'off', 90], ['hall', 'on', 40], ['bath', 'off', 60])).toBeNull();
  });

  test('of a sensor stuck for a day leaves the others to speak', () => {
    const stuck = ['hall', 'on', 24 * 60] as [string, string, number];
    expect(heard(stuck, ['bath', 'off', 60])).toBe('Nobody has moved since 12:00.');
    expect(heard(stuck, ['bath', 'off', 60], ['bath', 'on', 2])).toBe(
      'Somebody is moving in the house.',
    );
  });
});

test('sensors outdoors say nothing of the house', () => {
  const sensor = (id: string, area: string | null = null) =>
    entity(`binary_sensor.${id}`, { deviceClass: 'motion', area });
  const outdoors = [
    sensor('movement_backyard'),
    sensor('front_porch_motion'),
    sensor('motion_3', 'Garden'),
    sensor('gate_motion'),
    sensor('motion_4', 'Einfahrt'),
  ];
  const indoors = [sensor('hall'), sensor('motion_5', 'Living room'), sensor('floor_investigate')];
  expect(peopleSensors([...outdoors, ...indoors]).motion).toEqual(indoors.map((e) => e.id));
});

test('a sensor that is no longer listened to is forgotten', () => {
  const kept = { hall: { v: 'on', at: 1 }, backyard: { v: 'on', at: 1 } };
  keepOnly(kept, new Set(['hall']));
  expect(Object.keys(kept)).toEqual(['hall']);
});

test('an alert does not invent somebody who moves', () => {
  const backyard = entity('binary_sensor.movement_backyard', { deviceClass: 'motion' });
  const watch = openWatch({ entities: [flow, motion, backyard] });
  const night = at('2026-11-21T00:40:00Z');
  const found = feed(
    watch,
    [say(night, 'on', backyard.id), say(night, 'on', motion.id), say(night, 0.5)],
    night + 46 * minuteMs,
  );
  expect(found[0]!.facts.around).toEqual(['No restart and no gap']);
  expect(found[0]!.text).not.toContain('Somebody');
});
