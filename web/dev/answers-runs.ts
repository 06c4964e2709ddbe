/** What the fixture home answers about Runs, the past, and what needs a yes. */
import type { RunPage } from '@tomte/sdk/types';
import type { Approval } from '@tomte/sdk/types-approval';
import type { HomeMode } from '@tomte/sdk/types-mode';
import type {
  Backtest,
  NewWebhook,
  NotRun,
  RunStates,
  Webhook,
  WhyAnswer,
} from '@tomte/sdk/types-runs';
import { at, chart } from './fixtures.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
const home = 'villa-berg';

export const approvals: Approval[] = [
  {
    ...{
      id: 'p1',
      home,
      homeName: 'Villa Berg',
      kind: 'action',
      workflow: 'water-watch',
      run: 'r1',
    },
    title: 'Close the water valve?',
    text: 'Water watch asks, because 0.4 L/min for 52 min and nobody moved since 01:40. It stops water in the whole house.',
    options: [
      { id: 'yes', label: 'Close valve', danger: true },
      { id: 'no', label: 'No' },
    ],
    ...{ fallback: 'no', state: 'open', askedAt: at(2 * minute), expiresAt: at(-20 * minute) },
    ...{ answer: null, answeredBy: null, answeredAt: null },
    action: { domain: 'valve', action: 'close_valve', entities: ['valve.main'], data: {} },
  },
];

export const modes: HomeMode[] = [
  { home, mode: 'guests', since: at(day), until: at(-day), setBy: 'Maja' },
];

export const runPage: RunPage = {
  ...{
    id: 'r1',
    home,
    workflow: 'water-watch',
    state: 'waiting',
    reason: 'Unusual, found: Water has run for 52 minutes',
  },
  ...{ createdAt: at(10 * minute), endedAt: null, error: null, trigger: {}, result: null },
  ...{ version: null, parent: null, dry: false, fork: null },
  steps: [
    {
      name: 'begin',
      ...{ position: 0, after: null, beside: [] },
      kind: 'begin',
      tries: 1,
      startedAt: at(10 * minute),
      endedAt: at(10 * minute - 12),
      input: null,
      output: { mode: 'on' },
      error: null,
    },
    {
      name: 'act 1',
      ...{ position: 1, after: 0, beside: [] },
      kind: 'act',
      tries: 2,
      startedAt: at(9 * minute),
      endedAt: at(9 * minute - 900),
      input: { domain: 'switch' },
      output: { kind: 'confirmed' },
      error: null,
    },
    {
      name: 'fetch 1',
      ...{ position: 2, after: 1, beside: [] },
      kind: 'fetch',
      tries: 8,
      startedAt: at(8 * minute),
      endedAt: at(7 * minute),
      input: { url: 'https://example.org' },
      output: null,
      error: 'connect.timeout: example.org did not answer',
    },
    {
      name: 'until 1',
      ...{ position: 3, after: 2, beside: [] },
      kind: 'until',
      tries: 1,
      startedAt: at(6 * minute),
      endedAt: at(6 * minute),
      input: {},
      output: {},
      error: null,
    },
  ],
  waits: [
    {
      kind: 'until',
      name: 'until 1',
      spec: {},
      since: at(6 * minute),
      until: at(-60 * minute),
      settledAt: null,
      outcome: null,
    },
  ],
  actions: [
    {
      key: 'r1/act 1',
      action: { domain: 'switch', action: 'turn_off', entities: ['switch.pump'], data: {} },
      ...{ rule: null, tries: 2, askedAt: at(9 * minute), answeredAt: at(9 * minute - 900) },
      outcome: { kind: 'confirmed', at: 0 },
    },
  ],
  logs: [{ at: at(8 * minute), text: 'trying the forecast' }],
};

/** Two branches side by side: a reading that waits long, and two steps meanwhile; then one that needs both. */
export const branchedRun: RunPage = {
  ...runPage,
  ...{ id: 'r2', state: 'done', endedAt: at(0), waits: [], logs: [] },
  reason: 'Tried again from “until 1”, switching nothing',
  ...{ dry: true, fork: { run: 'r1', from: 2 } },
  steps: [
    branch('state 1', { position: 0, after: null, beside: [] }, [30, 30]),
    branch('until 1', { position: 1, after: 0, beside: [] }, [30, 1]),
    branch('act 1', { position: 2, after: 0, beside: [1] }, [30, 29]),
    branch('sleep 1', { position: 3, after: 2, beside: [1] }, [29, 14]),
    branch('act 2', { position: 4, after: 3, beside: [1] }, [14, 14]),
    branch('alert 1', { position: 5, after: 1, beside: [] }, [1, 1]),
  ],
};

function branch(
  name: string,
  order: Pick<RunPage['steps'][number], 'position' | 'after' | 'beside'>,
  [from, to]: readonly [number, number],
): RunPage['steps'][number] {
  const [word = ''] = name.split(' ');
  return {
    ...order,
    ...{
      name,
      kind: word === 'state' ? 'look' : word,
      tries: 1,
      input: {},
      output: {},
      error: null,
    },
    ...{ startedAt: at(from * minute), endedAt: at(to * minute - 400) },
  };
}

export const webhooks: Webhook[] = [
  { name: 'bell', madeAt: at(9 * day), lastCalledAt: at(3 * 60 * minute) },
  { name: 'gate', madeAt: null, lastCalledAt: null },
];
export const newWebhook: NewWebhook = {
  ...{ name: 'bell', madeAt: at(0), lastCalledAt: at(3 * 60 * minute) },
  path: 'hooks/q3vTz0m1uXoJw8Yd5kR2bN7cPf4hLs6gEa9iUt0xVyM',
  url: 'https://tomte.example/hooks/q3vTz0m1uXoJw8Yd5kR2bN7cPf4hLs6gEa9iUt0xVyM',
  key: 'Kd8sWq2nZr5tYu7vXa0bCe3fGh6jLm9pOi1kQw4eRt8',
};

export const notRuns: NotRun[] = [
  {
    home,
    workflow: 'water-watch',
    at: at(3 * 60 * minute),
    trigger: 'anomaly',
    code: 'paused',
    reason: 'Tomte was paused until 07:00.',
    details: {},
  },
  {
    ...{ home, workflow: 'water-watch', at: at(5 * 60 * minute), trigger: 'time' },
    code: 'condition',
    reason: 'Price was 31.2 ct/kWh, must be below 30.',
    details: {
      conditions: [
        { met: false, was: 'Price was 31.2 ct/kWh', needed: 'below 30' },
        { met: true, was: 'It was 20:41', needed: 'after 20:00' },
      ],
    },
  },
];

export const why: WhyAnswer = {
  sentence: 'The heater did not start at 02:00: the price was 31.2 ct, must be below 30.',
  found: [
    {
      kind: 'notRun',
      at: at(60 * minute),
      title: 'Heater at cheap hours did not run',
      text: 'Price was 31.2 ct, must be below 30',
      page: 'workflows/villa-berg/water-watch',
      home,
    },
    {
      kind: 'run',
      at: at(day),
      title: 'Heater at cheap hours ran',
      text: '2 steps, fine',
      page: 'run/r1',
      home,
    },
  ],
};

export const backtest: Backtest = {
  ...{ workflow: 'water-watch', home, from: at(60 * day), to: at(0) },
  runs: [
    {
      at: at(9 * day),
      reason: 'Unusual, found',
      state: 'done',
      endedAt: at(9 * day),
      error: null,
      steps: [],
    },
  ],
  notRun: [],
  actions: [
    {
      at: at(9 * day),
      domain: 'switch',
      action: 'turn_off',
      entities: ['switch.pump'],
      data: {},
      allowed: false,
      rule: 'guardrail.not_granted',
    },
  ],
  alerts: [
    {
      ...{
        key: 'water:sensor.water_flow',
        title: 'Water ran for 3 h: 271 L',
        text: '1.5 L/min.',
        severity: 'now',
      },
      ...{
        since: at(9 * day),
        until: at(9 * day - 180 * minute),
        entities: ['sensor.water_flow'],
        chart,
      },
    },
  ],
  missing: ['Of the first 50 days only hours are recorded: short things are not seen there.'],
  sentence:
    'In 60 days it would have run once, told you once and switched nothing. One more was not allowed.',
  ...{ chart, tookMs: 1400 },
};

const beside = (ago: number, state: string) => ({ at: at(ago * minute), state });
/** An hour, in the middle of which the Run switched the boiler. */
export const runStates: RunStates = {
  from: at(57 * minute),
  to: at(-3 * minute),
  lanes: [
    {
      ...{ entity: 'switch.boiler', name: 'Boiler', unit: null, deviceClass: null },
      domain: 'switch',
      states: [beside(57, 'off'), beside(42, 'on'), beside(12, 'off')],
    },
    {
      ...{ entity: 'sensor.price', name: 'Price', unit: 'ct/kWh', deviceClass: null },
      domain: 'sensor',
      states: [beside(57, '31.2'), beside(42, 'unavailable'), beside(27, '18')],
    },
  ],
};
