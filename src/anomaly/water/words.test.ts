import { expect, test } from 'vitest';
import { type Baseline, emptyBaseline, learnHour } from '../baseline.ts';
import { hourMs, localHours, minuteMs } from '../local-hour.ts';
import { at, zone } from './testing.ts';
import { type Told, wordOver, wordWater } from './words.ts';

const since = at('2026-11-20T12:10:00Z');
const local = localHours(zone);
const days = (peak: number | null): Baseline => {
  const baseline = emptyBaseline();
  for (let t = since - 40 * 24 * hourMs; t < since; t += hourMs) {
    learnHour(baseline, local(t), local(t).hour === 13 ? 0.9 : 0, peak);
  }
  return baseline;
};
const told = (part: Partial<Told> = {}): Told => ({
  rule: 'pouring',
  since,
  until: since + 2 * minuteMs,
  now: since + 2 * minuteMs,
  lpm: 20,
  litres: 40,
  zone,
  shown: { volume: 'L', flow: 'L/min', litres: 1 },
  baseline: days(5.6),
  at: local(since),
  people: null,
  notTheCause: [],
  slowMinutes: null,
  dryMs: 10 * minuteMs,
  ...part,
});

test('a rate is set beside the highest rate of this hour, and says that it is of this hour', () => {
  const { lines, facts } = wordWater(told());
  expect(lines[0]).toBe('Highest at this hour in 41 days: 5.6 L/min');
  expect(facts.usually).toBe('0; highest at this hour in 41 days 5.6 L/min');
});

test('where only hours are known, litres are set beside litres', () => {
  const { lines, facts } = wordWater(told({ baseline: days(null) }));
  const most = '0.9 L in the whole hour (now 40 L in 2 min)';
  expect(lines[0]).toBe(`Highest at this hour in 41 days: ${most}`);
  expect(facts.usually).toBe(`0; highest at this hour in 41 days ${most}`);
});

test('hours on end are set beside an hour, not beside a rate', () => {
  const { lines } = wordWater(told({ rule: 'hours' }));
  expect(lines[0]).toBe('Highest at this hour in 41 days: 0.9 L in the whole hour');
});

test('what to do is no cause', () => {
  const { facts } = wordWater(told());
  expect(facts.probably).toBeNull();
  expect(facts.check).toBe('Close the main tap');
  expect(wordWater(told({ rule: 'unbroken', lpm: 0.4 })).facts.probably).toBe(
    'A toilet cistern: 0.4 L/min, steady',
  );
});

test('when it is over nobody is asked to close the main tap', () => {
  expect(wordOver(told()).facts.check).toBe('Look where the water came from');
});
