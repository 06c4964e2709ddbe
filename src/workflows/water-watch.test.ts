import type { Finding, WorkflowContext } from '@tomte/sdk/define';
import { expect, test } from 'vitest';
import waterWatch from './water-watch.ts';

const finding: Finding = {
  kind: 'raised',
  episode: 'water-1',
  detector: 'water',
  entities: ['sensor.water_flow'],
  at: Date.parse('2026-11-21T01:41:00Z'),
  since: Date.parse('2026-11-21T00:49:00Z'),
  severity: 'now',
  probability: 0.97,
  title: 'Water has run for 52 minutes',
  text: '0.4 L/min since 01:49, 21 L so far.',
  lines: ['Highest at this hour in 60 days: 0.05 L/min'],
  facts: {
    is: '0.4 L/min',
    usually: '0',
    since: '01:49',
    around: [],
    probably: 'a toilet cistern',
    check: null,
    numbers: {},
  },
};

/** A context that writes down what the workflow asks for. */
function notebook(told: Finding) {
  const alerts: Record<string, unknown>[] = [];
  const overs: Record<string, unknown>[] = [];
  const context: Partial<WorkflowContext> = {
    home: {
      ...{ id: 'h1', name: 'Home', zone: 'Europe/Stockholm' },
      entities: async () => [{ id: 'valve.main' }],
      state: async () => ({ state: 'open' }),
    } as unknown as WorkflowContext['home'],
    trigger: { kind: 'anomaly', about: 'water', finding: told },
    step: async (_name, body) => body(),
    async alert(request) {
      alerts.push({ ...request });
      return { id: 'a1' };
    },
    async resolve(key, last) {
      overs.push({ key, ...last });
    },
    act: async () => ({ kind: 'sent', at: 0 }),
    log() {},
  };
  return { context: context as WorkflowContext, alerts, overs };
}

const settings = (input: Record<string, unknown> = {}) => waterWatch.settings.parse(input);

test('a finding becomes an alert in the words and with the urgency of the finding', async () => {
  const { context, alerts } = notebook(finding);
  await waterWatch.run(context, settings());
  expect(alerts).toEqual([
    expect.objectContaining({
      key: 'water:sensor.water_flow',
      title: finding.title,
      text: finding.text,
      severity: 'now',
      since: finding.since,
      episode: 'water-1',
      worse: false,
      action: expect.objectContaining({ label: 'Close valve…' }),
    }),
  ]);
});

test('a person may have it told today instead of now', async () => {
  const { context, alerts } = notebook(finding);
  await waterWatch.run(context, settings({ tell: 'today' }));
  expect(alerts[0]?.severity).toBe('today');
});

test('a worse turn rings again, unless that is switched off', async () => {
  const worse: Finding = { ...finding, kind: 'updated', worse: true };
  const loud = notebook(worse);
  await waterWatch.run(loud.context, settings());
  expect(loud.alerts[0]?.worse).toBe(true);
  const soft = notebook(worse);
  await waterWatch.run(soft.context, settings({ ringWhenWorse: false }));
  expect(soft.alerts[0]?.worse).toBe(false);
});

test('the end is told with the clock time of the home', async () => {
  const at = Date.parse('2026-11-21T01:47:00Z');
  const { context, alerts, overs } = notebook({ ...finding, kind: 'cleared', at, text: '' });
  await waterWatch.run(context, settings());
  expect(alerts).toEqual([]);
  expect(overs).toEqual([
    {
      key: 'water:sensor.water_flow',
      title: 'Over: the water stopped at 02:47',
      text: 'It ran for 58 min.',
      at,
    },
  ]);
});

test('the detector’s own last words are kept', async () => {
  const title = 'Over: the water stopped at 02:44';
  const { context, overs } = notebook({
    ...finding,
    kind: 'cleared',
    title,
    text: '23 L in 58 min.',
  });
  await waterWatch.run(context, settings());
  expect(overs[0]).toMatchObject({ title, text: '23 L in 58 min.' });
});
