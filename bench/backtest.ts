/**
 * How long a home-year of a million changes takes through triggers, conditions, detectors and Runs.
 * Usage: node bin/tomte.js --node bench/backtest.ts
 */
import { join } from 'node:path';
import type { TriggerDefinition } from '@tomte/sdk/define';
import { defineWorkflow } from '@tomte/sdk/define';
import type { Change, EntityInfo, EntityState } from '@tomte/sdk/home';
import { z } from 'zod';
import { openStream } from '../src/anomaly/stream.ts';
import { backtest } from '../src/engine/backtest/backtest.ts';
import { systemClock } from '../src/lib/clock.ts';
import { loadExtensions } from '../src/lib/extensions.ts';
import { loadDetectors } from '../src/main/definitions.ts';
import { toReading } from '../src/main/readings.ts';
import { keepResult } from './result.ts';

const year = 365 * 86_400_000;
const from = Date.parse('2025-11-01T00:00:00Z');
const total = 1_000_000;
const zone = 'Europe/Berlin';

const info = (id: string, deviceClass: string | null, unit: string | null): EntityInfo => ({
  ...{
    id,
    name: id,
    domain: id.split('.')[0]!,
    deviceClass,
    unit,
    stateClass: unit ? 'measurement' : null,
  },
  ...{ area: null, device: null, labels: [], platform: null },
});
const infos = [
  info('sensor.water_flow', 'volume_flow_rate', 'L/min'),
  info('binary_sensor.door', 'door', null),
  info('sensor.price', null, 'ct/kWh'),
  info('binary_sensor.motion', 'motion', null),
];

/** Seeded: the same year each time. */
function* states(): Generator<{ id: string; state: string }> {
  let seed = 42;
  const random = () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed / 2_147_483_648;
  };
  for (let n = 0; n < total; n++) {
    const which = n % 4;
    if (which === 0)
      yield { id: 'sensor.water_flow', state: random() < 0.9 ? '0' : (random() * 9).toFixed(1) };
    else if (which === 1) yield { id: 'binary_sensor.door', state: random() < 0.01 ? 'on' : 'off' };
    else if (which === 2) yield { id: 'sensor.price', state: (20 + random() * 20).toFixed(2) };
    else yield { id: 'binary_sensor.motion', state: random() < 0.5 ? 'on' : 'off' };
  }
}

async function* changes(): AsyncGenerator<readonly Change[]> {
  const now = new Map<string, EntityState>();
  let batch: Change[] = [];
  let n = 0;
  for (const { id, state } of states()) {
    const t = from + Math.floor((n++ * year) / total);
    const to: EntityState = {
      ...{
        entityId: id,
        state,
        attributes: { unit_of_measurement: id === 'sensor.price' ? 'ct/kWh' : undefined },
      },
      ...{ lastChanged: t, lastUpdated: t, contextId: null, contextUserId: null },
    };
    batch.push({
      home: 'h',
      entityId: id,
      from: now.get(id) ?? null,
      to,
      at: t,
      late: false,
      generation: 0,
    });
    now.set(id, to);
    if (batch.length === 3000) {
      yield batch;
      batch = [];
    }
  }
  yield batch;
}

const workflow = defineWorkflow({
  title: 'Door left open',
  text: 'Tells, waits until it is shut.',
  settings: z.strictObject({}),
  triggers: [
    { state: { entity: 'binary_sensor.door', to: 'on', for: '2m' } },
    { time: { at: '07:00' } },
    { anomaly: { about: 'water' } },
  ],
  conditions: () => [{ entity: 'sensor.price', below: 38 }],
  mode: { kind: 'single' },
  async run(ctx) {
    const { met } = await ctx.until({ entity: 'binary_sensor.door', is: 'off' }, { timeout: '1h' });
    await ctx.sleep('10m');
    return met;
  },
});

const triggers = await loadExtensions<TriggerDefinition>(
  'trigger',
  join(import.meta.dirname, '../src/engine/triggers'),
);
const detectors = new Map([...(await loadDetectors(null))].filter(([name]) => name === 'water'));
const began = performance.now();
const result = await backtest({
  ...{ workflow: 'door', definition: workflow, settings: {}, triggers, clock: systemClock },
  past: {
    home: { id: 'h', name: 'Home', zone, latitude: 52.5, longitude: 13.4 },
    ...{
      from,
      to: from + year,
      infos,
      told: new Set(infos.map(({ id }) => id)),
      initial: [],
      changes,
    },
    ...{
      findings: [],
      stream: openStream({ detectors, entities: infos, zone, states: {} }),
      missing: [],
    },
    history: async () => [],
    statistics: async () => [],
  },
  guard: () => ({ ok: true }),
  reading: ({ entityId, to, at }) => toReading(to ?? { entityId, state: 'unavailable' }, at),
});
const seconds = (performance.now() - began) / 1000;
await keepResult('backtest', {
  changes: total,
  runs: result.runs.length,
  seconds: Number(seconds.toFixed(1)),
  changesPerSecond: Math.round(total / seconds),
  residentMb: Math.round(process.memoryUsage().rss / 1024 / 1024),
});
