import { expect, test } from 'vitest';
import { systemClock } from '../lib/clock.ts';
import { openGuesses } from './guesses.ts';

test('who guesses wrong five times waits, others do not, and a minute later it may try again', () => {
  let now = 0;
  const guesses = openGuesses({ ...systemClock, now: () => now });
  for (let n = 0; n < 5; n++) guesses.count('192.168.1.7');
  expect(() => guesses.count('192.168.1.7')).toThrow('Too many wrong passwords');
  expect(() => guesses.count('192.168.1.8')).not.toThrow();
  now = 60_001;
  expect(() => guesses.count('192.168.1.7')).not.toThrow();
});

test('right passwords are no guesses', () => {
  const guesses = openGuesses({ ...systemClock, now: () => 0 });
  for (let n = 0; n < 20; n++) guesses.count('192.168.1.7')();
  expect(() => guesses.count('192.168.1.7')).not.toThrow();
});
