import { expect, test } from 'vitest';
import { nowInstead, peakWords } from './plan-words.ts';

test('what waits says what now would cost: never nothing for what is less than a cent', () => {
  const say = (more: number, kept = true) => nowInstead(more, { currency: 'EUR', kept });
  expect(say(0.41)).toBe('Now instead would cost 0.41 EUR more.');
  expect(say(0.0018)).toBe('Now instead would cost less than a cent more.');
  // What costs the same says why it waits all the same, or that it need not.
  expect(say(0)).toBe('Now would cost the same; it stays at the time that was told before.');
  expect(say(0, false)).toBe('Now would cost the same: have it when it suits you.');
});

test('what the price of the highest power changed is told with both sides', () => {
  const held = { heldW: 4_210, freeW: 9_100, saves: 22.05, costsMore: 0.31 };
  expect(peakWords(held, 'EUR')).toBe(
    'At most 4.2 kW are drawn at a time, not 9.1 kW: 22.05 EUR less for the highest power of the month, for 0.31 EUR more of power.',
  );
  expect(peakWords({ ...held, costsMore: 0 }, 'EUR')).toMatch(/of the month\.$/);
});
