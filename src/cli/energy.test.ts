import type { Tomte } from '@tomte/sdk/operations';
import type { EnergyLedgerPage, EnergyPricesPage, EnergySetupPage } from '@tomte/sdk/types-energy';
import { expect, test, vi } from 'vitest';
import { home, tomte } from './testing.ts';

const listHomes: Tomte['listHomes'] = async () => [home];
const at = '2026-11-27T17:00:00.000Z';
const setup: EnergySetupPage = {
  ...{
    home: 'cabin',
    asOf: at,
    state: 'ready',
    sentence: '3 sensors, 60 days of past, 1 left out.',
  },
  figures: [{ what: 'Solar panels', value: 'Roof', from: 'Home Assistant’s energy page' }],
  faults: [
    {
      ...{ rule: 'unit', sensor: 'sensor.heat', name: 'Heat', leftOut: true, answered: null },
      ...{ evidence: 'It says 2,400 kW.', consequence: 'Too much.', fix: 'Probably W.' },
      answer: 'It is W',
    },
  ],
  unknown: [],
};
const prices: EnergyPricesPage = {
  ...{ home: 'cabin', currency: 'EUR', asOf: at, sentence: 'A kWh costs 31.4 ct/kWh now.' },
  tariff: { name: 'fixed', title: 'One price', by: 'person', settings: {} },
  check: { at, perKWh: 0.314, text: 'At 18:00 you pay 31.4 ct/kWh. Is that…?', confirmed: false },
  rates: [{ start: at, end: '2026-11-27T18:00:00.000Z', buy: 0.314, sell: 0, assumed: true }],
  ...{ assumed: 'Not out yet.', assumedFrom: at, selling: null, peak: null, error: null },
};

test('what is known and what is wrong is told, with the command that sets it right', async () => {
  const ran = await tomte('energy', { listHomes, energySetup: async () => setup });
  expect(ran.code).toBe(0);
  expect(ran.out).toContain('tomte energy answer sensor.heat unit true');
  const answerSensor = vi.fn<Tomte['answerSensor']>(async () => setup);
  await tomte('energy answer sensor.heat unit undo', { listHomes, answerSensor });
  expect(answerSensor).toHaveBeenCalledWith({
    ...{ home: 'cabin', sensor: 'sensor.heat', rule: 'unit', answer: null },
  });
});

test('the one number goes to the hour that is asked', async () => {
  const confirmPrice = vi.fn<Tomte['confirmPrice']>(async () => prices);
  const ran = await tomte('energy price 0.329', {
    ...{ listHomes, confirmPrice },
    energyPrices: async () => prices,
  });
  expect(confirmPrice).toHaveBeenCalledWith({ home: 'cabin', at, perKWh: 0.329 });
  expect(ran.out).toContain('31.4 ct/kWh  assumed');
});

test('a tariff is chosen with its settings, or given back', async () => {
  const setTariff = vi.fn<Tomte['setTariff']>(async () => prices);
  await tomte('energy tariff fixed --set perKWh=0.32', { listHomes, setTariff });
  await tomte('energy tariff none', { listHomes, setTariff });
  expect(setTariff.mock.calls).toEqual([
    [{ home: 'cabin', tariff: 'fixed', settings: { perKWh: 0.32 } }],
    [{ home: 'cabin', tariff: null, settings: {} }],
  ]);
});

test('what was saved is told by device and day, a loss with its reason', async () => {
  const row = { paid: 1, usual: 1.5, saved: 0.5, low: 0.2, high: 0.8 };
  const ledger: EnergyLedgerPage = {
    ...{ home: 'cabin', asOf: at, currency: 'EUR', since: '2026-11-25', until: '2026-11-26' },
    ...{ sentence: 'Since 25 Nov, 0.50 EUR less.', baseline: 'Held against …', ...row },
    lost: { days: 1, money: 0.1 },
    devices: [
      {
        ...{ kind: 'device', sensor: 's.car', name: 'Car', runs: 2, kWh: 9, ...row },
        habit: 'Usually at 19:00.',
      },
      {
        ...{ kind: 'battery', sensor: 's.out', name: 'Home battery', runs: 2, kWh: 9, ...row },
        habit: 'Held against following the house by itself.',
      },
    ],
    days: [
      { day: '2026-11-26', saved: -0.1, low: -0.2, high: 0, text: 'Car: 31.2 ct/kWh; …' },
      { day: '2026-11-25', saved: null, low: null, high: null, text: null },
    ],
    left: [{ kind: 'device', sensor: 's.w', name: 'Washer', why: 'Not known yet.', runs: 1 }],
  };
  const ran = await tomte('energy ledger', { listHomes, energyLedger: async () => ledger });
  expect(ran.code).toBe(0);
  expect(ran.out).toMatch(/Car +0\.50 EUR \(0\.20–0\.80\) +2 runs +Usually at 19:00\./);
  expect(ran.out).toMatch(/Home battery +0\.50 EUR \(0\.20–0\.80\) +2 days +Held against/);
  expect(ran.out).toMatch(/2026-11-26 +−0\.10 EUR +Car: 31\.2 ct\/kWh/);
  expect(ran.out).not.toContain('2026-11-25 ');
  expect(ran.out).toContain('Washer, 1 run: Not known yet.');
});

test.each([
  'energy prices now',
  'energy answer sensor.heat',
  'energy toString',
  'energy price dear',
])('%s is wrong use', async (line) => {
  const ran = await tomte(line, { listHomes, energyPrices: async () => prices });
  expect(ran.code).toBe(2);
  expect(ran.err).not.toBe('');
});

test('other ways are told with their money, and who chose which', async () => {
  const way = (id: 'cheapest' | 'quiet', more: number) => ({
    ...{ id, title: id === 'quiet' ? 'Nothing runs at night' : 'Cheapest', more, cost: 1 + more },
    ...{ text: `${more.toFixed(2)} EUR more.`, starts: [] },
  });
  const chooseSchedule = vi.fn<Tomte['chooseSchedule']>(async () => ({
    ...{ home: 'cabin', asOf: at, currency: 'EUR', slots: [] },
    options: [way('cheapest', 0), way('quiet', 0.4)],
    ...{ chosen: 'quiet', decidedBy: 'model', reason: 'You sleep lightly.' },
  }));
  const ran = await tomte('plan --ways --wish lightly', { listHomes, chooseSchedule });
  expect(ran.code).toBe(0);
  expect(chooseSchedule).toHaveBeenCalledWith({ home: 'cabin', wish: 'lightly' });
  expect(ran.out).toMatch(/chosen +quiet +Nothing runs at night\. 0\.40 EUR more\./);
  expect(ran.out).toContain('Chosen by your model: You sleep lightly.');
});
