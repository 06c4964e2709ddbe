/** The recorder: history windows, statistics, what energy preferences say. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RawSocket } from '../kit/raw-home.ts';
import { rest } from '../kit/raw-home.ts';
import { eventually, type HomeRow, type TestHome } from './homes.ts';

type Row = { s: string | null; a?: object; lu: number; lc?: number };
type History = Record<string, Row[]>;
type HourRow = {
  start: number;
  end: number;
  change?: number | null;
  sum?: number | null;
  mean?: number | null;
};
const dayMs = 86_400_000;

export function pastContract({ start }: HomeRow): void {
  let home: TestHome;
  let socket: RawSocket;
  beforeAll(async () => {
    home = await start();
    socket = await home.open();
  });
  afterAll(async () => {
    socket?.close();
    await home?.close();
  });

  const history = (entityId: string, fields: object) =>
    socket.result<History>('history/history_during_period', { entity_ids: [entityId], ...fields });
  const iso = (t: number) => new Date(t).toISOString();
  const statistics = (fields: object) =>
    socket.result<Record<string, HourRow[]>>('recorder/statistics_during_period', fields);

  test('a window of history holds each change, the removal as null, and begins with what held', async () => {
    const id = `sensor.contract_past_${home.admin ? 'admin' : 'resident'}`;
    const from = iso(Date.now() - 1000);
    await home.post(id, '1', { kept: 1 });
    await home.post(id, '2', { kept: 1 });
    await home.post(id, '2', { kept: 2 });
    await home.remove(id);
    const all = { start_time: from, significant_changes_only: false };
    // Recorded rows can be read only after the recorder's next commit.
    const rows = await eventually(async () => {
      const found =
        (await history(id, all))[id]?.filter((row) => Date.parse(from) / 1000 < row.lu) ?? [];
      return found.length >= 4 ? found : null;
    });
    expect(rows.map((row) => row.s)).toEqual(['1', '2', '2', null]);
    expect(rows[0]!.a).toEqual({ kept: 1 });
    expect(rows[2]!.lc).toBeCloseTo(rows[1]!.lu, 3);
    expect([rows[0]!.lc, rows[3]!.a]).toEqual([undefined, {}]);

    const significant = (await history(id, { start_time: from, include_start_time_state: false }))[
      id
    ]!;
    expect(significant.map((row) => row.s)).toEqual(['1', '2', null]);
    const lean = {
      start_time: from,
      minimal_response: true,
      no_attributes: true,
      include_start_time_state: false,
    };
    expect((await history(id, lean))[id]!.every((row) => row.a === undefined)).toBe(true);

    // What began before the window is told with the window's start as its time.
    const flow = (await history('sensor.water_flow', { start_time: from }))['sensor.water_flow']!;
    expect(flow[0]!.lu).toBe(Date.parse(from) / 1000);
    // An entity that was removed before it too, as the null it has been since.
    const later = iso(Date.now() - 1);
    const gone = (await history(id, { start_time: later, significant_changes_only: false }))[id];
    expect(gone).toEqual([{ s: null, a: {}, lu: Date.parse(later) / 1000 }]);
  });

  test('a window that is wrong or lies ahead', async () => {
    expect(await history('switch.dishwasher', { start_time: iso(Date.now() + 60_000) })).toEqual(
      {},
    );
    const bad = { start_time: 'x', entity_ids: ['switch.dishwasher'] };
    expect((await socket.call('history/history_during_period', bad)).error).toMatchObject({
      code: 'invalid_start_time',
    });
    const without = await socket.call('history/history_during_period', {
      start_time: iso(Date.now()),
    });
    expect(without.error).toMatchObject({ code: 'invalid_format' });
    expect(await history('sensor.nobody', { start_time: iso(Date.now() - dayMs) })).toEqual({});
  });

  test('REST tells the same history and wants the entity named', async () => {
    const refused = await rest(home, { path: '/api/history/period' });
    expect([refused.status, refused.json]).toEqual([
      400,
      { message: 'filter_entity_id is missing' },
    ]);
    const path = '/api/history/period?filter_entity_id=switch.dishwasher&minimal_response';
    const [rows] = (await rest(home, { path })).json as Record<string, unknown>[][];
    expect(rows![0]).toMatchObject({
      entity_id: 'switch.dishwasher',
      last_changed: expect.stringMatching(/\+00:00$/),
    });
  });

  test('sixty days of a water meter come as hours that grow', async () => {
    const from = Date.now() - 59 * dayMs;
    const ids = ['sensor.water_total', 'sensor.nobody'];
    const rows = await statistics({
      start_time: iso(from),
      statistic_ids: ids,
      period: 'hour',
      types: ['change', 'sum'],
    });
    expect(Object.keys(rows)).toEqual(['sensor.water_total']);
    const hours = rows['sensor.water_total']!;
    expect(hours.length).toBeGreaterThan(58 * 24);
    expect(
      hours.every(
        (row, i) =>
          row.end - row.start === 3_600_000 && (i === 0 || row.start >= hours[i - 1]!.end),
      ),
    ).toBe(true);
    expect(hours.at(-1)!.end).toBeLessThanOrEqual(Date.now());
    const grown = hours.slice(1).reduce((total, row) => total + (row.change ?? 0), 0);
    expect(grown).toBeCloseTo(hours.at(-1)!.sum! - hours[0]!.sum!, 3);
    expect(Math.min(...hours.map((row) => row.change ?? 0))).toBeGreaterThanOrEqual(0);
  });

  test('the toilet that ran nine nights ago stands out in them', async () => {
    const from = Date.now() - 12 * dayMs;
    const rows = await statistics({
      start_time: iso(from),
      statistic_ids: ['sensor.water_total'],
      period: 'hour',
      types: ['change'],
    });
    const heavy = rows['sensor.water_total']!.filter(
      (row) => row.start < Date.now() - 8 * dayMs && (row.change ?? 0) > 80,
    );
    const nine = Date.now() - 9 * dayMs;
    expect(
      heavy.filter((row) => Math.abs(row.start - nine) < 1.2 * dayMs).length,
    ).toBeGreaterThanOrEqual(3);
  });

  test('days are cut in the zone of the home, and units follow the wish', async () => {
    const config = await socket.result<{ time_zone: string }>('get_config');
    const query = {
      start_time: iso(Date.now() - 5 * dayMs),
      statistic_ids: ['sensor.water_total'],
      period: 'day',
      types: ['change'],
    };
    const litres = (await statistics(query))['sensor.water_total']!;
    const cubic = (await statistics({ ...query, units: { volume: 'm³' } }))['sensor.water_total']!;
    const clock = new Intl.DateTimeFormat('en-GB', {
      timeZone: config.time_zone,
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    expect(litres.every((row) => clock.format(row.start) === '00:00')).toBe(true);
    expect(cubic[1]!.change).toBeCloseTo(litres[1]!.change! / 1000, 6);
    expect(Object.keys(litres[0]!).sort()).toEqual(['change', 'end', 'start']);
  });

  test('statistics say what they are', async () => {
    const listed = await socket.result<Record<string, unknown>[]>('recorder/list_statistic_ids');
    expect(listed.find((s) => s.statistic_id === 'sensor.water_total')).toEqual({
      statistic_id: 'sensor.water_total',
      display_unit_of_measurement: 'L',
      has_mean: false,
      mean_type: 0,
      has_sum: true,
      name: null,
      source: 'recorder',
      statistics_unit_of_measurement: 'L',
      unit_class: 'volume',
    });
    const bad = { start_time: 'x', statistic_ids: ['sensor.water_total'], period: 'hour' };
    expect((await socket.call('recorder/statistics_during_period', bad)).error).toMatchObject({
      code: 'invalid_start_time',
    });
    expect(await socket.result('recorder/info')).toMatchObject({
      recording: true,
      migration_in_progress: false,
    });
  });

  test('energy preferences are flat and free of complaints', async () => {
    const prefs = await socket.result<{ energy_sources: Record<string, unknown>[] }>(
      'energy/get_prefs',
    );
    expect(prefs.energy_sources.map((s) => s.type)).toEqual(['grid', 'solar', 'water']);
    expect(prefs.energy_sources[0]).toMatchObject({
      stat_energy_from: 'sensor.grid_import',
      stat_energy_to: null,
    });
    const issues = await socket.result<{ energy_sources: unknown[][] }>('energy/validate');
    expect(issues.energy_sources.length).toBe(3);
    expect((await socket.call('cloud/status')).error).toMatchObject({ code: 'unknown_command' });
  });

  test('everyone may ask which integration is broken, and what wants repair', async () => {
    const entries = await socket.result<Record<string, unknown>[]>('config_entries/get', {});
    const sun = entries.find((e) => e.domain === 'sun')!;
    expect(sun).toMatchObject({ title: 'Sun', state: 'loaded', reason: null, disabled_by: null });
    const { issues } = await socket.result<{ issues: unknown[] }>('repairs/list_issues');
    expect(Array.isArray(issues)).toBe(true);
    const info = await socket.result<{ cost_sensors: object }>('energy/info');
    expect(info.cost_sensors).toBeTypeOf('object');
  });
}
