import { expect, test } from 'vitest';
import { evenSlots, hourMs } from '../series.ts';
import { from, madeHome, meterRows, now, zone } from '../testing.ts';
import { storyOf } from './story.ts';
import { savingWords, storyLines, storySentence } from './words.ts';

const home = madeHome();
const meter = (statistic: string, name: string) => ({
  ...{ statistic, name, role: 'device' as const, of: null },
});
/** Dear by day, cheap at night from 1 to 5. */
const rates = evenSlots(from, now, hourMs).map((slot, n) => ({
  ...slot,
  value: n % 24 >= 1 && n % 24 < 5 ? 0.1 : 0.4,
}));
const byHour = (kWh: readonly number[]) =>
  new Map(kWh.map((value, n) => [from + n * hourMs, value]));

/** One run of two hours a day, at 19 o'clock. */
const dish = home.used!.map((_, n) => (n % 24 === 19 || n % 24 === 20 ? 0.6 : 0));

function story(o: { hours?: Map<string, readonly number[]>; house?: readonly number[] } = {}) {
  const hours = o.hours ?? new Map([['dish', dish]]);
  return storyOf({
    meters: [...hours.keys()].map((id) => meter(id, id === 'dish' ? 'Dishwasher' : id)),
    hours: new Map([...hours].map(([id, kWh]) => [id, meterRows(kWh)])),
    house: byHour(o.house ?? home.used!.map((kWh, n) => kWh + dish[n]!)),
    blocked: new Set(),
    ...{ rates, meanPrice: 0.3, now, zone },
  });
}

test('what is used a day, by the hour and the weekday, adds up', () => {
  const told = story();
  const all = home.used!.reduce((sum, kWh, n) => sum + kWh + dish[n]!, 0) / 30;
  expect(told.perDay).toBeCloseTo(all);
  expect(told.byHour.reduce((sum: number, kWh) => sum + kWh!, 0)).toBeCloseTo(all);
  expect(told.byWeekday).toHaveLength(7);
  expect(told.before).toBeNull();
  expect(storySentence(told)).toMatch(/^Your home uses \d+ kWh a day, by the last 30 days\.$/);
});

test('the run of every evening is worth moving to the cheap hours, with its money', () => {
  const [first] = story().savings;
  expect(first).toMatchObject({ kind: 'shift', name: 'Dishwasher', from: 19, to: 1, days: 30 });
  // 1.2 kWh a day, 0.30 less each.
  expect(first!.perMonth).toBeCloseTo(1.2 * 0.3 * 30, 1);
  expect(first!.low).toBeLessThanOrEqual(first!.perMonth);
  const { title, text } = savingWords(first!, 'EUR');
  expect(title).toBe('Dishwasher at 01:00 instead of 19:00');
  expect(text).toMatch(/^Saves about 10\.80 EUR a month \(\d+\.\d\d–\d+\.\d\d\)/);
});

test('with one price at all hours there is nothing to move', () => {
  const flat = rates.map((rate) => ({ ...rate, value: 0.3 }));
  const told = storyOf({
    meters: [meter('dish', 'Dishwasher')],
    hours: new Map([['dish', meterRows(dish)]]),
    house: byHour(home.used!),
    blocked: new Set(),
    ...{ rates: flat, meanPrice: 0.3, now, zone },
  });
  expect(told.savings).toEqual([]);
});

test('what began to run day and night is found, and what it costs a year', () => {
  const risen = home.used!.map((kWh, n) => 0.3 + kWh * 0.3 + (n >= 23 * 24 ? 0.15 : 0));
  const told = story({ house: risen });
  expect(told.baseLoad!.nowW - told.baseLoad!.beforeW!).toBeGreaterThan(120);
  expect(told.savings.map(({ kind }) => kind)).toContain('base-load');
  expect(storyLines(told, 'EUR')[0]).toMatch(/W run day and night, about .* EUR a year; .* W more/);
});

test('a sensor that is left out is in no part of the story', () => {
  const told = storyOf({
    meters: [meter('dish', 'Dishwasher')],
    hours: new Map([['dish', meterRows(dish)]]),
    house: byHour(home.used!),
    blocked: new Set(['dish']),
    ...{ rates, meanPrice: 0.3, now, zone },
  });
  expect([told.devices, told.savings]).toEqual([[], []]);
});

test('a home without a past says so', () => {
  const told = storyOf({
    ...{ meters: [], hours: new Map(), house: new Map(), blocked: new Set() },
    ...{ rates: [], meanPrice: null, now, zone },
  });
  expect(storySentence(told)).toMatch(/^Not sure yet/);
  expect(told).toMatchObject({ perDay: null, baseLoad: null, devices: [], savings: [] });
});
