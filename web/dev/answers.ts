/** What the fixture home answers, operation by operation. */
import type {
  ChannelKind,
  ChannelRow,
  DoctorReport,
  FirstLook,
  ProbeStage,
  Today,
  WorkflowRow,
} from '@tomte/sdk/types';
import { approvals, modes } from './answers-runs.ts';
import { alerts, at, chart, entities, home, hours } from './fixtures.ts';

const minute = 60_000;

export const stages: ProbeStage[] = [
  { stage: 'address', ok: true, ms: 1, detail: 'homeassistant.local, on your own network' },
  { stage: 'dns', ok: true, ms: 34, detail: 'It is 192.168.1.20' },
  {
    stage: 'tcp',
    ok: false,
    ms: 3,
    detail: '192.168.1.20 answered, but nothing listens on port 8123',
    port: 8123,
  },
  { stage: 'tcp', ok: true, ms: 2, detail: 'Port 443 is open', port: 443 },
  {
    stage: 'tls',
    ok: true,
    ms: 21,
    detail: 'Certificate of home.example.org, valid until 3 Feb 2027',
  },
  { stage: 'http', ok: true, ms: 12, detail: 'Home Assistant answers' },
  { stage: 'websocket', ok: true, ms: 9, detail: 'Home Assistant 2026.11.0' },
  { stage: 'auth', ok: true, ms: 18, detail: 'The token is good: user tomte' },
];

export const today = (stale: boolean): Today => ({
  sentence: stale
    ? 'I cannot see the home since 02:10. What you see is how it was.'
    : 'Water is running. 0.4 L/min for 52 min.',
  lantern: 'high',
  asOf: at(4_000),
  stale,
  needsYou: alerts.slice(0, 1),
  approvals: stale ? [] : approvals,
  modes,
  next: [
    { at: at(-5 * 60 * minute), what: 'Morning note', why: '2 small things held back so far' },
    { at: null, what: 'Water watch', why: 'waits for the next reading' },
  ],
  sinceYouLooked: [
    { at: at(52 * minute), text: 'Water began to run and did not stop.', alert: 'a1' },
    {
      at: at(96 * minute),
      text: 'The link came back after 22 min; 31 changes were caught up.',
      alert: null,
    },
    { at: at(6 * 60 * minute), text: 'The hall sensor fell silent.', alert: 'a2' },
  ],
  watching: { sensors: 31, reportedLastHour: 30, workflowsOn: 1 },
  chart,
  homes: [home],
});

export const look = (done: boolean): FirstLook => ({
  home: home.id,
  state: done ? 'done' : 'running',
  progress: { done: done ? 60 : 38, of: 60, what: 'Reading 60 days' },
  startedAt: at(20_000),
  finishedAt: done ? at(0) : null,
  days: 60,
  have: [
    {
      kind: 'water',
      title: 'Water',
      detail: 'sensor.water_flow, in steps of 0.1 L/min: the smallest leak it can show',
      entities: ['sensor.water_flow'],
    },
    {
      kind: 'freezer',
      title: 'Freezer',
      detail: 'Kitchen, −18 °C',
      entities: ['sensor.freezer_temperature'],
    },
    {
      kind: 'motion',
      title: 'Motion in 4 rooms',
      detail: 'hall, stairs, kitchen, bath',
      entities: [],
    },
    { kind: 'solar', title: 'Solar', detail: '6.2 kW at most in 60 days', entities: [] },
  ],
  unusual: done
    ? [
        {
          title: 'Water ran for 3 h 10 min',
          text: '0.5 L/min from 02:10 to 05:20, 97 L in all. At this hour it is usually 0. Probably a toilet cistern.',
          from: at(9 * 24 * 60 * minute),
          to: at(9 * 24 * 60 * minute - 190 * minute),
          entities: ['sensor.water_flow'],
          facts: null,
          chart: hours,
        },
      ]
    : [],
  broken: done
    ? [
        {
          title: 'Hall motion is not there',
          detail: 'No report for 7 h; its battery was 4 %.',
          fix: 'Change its battery.',
          entities: [],
        },
        {
          title: 'Heat pump power looks like W, named kW',
          detail: 'It says 2,400 kW.',
          fix: 'Set the unit to W in Home Assistant: Settings, Entities, sensor.heatpump_power.',
          entities: [],
        },
      ]
    : [],
  couldSwitchOn: done
    ? [
        {
          workflow: 'water-watch',
          title: 'Water watch',
          text: 'Tells you when water runs longer or stronger than it usually does.',
          wouldHaveTold: 1,
          settings: {},
        },
      ]
    : [],
  error: null,
});

export const workflow: WorkflowRow = {
  name: 'water-watch',
  title: 'Water watch',
  text: 'Tells you when water runs longer or stronger than it usually does at that hour.',
  home: home.id,
  mode: 'on',
  detectors: ['water'],
  settings: { smallestFlow: 0.2, quietHours: false },
  schema: {
    type: 'object',
    properties: {
      smallestFlow: {
        type: 'number',
        minimum: 0.1,
        maximum: 20,
        default: 0.2,
        title: 'Smallest flow',
        description: 'Litres a minute that count as running.',
      },
      meter: { type: 'string', description: 'The meter it looks at; empty for the one it found.' },
      tell: {
        enum: ['sooner', 'usual', 'less_often'],
        default: 'usual',
        description: 'How soon it speaks.',
      },
      quietHours: {
        type: 'boolean',
        default: false,
        description: 'Hold back at night unless water is pouring.',
      },
    },
    additionalProperties: false,
  },
  grants: [],
  wants: ['switch.pump'],
  watchUntil: null,
  watchesFirst: false,
  lastRun: { id: 'r1', at: at(52 * minute), state: 'running', reason: 'water is unusual' },
  fits: {
    ok: true,
    text: 'Watches sensor.water_flow, in steps of 0.1 L/min.',
    entities: ['sensor.water_flow'],
  },
};

export const kinds: ChannelKind[] = [
  {
    kind: 'companion',
    title: 'Phone app',
    text: 'The Home Assistant app on a phone, with picture and buttons.',
    schema: {
      type: 'object',
      properties: {
        target: {
          type: 'string',
          title: 'Phone',
          description: 'Its notify action, such as notify.mobile_app_maja.',
        },
      },
      required: ['target'],
    },
  },
  {
    kind: 'ntfy',
    title: 'ntfy',
    text: 'A topic on ntfy.sh or your own server.',
    schema: {
      type: 'object',
      properties: {
        server: { type: 'string', format: 'uri', default: 'https://ntfy.sh' },
        topic: { type: 'string' },
        token: { type: 'string', description: 'Only if the topic asks for one.' },
      },
      required: ['topic'],
    },
  },
  {
    kind: 'webhook',
    title: 'Webhook',
    text: 'A signed POST to an address of yours.',
    schema: {
      type: 'object',
      properties: {
        address: { type: 'string', format: 'uri' },
        secret: { type: 'string', writeOnly: true },
      },
      required: ['address', 'secret'],
    },
  },
];

export const channels: ChannelRow[] = [
  {
    id: 'c1',
    kind: 'companion',
    name: 'Maja’s phone',
    home: home.id,
    enabled: true,
    stoppedAt: null,
    severities: ['now', 'today'],
    settings: { target: 'notify.mobile_app_maja' },
    lastDelivery: { state: 'sent', at: at(30_000), error: null },
    test: { arrived: true, picture: null, button: null, at: at(3 * minute) },
    ear: null,
  },
  {
    id: 'c2',
    kind: 'webhook',
    name: 'Log server',
    home: null,
    enabled: true,
    stoppedAt: null,
    severities: ['now'],
    settings: { address: 'https://log.example.org', secret: '«secret»' },
    lastDelivery: {
      state: 'failed',
      at: at(60_000),
      error: {
        code: 'channel.unreachable',
        message: 'log.example.org does not answer.',
        hint: 'Check the address.',
        details: {},
      },
    },
    test: null,
    ear: null,
  },
];

export const doctor: DoctorReport = {
  home: home.id,
  name: home.name,
  at: at(2_000),
  probe: stages,
  findings: [
    {
      id: 'recorder',
      level: 'ok',
      title: 'History is kept',
      detail: '10 days of states, statistics since 2 Jan 2024.',
      fix: null,
    },
    {
      id: 'token',
      level: 'warn',
      title: 'The token belongs to an administrator',
      detail: 'It works.',
      fix: 'A user made for Tomte is enough for nearly everything. Narrow this later.',
    },
    { id: 'clock', level: 'ok', title: 'The clocks agree', detail: '0.2 s apart.', fix: null },
    {
      id: 'lint',
      level: 'bad',
      title: 'sensor.heatpump_power says 2,400 kW',
      detail: 'Probably W.',
      fix: 'Set its unit in Home Assistant.',
    },
  ],
  rights: [
    { what: 'read all states, history, statistics', normal: 'yes', admin: 'yes', you: true },
    { what: 'hear the buttons pressed in the phone app', normal: 'no', admin: 'yes', you: true },
    { what: 'delete an uploaded picture', normal: 'no', admin: 'yes', you: false },
  ],
};

export { alerts, at, entities, home };
