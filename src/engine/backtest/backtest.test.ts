/** Workflows over a made-up past: what would have run, acted and told, and what was missing for more. */
import { join } from 'node:path';
import { defineWorkflow, type TriggerDefinition, type WorkflowDefinition } from '@tomte/sdk/define';
import type { Change, EntityInfo, EntityState } from '@tomte/sdk/home';
import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { systemClock } from '../../lib/clock.ts';
import { type Extensions, loadExtensions } from '../../lib/extensions.ts';
import { finding } from '../testing.ts';
import { type BacktestOptions, backtest } from './backtest.ts';
import type { RecordedPast } from './past.ts';

const hour = 3_600_000;
const day = 24 * hour;
const from = Date.parse('2026-10-20T00:00:00Z');
let triggers: Extensions<TriggerDefinition>;
beforeAll(async () => {
  triggers = await loadExtensions('trigger', join(import.meta.dirname, '../triggers'));
});

const info = (id: string): EntityInfo => ({
  ...{ id, name: id, domain: id.split('.')[0]!, deviceClass: null, stateClass: null, unit: null },
  ...{ area: null, device: null, labels: [], platform: null },
});
const at = (entityId: string, state: string, t: number): EntityState => ({
  ...{
    entityId,
    state,
    attributes: {},
    lastChanged: t,
    lastUpdated: t,
    contextId: null,
    contextUserId: null,
  },
});

/** `[hours after the beginning, entity, state]`, in time order. */
type Told = readonly [number, string, string];

function pastOf(told: readonly Told[], more: Partial<RecordedPast> = {}): RecordedPast {
  const ids = [...new Set(told.map(([, id]) => id))];
  const states = new Map<string, EntityState>();
  const changes = told.map(([h, id, state]): Change => {
    const t = from + h * hour;
    const before = states.get(id) ?? null;
    const to = at(id, state, t);
    states.set(id, to);
    return { home: 'h', entityId: id, from: before, to, at: t, late: false, generation: 0 };
  });
  return {
    home: { id: 'h', name: 'Home', zone: 'Europe/Berlin', latitude: 52.5, longitude: 13.4 },
    ...{ from, to: from + 10 * day, infos: ids.map(info), told: new Set(ids), initial: [] },
    async *changes() {
      yield changes;
    },
    ...{
      findings: [],
      stream: null,
      missing: [],
      history: async () => [],
      statistics: async () => [],
    },
    ...more,
  };
}

const workflow = (
  o: Partial<WorkflowDefinition> & Pick<WorkflowDefinition, 'triggers' | 'run'>,
): WorkflowDefinition =>
  ({
    ...defineWorkflow({
      title: 't',
      text: 't',
      settings: z.strictObject({}),
      triggers: [],
      run: o.run,
    }),
    ...o,
  }) as WorkflowDefinition;

const over = (
  past: RecordedPast,
  definition: WorkflowDefinition,
  o: Partial<BacktestOptions> = {},
) =>
  backtest({
    ...{ workflow: 'mine', definition, settings: {}, triggers, past, clock: systemClock },
    guard: () => ({ ok: true }),
    reading: ({ to, at: t, entityId: id }) => (to ? { t, id, v: to.state } : null),
    ...o,
  });

const light = { domain: 'light', action: 'turn_on', entities: ['light.a'], data: {} };

test('each morning by the home’s clock, over the day the clocks change', async () => {
  const result = await over(
    pastOf([]),
    workflow({ triggers: [{ time: { at: '07:00' } }], run: (ctx) => ctx.act(light) }),
  );
  expect(result.actions).toHaveLength(10);
  // 25 October 2026: summer time ends in Berlin.
  expect(result.actions.map((a) => a.at.slice(5, 16)).slice(4, 7)).toEqual([
    '10-24T05:00',
    '10-25T06:00',
    '10-26T06:00',
  ]);
  expect(result.sentence).toBe(
    'In 10 days it would have run 10 times, told you never and switched 10 times.',
  );
});

test('a state that stayed, a wait for another, an alert that ends', async () => {
  const definition = workflow({
    triggers: [{ state: { entity: 'binary_sensor.door', to: 'on', for: '10m' } }],
    async run(ctx) {
      await ctx.alert({
        key: 'door',
        title: 'Open',
        text: 'The door is open.',
        severity: 'today',
        since: ctx.now(),
        entities: ['binary_sensor.door'],
      });
      const closed = await ctx.until(
        { entity: 'binary_sensor.door', is: 'off' },
        { timeout: '1d' },
      );
      await ctx.resolve('door', { title: 'Over', text: 'Shut.', at: closed.at });
      return closed.met;
    },
  });
  const told: Told[] = [
    [1, 'binary_sensor.door', 'off'],
    [2, 'binary_sensor.door', 'on'],
    [2.1, 'binary_sensor.door', 'off'],
    [5, 'binary_sensor.door', 'on'],
    [6, 'binary_sensor.door', 'off'],
  ];
  const result = await over(pastOf(told), definition);
  expect(result.runs).toMatchObject([
    { state: 'done', at: '2026-10-20T05:10:00.000Z', endedAt: '2026-10-20T06:00:00.000Z' },
  ]);
  expect(result.alerts).toMatchObject([
    { key: 'door', since: '2026-10-20T05:10:00.000Z', until: '2026-10-20T06:00:00.000Z' },
  ]);
  expect(result.unread).toEqual([]);
});

test('what kept it from running is told with the values', async () => {
  const definition = workflow({
    triggers: [{ state: { entity: 'sensor.a', to: 'on' } }],
    conditions: () => [{ entity: 'sensor.price', below: 30 }],
    cooldown: '2h',
    run: async () => null,
  });
  const told: Told[] = [
    [0, 'sensor.price', '34'],
    [0, 'sensor.a', 'off'],
    [1, 'sensor.a', 'on'],
    [2, 'sensor.price', '20'],
    [2.5, 'sensor.a', 'off'],
    [3, 'sensor.a', 'on'],
    [3.5, 'sensor.a', 'off'],
    [4, 'sensor.a', 'on'],
  ];
  const result = await over(pastOf(told), definition);
  expect(result.runs).toHaveLength(1);
  expect(result.notRun.map(({ code }) => code)).toEqual(['condition', 'cooldown']);
  expect(result.notRun[0]!.reason).toContain('34');
});

test('a refusal of the guardrail is an outcome, and told', async () => {
  const definition = workflow({
    triggers: [{ time: { at: '07:00' } }],
    run: async (ctx) => (await ctx.act(light)).kind,
  });
  const result = await over(pastOf([]), definition, {
    guard: () => ({ ok: false, rule: 'guardrail.not_granted', message: 'no' }),
  });
  expect(result.actions[0]).toMatchObject({ allowed: false, rule: 'guardrail.not_granted' });
  expect(result.sentence).toContain('switched nothing. 10 more were not allowed.');
});

test('one whose every Run costs its process ends by its limit, also between two changes', async () => {
  let ticks = 0;
  const definition = workflow({
    triggers: [{ time: { every: '1h' } }],
    async run() {
      ticks += 10_000;
      throw new Error('its process was ended');
    },
  });
  const clock = { ticks: () => ticks };
  await expect(over(pastOf([]), definition, { clock })).rejects.toMatchObject({
    code: 'backtest.too_long',
  });
  expect(ticks).toBeLessThan(150_000);
});

test('findings of hours and of readings start it in their turn', async () => {
  const found = { ...finding('raised', from + 2 * day), detector: 'water' };
  const past = pastOf([[30, 'sensor.water', '1']], {
    findings: [found],
    stream: {
      watched: new Set(['sensor.water']),
      read: (readings) => readings.map((r) => ({ ...found, episode: 'e2', at: r.t })),
      tick: () => [],
    },
  });
  const result = await over(
    past,
    workflow({ triggers: [{ anomaly: { about: 'water' } }], run: async () => null }),
  );
  expect(result.runs.map((run) => run.at)).toEqual([
    '2026-10-21T06:00:00.000Z',
    '2026-10-22T00:00:00.000Z',
  ]);
});

test('what was not read is asked for, what nobody recorded is said', async () => {
  const past = pastOf([
    [1, 'sensor.a', 'off'],
    [2, 'sensor.a', 'on'],
  ]);
  const definition = workflow({
    triggers: [{ state: { entity: 'sensor.a', to: 'on' } }],
    async run(ctx) {
      await ctx.home.state('sensor.other');
      await ctx.fetch('https://example.org/x');
    },
  });
  const result = await over({ ...past, infos: [...past.infos, info('sensor.other')] }, definition);
  expect(result.unread).toEqual(['sensor.other']);
  expect(result.missing).toEqual(['What example.org answered then is not known.']);
  expect(result.runs[0]).toMatchObject({
    state: 'failed',
    error: { code: 'backtest.not_recorded' },
  });
});

test('it can be stopped', async () => {
  const stop = new AbortController();
  stop.abort(new Error('enough'));
  const definition = workflow({ triggers: [], run: async () => null });
  await expect(
    over(pastOf([[1, 'sensor.a', 'on']]), definition, { signal: stop.signal }),
  ).rejects.toThrow('enough');
});
