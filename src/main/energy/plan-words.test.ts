import { expect, test } from 'vitest';
import { nowInstead } from './plan-words.ts';

test('what waits says what now would cost: never nothing for what is less than a cent', () => {
  expect(nowInstead(0.41, 'EUR')).toBe('Now instead would cost 0.41 EUR more.');
  expect(nowInstead(0.0018, 'EUR')).toBe('Now instead would cost less than a cent more.');
  expect(nowInstead(0, 'EUR')).toMatch(/a plan that was told is kept to/);
});
