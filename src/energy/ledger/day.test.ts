import { expect, test } from 'vitest';
import { dayMs, evenSlots, hourMs } from '../series.ts';
import { type DayInput, ledgerDay } from './day.ts';
import { totalOf } from './ledger.ts';
import { habitOf, runsOf } from './runs.ts';
import { habitWords, ledgerSentence, lossWords } from './words.ts';

const zone = 'Europe/Berlin';
const today = Date.UTC(2026, 10, 26, 23);
const at = (hour: number) => hour * hourMs;
/** kWh of the hours from four weeks before to a day after; idle but where said. */
const hours = (kWhAt: (hour: number, day: number) => number) =>
  new Map(
    Array.from({ length: 30 * 24 }, (_, n) => {
      const t = today - 28 * dayMs + n * hourMs;
      return [t, kWhAt(n % 24, Math.floor(n / 24) - 28)] as const;
    }),
  );
const evenings = hours((hour, day) =>
  day < 0 ? (hour === 19 || hour === 20 ? 0.6 : 0) : hour === 2 || hour === 3 ? 0.6 : 0,
);
const common: Omit<DayInput, 'devices'> = {
  ...{ from: today, to: today + dayMs, zone, sell: [], solar: new Map(), house: new Map() },
  mayWait: true,
  buy: evenSlots(today - dayMs, today + 2 * dayMs, hourMs).map((slot) => ({
    ...slot,
    value: (slot.start - today + 2 * dayMs) % dayMs < at(6) ? 0.1 : 0.4,
  })),
};
const habit = habitOf(evenings, { from: today - 28 * dayMs, to: today, zone });
const dish = { device: 'dish', name: 'Dishwasher', kWh: evenings, habit };

test('a habit is the hours in which a device began', () => {
  expect(habit).toHaveLength(28);
  expect(new Set(habit)).toEqual(new Set([at(19)]));
  expect(habitWords(habit!)).toBe('Usually at 19:00, by 28 runs before.');
  const once = hours((hour, day) => (hour === 5 && day === -3 ? 1 : 0));
  expect(habitOf(once, { from: today - 28 * dayMs, to: today, zone })).toBeNull();
});

test('what ran at night instead of the evening saved the difference, from measured hours alone', () => {
  const [row] = ledgerDay({ ...common, devices: [dish] })!;
  expect(row).toMatchObject({ device: 'dish', runs: 1, why: null });
  expect(row!.kWh).toBeCloseTo(1.2);
  expect(row!.money!.paid).toBeCloseTo(0.12);
  expect(row!.money!.usual).toBeCloseTo(0.48);
});

test('a run that may still go on makes the day wait', () => {
  const cut = new Map([...evenings].filter(([t]) => t < today + at(4)));
  expect(runsOf(cut, common)).toMatchObject([{ start: today + at(2), ended: false }]);
  const devices = [{ ...dish, kWh: cut }];
  expect(ledgerDay({ ...common, devices })).toBeNull();
  // What does not come in two days never comes.
  expect(ledgerDay({ ...common, devices, mayWait: false })).toMatchObject([{ runs: 1, why: null }]);
});

test('hours that an integration brings in late are waited for, not taken for idle ones', () => {
  const late = new Map([...evenings].filter(([t]) => t < today));
  expect(ledgerDay({ ...common, devices: [{ ...dish, kWh: late }] })).toBeNull();
  const gone = new Map([...evenings].filter(([t]) => t < today - 3 * dayMs));
  expect(ledgerDay({ ...common, devices: [{ ...dish, kWh: gone }] })).toEqual([]);
});

test('what cannot be held against anything says why, without money', () => {
  const always = hours((hour, day) => (day >= 0 && hour > 0 ? 0.5 : day >= 0 ? 0 : 0.5));
  const rows = ledgerDay({
    ...common,
    devices: [
      { ...dish, habit: null },
      { device: 'heat', name: 'Heat pump', kWh: always, habit: [at(1), at(2), at(3)] },
    ],
  })!;
  expect(rows.map(({ money, why }) => [money, why])).toEqual([
    [null, 'When it usually ran is not known yet.'],
    [null, 'It ran more than 12 hours at a time.'],
  ]);
  const unpriced = ledgerDay({ ...common, buy: [], devices: [dish] })!;
  expect(unpriced[0]!.why).toBe('What the hours cost is not known.');
});

test('sun that was left over costs what it would have brought', () => {
  const noon = hours((hour, day) => (day >= 0 && hour === 12 ? 1 : 0));
  const solar = new Map([[today + at(12), 3]]);
  const house = new Map([[today + at(12), 1.5]]);
  const sell = [{ start: today - dayMs, end: today + 2 * dayMs, value: 0.08 }];
  const device = { device: 'wash', name: 'Washer', kWh: noon, habit: [at(19), at(19), at(19)] };
  const [row] = ledgerDay({ ...common, solar, house, sell, devices: [device] })!;
  expect(row!.money!.paid).toBeCloseTo(0.08);
});

test('the words say less, more, or that it is not sure', () => {
  const where = { since: '30 Oct', currency: 'EUR', battery: false };
  const row = (saved: number, apart: number) => ({
    ...{ load: 'a', name: 'A', paid: 1, usual: 1 + saved, saved },
    ...{ low: saved - apart, high: saved + apart },
  });
  const say = (saved: number, apart: number) => ledgerSentence(totalOf([row(saved, apart)]), where);
  expect(say(3, 1)).toBe('Since 30 Oct, 3.00 EUR less than at its usual hours (2.00–4.00).');
  expect(say(-3, 1)).toBe('Since 30 Oct, 3.00 EUR more than at its usual hours (2.00–4.00).');
  expect(say(0.2, 1)).toMatch(
    /^Since 30 Oct, about as much as at its usual hours: 0\.20 EUR less \(−0\.80 to 1\.20\)/,
  );
  expect(say(0, 0)).toMatch(/^Since 30 Oct, everything ran at its usual hours/);
  expect(ledgerSentence(null, where)).toMatch(/^Not sure yet/);
  expect(lossWords({ kind: 'device', name: 'Car', kWh: 10, paid: 3.12, usual: 2.49 }, 'EUR')).toBe(
    'Car: 31.2 ct/kWh; its usual hours cost 24.9 ct/kWh.',
  );
});
