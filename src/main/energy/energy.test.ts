/** Energy through the whole service: what is read from a home without asking, and what is wrong with it. */
import type { Client } from '@tomte/sdk/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LinkedService, linkedService } from '../testing.ts';

let service: LinkedService;
let tomte: Client;
let home: string;

beforeAll(async () => {
  const isMissing = (id: string) => id === 'sensor.water_total';
  service = await linkedService({ days: 30, exclude: isMissing });
  tomte = service.tomte;
  home = service.home.id;
}, 120_000);
afterAll(() => service.close());

test('what the energy page names is read without a question, and whose word each figure is', async () => {
  const page = await tomte.energySetup({ home });
  expect(page.state).toBe('ready');
  expect(page.figures.map(({ what }) => what)).toEqual([
    'Bought from the grid',
    'Solar panels',
    'Water',
    'Price of a kWh',
  ]);
  for (const { from } of page.figures) expect(from).toMatch(/^Home Assistant’s energy page/);
});

test('a meter that the recorder leaves out is said, left out, and told by the doctor with its fix', async () => {
  const { faults, sentence } = await tomte.energySetup({ home });
  expect(faults).toMatchObject([
    { rule: 'not-kept', sensor: 'sensor.water_total', leftOut: true, answered: null },
  ]);
  expect(sentence).toMatch(/^3 sensors, \d+ days of past, 1 left out\.$/);
  const { findings } = await tomte.doctor({ home });
  const said = findings.find(({ id }) => id === 'sensor.not-kept.sensor.water_total');
  expect(said).toMatchObject({ level: 'warn', title: 'Water Total' });
  expect(said!.fix).toContain('recorder excludes');
});

test('a person’s word about a sensor counts at once, and can be taken back', async () => {
  const fault = { home, sensor: 'sensor.water_total', rule: 'not-kept' };
  const trusted = await tomte.answerSensor({ ...fault, answer: 'right' });
  expect(trusted.faults[0]).toMatchObject({ leftOut: false, answered: 'right' });
  const again = await tomte.answerSensor({ ...fault, answer: null });
  expect(again.faults[0]).toMatchObject({ leftOut: true, answered: null });
  const other = tomte.answerSensor({ ...fault, rule: 'unit', answer: 'right' });
  await expect(other).rejects.toMatchObject({ code: 'energy.fault_not_found' });
});

test('the price of the energy page is taken, and one number sets taxes and fees right', async () => {
  const read = await tomte.energyPrices({ home });
  expect(read.tariff).toMatchObject({ name: 'fixed', by: 'home' });
  expect(read.check!.text).toMatch(
    /^At \d\d:00 you pay 25\.0 ct\/kWh\. Is that what your supplier shows\?$/,
  );
  expect(read.check!.confirmed).toBe(false);
  expect(read.selling).toContain('counts as nothing');
  const covered = read.rates.reduce(
    (sum, { start, end }) => sum + Date.parse(end) - Date.parse(start),
    0,
  );
  expect(covered).toBe(60 * 3_600_000);

  const set = await tomte.confirmPrice({ home, at: read.check!.at, perKWh: 0.314 });
  expect(set.check).toMatchObject({ confirmed: true });
  expect(set.check!.perKWh).toBeCloseTo(0.314);
  for (const { buy } of set.rates) expect(buy).toBeCloseTo(0.314);
});

test('a person chooses a tariff; what comes on top is asked anew, and wrong settings are named', async () => {
  const kinds = await tomte.listTariffs({ home });
  expect(kinds.find(({ name }) => name === 'periods')!.fits).toBe(true);
  expect(kinds.find(({ name }) => name === 'tibber')!.fits).toBe(false);
  const periods = [{ from: '22:00', to: '06:00', perKWh: 0.2 }];
  const settings = { perKWh: 0.3, sellPerKWh: 0.08, periods };
  const chosen = await tomte.setTariff({ home, tariff: 'periods', settings });
  expect(chosen.tariff).toMatchObject({ name: 'periods', by: 'person', settings });
  expect(chosen.check!.confirmed).toBe(false);
  expect(new Set(chosen.rates.map(({ buy }) => buy))).toEqual(new Set([0.2, 0.3]));
  expect(chosen.rates.every(({ sell }) => sell === 0.08)).toBe(true);
  await expect(
    tomte.setTariff({ home, tariff: 'periods', settings: { perKWh: 'dear' } }),
  ).rejects.toMatchObject({ code: 'energy.tariff_invalid' });
  await expect(tomte.setTariff({ home, tariff: 'none-such' })).rejects.toMatchObject({
    code: 'energy.tariff_not_found',
  });
});

test('what the highest power of a month costs is kept, said, and taken back', async () => {
  const set = await tomte.setPeak({ home, peak: { perKw: 4.5 } });
  expect(set.peak).toMatchObject({ perKw: 4.5, minutes: 15 });
  expect(set.peak!.text).toMatch(
    /^The highest 15 minutes of a month cost 4\.50 EUR a kW\. The highest hour of this month was .*kW so far\.$/,
  );
  await expect(tomte.setPeak({ home, peak: { perKw: -1 } })).rejects.toMatchObject({
    code: 'api.invalid',
  });
  expect((await tomte.setPeak({ home, peak: null })).peak).toBeNull();
});

test('a source that fails leaves the prices it told, with the reason beside them', async () => {
  const closed = { country: 'de', url: 'http://127.0.0.1:9/' };
  const page = await tomte.setTariff({ home, tariff: 'awattar', settings: closed });
  expect(page.error).toMatchObject({ code: 'connect.unreachable' });
  expect(page.rates.length).toBeGreaterThan(0);
  const back = await tomte.setTariff({ home, tariff: null });
  expect(back.tariff).toMatchObject({ name: 'fixed', by: 'home' });
});

test('use and sun are foreseen two days on, with bands; the story adds up', async () => {
  const page = await tomte.energyForecast({ home });
  expect([page.load.length, page.solar.length]).toEqual([48, 48]);
  for (const { low, expected, high } of [...page.load, ...page.solar]) {
    expect(low <= expected && expected <= high).toBe(true);
  }
  expect(page.sentence).toMatch(/^About [\d.]+ kWh until \d\d:00 tomorrow; the panels make about/);
  expect(page.came).toHaveLength(24);
  const story = await tomte.energyStory({ home });
  expect(story.sentence).toMatch(/^Your home uses [\d.]+ kWh a day/);
  expect(story.baseLoad!.nowW).toBeGreaterThan(100);
});
