/** A real Home Assistant: set up from its energy page with no question, and five faults that a person planted. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@tomte/sdk/client';
import { expect, test } from 'vitest';
import { startService } from '../crash/harness.ts';
import { realHome } from '../kit/real-home.ts';
import { type Admin, openAdmin } from './admin.ts';

const home = await realHome({ port: process.env.REAL_HOME_ENERGY_PORT ?? '8124' });
const hourMs = 3_600_000;
const days = 20;

/** A statistic of an integration, such as a meter that was imported. */
async function plant(
  admin: Admin,
  id: string,
  o: { unit: string; value: (n: number, hour: number) => number },
): Promise<void> {
  const isMeter = o.unit.endsWith('Wh');
  const end = Math.floor(Date.now() / hourMs) * hourMs;
  let sum = 0;
  const stats = Array.from({ length: days * 24 }, (_, n) => {
    const start = end - (days * 24 - n) * hourMs;
    const value = o.value(n, new Date(start).getUTCHours());
    sum += value;
    const said = isMeter
      ? { state: sum, sum }
      : { mean: value, min: value * 0.9, max: value * 1.1 };
    return { start: new Date(start).toISOString(), ...said };
  });
  const answer = await admin.call('recorder/import_statistics', {
    metadata: {
      ...{ has_sum: isMeter, mean_type: isMeter ? 0 : 1, name: id.slice(8), source: 'planted' },
      ...{ statistic_id: id, unit_of_measurement: o.unit },
      unit_class: isMeter ? 'energy' : 'power',
    },
    stats,
  });
  expect(answer, JSON.stringify(answer)).toMatchObject({ success: true });
}

/** The recorder takes what is imported when its turn comes, one after the other. */
async function hoursOf(admin: Admin, id: string): Promise<number> {
  const start_time = new Date(Date.now() - (days + 1) * 24 * hourMs).toISOString();
  const asked = { start_time, statistic_ids: [id], period: 'hour', types: ['sum'] };
  const { result } = await admin.call('recorder/statistics_during_period', asked);
  return (result as Record<string, unknown[]>)[id]?.length ?? 0;
}

const wobble = (n: number): number => 1 + 0.4 * Math.sin(n * 1.7) + 0.2 * Math.sin(n * 0.3);

async function plantAll(admin: Admin): Promise<object[]> {
  const boiler = (n: number, hour: number) => (hour % 6 < 2 ? 0.9 * wobble(n) : 0);
  await plant(admin, 'planted:boiler', { unit: 'kWh', value: boiler });
  // 900 W, said to be kW.
  await plant(admin, 'planted:boiler_power', {
    unit: 'kW',
    value: (n, hour) => boiler(n, hour) * 1000,
  });
  await plant(admin, 'planted:copy', { unit: 'kWh', value: boiler });
  await plant(admin, 'planted:giant', { unit: 'kWh', value: (n) => 22 * wobble(n) });
  await plant(admin, 'planted:roof', { unit: 'kWh', value: (n) => 0.3 * wobble(n) });
  await expect.poll(() => hoursOf(admin, 'planted:roof')).toBe(days * 24);
  return [
    { stat_consumption: 'planted:boiler', stat_rate: 'planted:boiler_power', name: 'Boiler' },
    { stat_consumption: 'planted:copy', name: 'Copy' },
    { stat_consumption: 'planted:giant', name: 'Giant' },
    { stat_consumption: 'sensor.gone_for_ever', name: 'Gone' },
    { stat_consumption: 'sensor.house_power', name: 'House' },
  ];
}

test.skipIf(!home)(
  'is set up without a question, and the faults planted in it are found, each with its fix',
  async () => {
    const admin = await openAdmin(home!.url, home!.tokens.admin);
    const { result } = await admin.call('energy/get_prefs');
    const before = result as { energy_sources: object[]; device_consumption: object[] };
    const data = await mkdtemp(join(tmpdir(), 'tomte-energy-real-'));
    await chmod(data, 0o755);
    const service = await startService({ dataDir: data });
    try {
      const tomte = connect({ base: `${service.url}api/`, credential: service.credential });
      const answer = await tomte.linkHome({ address: home!.url, token: home!.tokens.resident });
      if (!answer.ok) throw new Error(answer.error.message);
      const id = answer.home.id;
      const sound = await tomte.energySetup({ home: id });
      expect(sound.figures.map(({ what, value }) => [what, value.split(',')[0]])).toEqual([
        ['Bought from the grid', 'Grid Import'],
        ['Solar panels', 'Solar Production'],
        ['Device', 'Dishwasher'],
        ['Water', 'Water Total'],
        ['Price of a kWh', 'sensor.electricity_price'],
      ]);
      expect(sound.faults.filter(({ leftOut }) => leftOut)).toEqual([]);

      const devices = await plantAll(admin);
      const roof = {
        type: 'solar',
        stat_energy_from: 'planted:roof',
        config_entry_solar_forecast: null,
      };
      const saved = await admin.call('energy/save_prefs', {
        energy_sources: [...before.energy_sources, roof],
        device_consumption: [...before.device_consumption, ...devices],
      });
      expect(saved, JSON.stringify(saved)).toMatchObject({ success: true });
      await tomte.unlinkHome({ home: id });
      const again = await tomte.linkHome({ address: home!.url, token: home!.tokens.resident });
      if (!again.ok) throw new Error(again.error.message);
      const { faults } = await tomte.energySetup({ home: again.home.id });
      const found = faults.map(({ rule, sensor }) => `${rule} ${sensor}`);
      for (const planted of [
        'unit planted:boiler_power',
        'counted-twice planted:copy',
        'larger-than-house planted:giant',
        'solar-at-night planted:roof',
        'not-kept sensor.gone_for_ever',
        'state-class sensor.house_power',
      ]) {
        expect(found).toContain(planted);
      }
      for (const { fix, evidence } of faults) expect([fix, evidence]).not.toContain('');
    } finally {
      await admin.call('energy/save_prefs', {
        energy_sources: before.energy_sources,
        device_consumption: before.device_consumption,
      });
      const planted = ['boiler', 'boiler_power', 'copy', 'giant', 'roof'];
      await admin.call('recorder/clear_statistics', {
        statistic_ids: planted.map((name) => `planted:${name}`),
      });
      admin.close();
      await service.stop();
      await rm(data, { recursive: true, force: true });
    }
  },
  180_000,
);
