import type { EntityInfo, EntityState } from '@tomte/sdk/home';
import { describe, expect, test } from 'vitest';
import { type BrokenInput, broken, inventory } from './inventory.ts';

const now = Date.parse('2026-11-22T10:00:00Z');
const dayMs = 86_400_000;

type Row = Partial<EntityInfo> & { id: string; state?: string; since?: number };

/** A home of these entities; `since` is how long ago the state last changed, ms. */
function home(rows: readonly Row[], part: Partial<BrokenInput> = {}): BrokenInput {
  const infos = rows.map(
    ({ state: _state, since: _since, ...info }): EntityInfo => ({
      name: info.id.split('.')[1]!.replaceAll('_', ' '),
      domain: info.id.split('.')[0]!,
      deviceClass: null,
      stateClass: null,
      unit: null,
      area: null,
      device: null,
      labels: [],
      platform: null,
      ...info,
    }),
  );
  const states = new Map(
    rows.map((row): [string, EntityState] => [
      row.id,
      {
        entityId: row.id,
        state: row.state ?? 'unknown',
        attributes: {},
        lastChanged: now - (row.since ?? 0),
        lastUpdated: now,
        contextId: null,
        contextUserId: null,
      },
    ]),
  );
  return {
    infos,
    states: { entity: (id) => states.get(id) },
    statistics: [],
    energyPrefs: null,
    energyIssues: null,
    entries: null,
    repairs: null,
    config: { components: ['recorder'] },
    now,
    ...part,
  };
}

describe('what a home has', () => {
  test('is named in plain words with what it shows now', () => {
    const have = inventory(
      home(
        [
          {
            id: 'sensor.water_flow',
            name: 'Water Flow',
            deviceClass: 'volume_flow_rate',
            unit: 'L/min',
            state: '0.4',
          },
          {
            id: 'sensor.water_total',
            name: 'Water Total',
            deviceClass: 'water',
            unit: 'L',
            state: '30000',
          },
          {
            id: 'sensor.freezer_temperature',
            name: 'Freezer',
            deviceClass: 'temperature',
            unit: '°C',
            state: '-18',
          },
          {
            id: 'binary_sensor.hall_motion',
            name: 'Hall motion',
            deviceClass: 'motion',
            state: 'off',
          },
          { id: 'binary_sensor.front_door', name: 'Front door', deviceClass: 'door', state: 'off' },
          {
            id: 'binary_sensor.kitchen_leak',
            name: 'Kitchen leak',
            deviceClass: 'moisture',
            state: 'off',
          },
          {
            id: 'sensor.house_power',
            name: 'House Power',
            deviceClass: 'power',
            unit: 'W',
            state: '400',
          },
          { id: 'sensor.roof', name: 'Roof', deviceClass: 'energy', unit: 'kWh', state: '2000' },
          {
            id: 'sensor.home_battery',
            name: 'Home Battery',
            deviceClass: 'battery',
            unit: '%',
            state: '50',
          },
          { id: 'switch.ev_charger', name: 'EV charger', state: 'off' },
          { id: 'switch.water_heater', name: 'Water heater', state: 'off' },
          { id: 'light.hall', name: 'Hall light', state: 'on' },
        ],
        {
          statistics: ['sensor.water_total'],
          energyPrefs: { energy_sources: [{ type: 'solar', stat_energy_from: 'sensor.roof' }] },
        },
      ),
    );
    expect(have.map((one) => one.kind)).toEqual([
      'water',
      'leak',
      'freezer',
      'motion',
      'doors',
      'power',
      'solar',
      'battery',
      'car',
      'heating',
    ]);
    expect(have[0]).toMatchObject({
      title: 'Water: 2 sensors',
      detail: 'Water Flow 0.4 L/min, Water Total 30,000 L; hours are kept',
    });
    expect(have.find((one) => one.kind === 'solar')!.entities).toEqual(['sensor.roof']);
  });

  test('an empty home has nothing, and odd answers break nothing', () => {
    expect(inventory(home([]))).toEqual([]);
    for (const energyPrefs of [[], 'x', { energy_sources: 7 }, { energy_sources: [null, 3, {}] }]) {
      expect(inventory(home([], { energyPrefs }))).toEqual([]);
    }
  });

  test('a silent sensor shows no number', () => {
    const [water] = inventory(
      home([
        { id: 'sensor.w', name: 'Meter', deviceClass: 'water', unit: 'L', state: 'unavailable' },
      ]),
    );
    expect(water!.detail).toBe('Meter no value now');
  });
});

describe('what is broken', () => {
  const gone = (id: string, part: Partial<Row> = {}): Row => ({
    id,
    state: 'unavailable',
    since: 3 * dayMs,
    ...part,
  });

  test('nothing, when all is well', () => {
    expect(broken(home([{ id: 'light.hall', state: 'on' }]))).toEqual([]);
    expect(broken(home([{ id: 'light.hall', state: 'unavailable', since: 60_000 }]))).toEqual([]);
  });

  test('a silent device is named once, however many entities it has', () => {
    const rows = ['sensor.a', 'sensor.b'].map((id) =>
      gone(id, { device: 'Bath thermostat', area: 'Bath' }),
    );
    expect(broken(home([...rows, { id: 'light.hall', state: 'on' }]))).toEqual([
      {
        title: 'Bath thermostat is silent',
        detail: '2 entities (Bath) without a word for 3 d.',
        fix: expect.stringContaining('battery') as string,
        entities: ['sensor.a', 'sensor.b'],
      },
    ]);
  });

  test('many silent devices of one integration are one cause', () => {
    const rows = Array.from({ length: 43 }, (_, i) =>
      gone(`sensor.z${i}`, { platform: 'zha', device: `d${i}` }),
    );
    const [first, ...others] = broken(home(rows));
    expect(first).toMatchObject({ title: 'The integration zha is silent' });
    expect(first!.entities).toHaveLength(43);
    expect(others).toEqual([]);
  });

  test('an integration that does not start explains its silent entities', () => {
    const entries = [
      {
        domain: 'hue',
        title: 'Hue',
        state: 'setup_error',
        reason: 'No bridge ',
        disabled_by: null,
      },
      { domain: 'old', title: 'Old', state: 'setup_error', reason: null, disabled_by: 'user' },
      { domain: 'sun', title: 'Sun', state: 'loaded', reason: null, disabled_by: null },
    ];
    const found = broken(home([gone('light.a', { platform: 'hue' })], { entries }));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      title: 'Hue does not start',
      detail: 'No bridge.',
      entities: ['light.a'],
    });
  });

  test('integrations that all wait for the network are one cause', () => {
    const entries = ['Met', 'Radio Browser'].map((title) => ({
      domain: title,
      title,
      state: 'setup_retry',
      reason: `Could not connect to ${title}`,
    }));
    const found = broken(home([], { entries }));
    expect(found.map((one) => one.title)).toEqual(['2 integrations cannot reach what they need']);
    expect(found[0]!.detail).toBe('Met, Radio Browser. Could not connect to Met.');
  });

  test('empty batteries are counted together; a home battery and a phone are none of them', () => {
    const battery = (id: string, state: string, part: Partial<Row> = {}): Row => ({
      id,
      state,
      deviceClass: 'battery',
      unit: '%',
      ...part,
    });
    const found = broken(
      home([
        battery('sensor.door_battery', '4', { device: 'Front door' }),
        battery('sensor.hall_battery', '80'),
        battery('sensor.home_battery', '5'),
        battery('sensor.pixel', '3', { platform: 'mobile_app' }),
        battery('binary_sensor.smoke', 'on', { device: 'Smoke alarm', unit: null }),
      ]),
    );
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      title: '2 batteries are nearly empty',
      detail: 'Front door 4 %, Smoke alarm.',
    });
  });

  test('history off comes first, and never more than three are shown', () => {
    const energyIssues = {
      energy_sources: [
        [{ type: 'statistics_not_defined', affected_entities: [['sensor.x', null]] }],
        [],
      ],
      device_consumption: [],
    };
    const repairs = { issues: [{ domain: 'mqtt', severity: 'error', ignored: false }] };
    const rows = ['a', 'b', 'c'].map((id) => gone(`sensor.${id}`, { device: id }));
    const found = broken(home(rows, { energyIssues, repairs, config: { components: ['sun'] } }));
    expect(found).toHaveLength(3);
    expect(found[0]!.title).toBe('Home Assistant keeps no history');
    expect(found[1]!.title).toBe('The energy page has 1 problem');
  });

  test('each has a fix', () => {
    const entries = [{ domain: 'demo', title: 'Demo', state: 'setup_error', reason: null }];
    for (const one of broken(home([gone('sensor.a')], { entries }))) {
      expect(one.fix.length).toBeGreaterThan(20);
      expect(`${one.title}${one.detail}`).not.toMatch(/undefined|null|NaN/);
    }
  });
});
