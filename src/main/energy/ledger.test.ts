/** The ledger through the whole service: from the recorded past alone, kept day by day. */
import type { Client } from '@tomte/sdk/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LinkedService, linkedService } from '../testing.ts';

let service: LinkedService;
let tomte: Client;
let home: string;

beforeAll(async () => {
  service = await linkedService({
    ...{ days: 60, living: false },
    options: { richEnergy: true, homeBattery: true },
  });
  tomte = service.tomte;
  home = service.home.id;
}, 120_000);
afterAll(() => service.close());

const sumOf = (values: readonly (number | null)[]) =>
  values.reduce<number>((sum, value) => sum + (value ?? 0), 0);

test('four weeks of the recorded past are held against the four before, by device and by day', async () => {
  const page = await tomte.energyLedger({ home });
  expect(page.days.length).toBeGreaterThanOrEqual(26);
  expect(page.devices.map(({ name }) => name).sort()).toEqual([
    ...['Car', 'Dishwasher', 'Home battery'],
  ]);
  expect(page.baseline).toMatch(/^Held against when 2 devices began to run from/);
  for (const device of page.devices) {
    expect(device.saved).toBeCloseTo(device.usual - device.paid);
    expect(device.low <= device.saved && device.saved <= device.high).toBe(true);
    expect(device.habit).toMatch(
      device.kind === 'battery' ? /by itself/ : /^Usually at \d\d:00, by \d+ runs before\.$/,
    );
    expect(device.kWh).toBeGreaterThan(0);
  }
  expect(page.saved).toBeCloseTo(sumOf(page.devices.map(({ saved }) => saved)));
  expect(page.saved).toBeCloseTo(sumOf(page.days.map(({ saved }) => saved)));
  expect(page.sentence).toMatch(/^Since \d+ \w+, /);
});

test('a battery on a timer lost against following the house, won on some days, and both are told', async () => {
  const page = await tomte.energyLedger({ home });
  const battery = page.devices.find(({ kind }) => kind === 'battery')!;
  expect(battery.runs).toBe(page.days.length);
  expect(battery.high).toBeLessThan(0);
  expect(page.days.some(({ saved }) => saved! > 0)).toBe(true);
  expect(page.baseline).toContain('The battery is held against following the house by itself');
  const lost = page.days.flatMap(({ text }) => text ?? []);
  expect(lost.some((text) => text.startsWith('Home battery: by itself it would have'))).toBe(true);
  expect(page.left).toEqual([]);
});

test('what was told of a day stands, whatever is said of prices or sensors later', async () => {
  const before = await tomte.energyLedger({ home });
  const prices = await tomte.energyPrices({ home });
  await tomte.confirmPrice({ home, at: prices.check!.at, perKWh: prices.check!.perKWh + 0.3 });
  const after = await tomte.energyLedger({ home });
  expect(after.days).toEqual(before.days);
  const week = await tomte.energyLedger({ home, days: 7 });
  expect(week.days).toEqual(before.days.slice(0, 7));
});
