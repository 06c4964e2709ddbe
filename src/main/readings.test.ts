import { expect, test } from 'vitest';
import { toReading } from './readings.ts';

test('a state that is a number becomes one, every other stays the home’s word', () => {
  const of = (state: string) => toReading({ entityId: 'sensor.w', state }, 1).v;
  expect(['7', '-0.5', '1e3', '.5'].map(of)).toEqual([7, -0.5, 1000, 0.5]);
  for (const word of ['unavailable', '', '7 L', '0x10', 'Infinity', '1e999']) {
    expect(of(word)).toBe(word);
  }
});
