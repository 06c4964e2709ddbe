import { expect, test } from 'vitest';
import { type LedgerKept, ledgerPage } from './ledger-page.ts';

const entry = (day: string, device: string, saved: number, why: string | null = null) => ({
  ...{ day, device, name: device, runs: 1, kwh: 2, why },
  kind: device === 'Home battery' ? ('battery' as const) : ('device' as const),
  ...(why === null
    ? { paid: 1, usual: 1 + saved, low: saved - 0.1, high: saved + 0.1 }
    : { paid: null, usual: null, low: null, high: null }),
});
const habit = { device: 'Car', starts: [19, 19, 20, 19, 18].map((hour) => hour * 3_600_000) };
const kept: LedgerKept = {
  ...{ asOf: Date.UTC(2026, 10, 27, 9), currency: 'EUR' },
  days: ['2026-11-26', '2026-11-25', '2026-11-24'],
  entries: [
    entry('2026-11-24', 'Car', 0.5),
    entry('2026-11-24', 'Washer', 0, 'When it usually ran is not known yet.'),
    entry('2026-11-26', 'Car', -0.3),
    entry('2026-11-26', 'Dishwasher', 0.05),
  ],
  habits: [{ ...habit, firstDay: '2026-10-27', lastDay: '2026-11-23' }],
};

test('a day that lost counts in the sum, and says what it lost by', () => {
  const page = ledgerPage('villa', 'Europe/Berlin', kept);
  expect(page).toMatchObject({ since: '2026-11-24', until: '2026-11-26' });
  expect(page.saved).toBeCloseTo(0.25);
  expect(page.lost).toEqual({ days: 1, money: expect.closeTo(0.25) });
  expect(page.days.map(({ day, saved }) => [day, saved])).toEqual([
    ['2026-11-26', expect.closeTo(-0.25)],
    ['2026-11-25', null],
    ['2026-11-24', expect.closeTo(0.5)],
  ]);
  expect(page.days[0]!.text).toBe('Car: 50.0 ct/kWh; its usual hours cost 35.0 ct/kWh.');
});

test('by device, with its habit; what could not be told stands apart', () => {
  const page = ledgerPage('villa', 'Europe/Berlin', kept);
  expect(page.devices.map(({ name, runs, kWh }) => [name, runs, kWh])).toEqual([
    ['Car', 2, 4],
    ['Dishwasher', 1, 2],
  ]);
  expect(page.devices[0]).toMatchObject({ habit: 'Usually at 19:00, by 5 runs before.' });
  expect(page.left).toEqual([
    {
      ...{ kind: 'device', sensor: 'Washer', name: 'Washer', runs: 1 },
      why: 'When it usually ran is not known yet.',
    },
  ]);
  expect(page.baseline).toBe(
    'Held against when 1 device began to run from 27 Oct to 23 Nov, at the prices of the same day; whoever moved it.',
  );
});

test('before a day is over there is nothing to tell', () => {
  const page = ledgerPage('villa', 'Europe/Berlin', { ...kept, days: [], entries: [], habits: [] });
  expect(page.sentence).toMatch(/^Not sure yet/);
  expect(page).toMatchObject({ since: null, baseline: null, devices: [], days: [] });
});

test('the battery stands by its name, with what it is held against and what it lost by', () => {
  const entries = [entry('2026-11-26', 'Home battery', -0.42), entry('2026-11-24', 'Car', 0.3)];
  const page = ledgerPage('villa', 'Europe/Berlin', { ...kept, entries });
  expect(page.sentence).toMatch(/usual hours with the battery by itself: 0\.12 EUR more \(/);
  expect(page.devices.map(({ name, kind, habit }) => [name, kind, habit])).toEqual([
    ['Car', 'device', 'Usually at 19:00, by 5 runs before.'],
    ['Home battery', 'battery', 'Held against following the house by itself.'],
  ]);
  expect(page.baseline).toContain('following the house by itself');
  expect(page.baseline).toContain('wear at 2.0 ct/kWh');
  expect(page.days[0]!.text).toBe('Home battery: by itself it would have cost 0.42 EUR less.');
});
