/** A home that never was, for looking at the pages without a service. */
import type { ChartSpec } from '@tomte/sdk/chart';
import type { AlertPage, EntityRow, HomeSummary } from '@tomte/sdk/types';

export const now = Date.parse('2026-11-21T01:41:12Z');
const minute = 60_000;
const hour = 60 * minute;
export const at = (ago: number): string => new Date(now - ago).toISOString();
export const zone = 'Europe/Oslo';

export const home: HomeSummary = {
  id: 'villa-berg',
  name: 'Villa Berg',
  address: 'http://192.168.1.20:8123',
  version: '2026.11.0',
  timeZone: zone,
  currency: 'EUR',
  entities: 214,
  user: { name: 'tomte', admin: true },
  token: { issuedAt: at(300 * 24 * hour), expiresAt: at(-2670 * 24 * hour), daysLeft: 2670 },
  link: {
    state: 'live',
    since: at(9 * hour),
    asOf: at(4_000),
    generation: 3,
    error: null,
    nextAttemptAt: null,
  },
  demo: false,
  buttonsEntity: null,
  ownUser: false,
};

const shower = (from: number, minutes: number, height: number) => (t: number) =>
  t >= now - from && t < now - from + minutes * minute ? height : 0;
const uses = [
  shower(330 * minute, 10, 0.55),
  shower(290 * minute, 15, 0.95),
  shower(245 * minute, 10, 0.5),
  shower(205 * minute, 15, 0.8),
  shower(180 * minute, 10, 0.5),
];
const usualAt = (t: number) => {
  const h = (now - t) / hour;
  if (h > 3) return 0.72 + 0.12 * Math.sin((6 - h) * 0.9);
  return h > 1.4 ? Math.max(0.05, 0.72 * ((h - 1.4) / 1.6)) : 0.05;
};

export const chart: ChartSpec = {
  title: 'Water last night against usual',
  caption:
    'Water flow from 20:41 to 02:41. Since 01:49 it is 0.4 L/min; at this hour it is usually 0.',
  lane: 'Water',
  unit: 'L/min, mean of 5 min',
  zone,
  from: now - 6 * hour,
  to: now,
  now,
  form: 'line',
  points: Array.from({ length: 73 }, (_, n) => {
    const t = now - 6 * hour + n * 5 * minute;
    if (t > now - 118 * minute && t < now - 96 * minute) return [t, null] as [number, null];
    const leak = t >= now - 52 * minute ? 0.4 : 0;
    return [t, leak + uses.reduce((sum, use) => sum + use(t), 0)] as [number, number];
  }),
  late: [],
  usual: Array.from({ length: 37 }, (_, n) => {
    const t = now - 6 * hour + n * 10 * minute;
    return [t, 0, Number(usualAt(t).toFixed(3))] as [number, number, number];
  }),
  found: { from: now - 52 * minute, to: now, label: '52 min' },
  gaps: [{ from: now - 118 * minute, to: now - 96 * minute, reason: 'Link lost 00:43–01:05' }],
  nights: [{ from: now - 12 * hour, to: now + 6 * hour }],
};

export const hours: ChartSpec = {
  ...chart,
  title: 'Water on 12 and 13 Nov against usual',
  caption:
    'Water an hour from 12 Nov 14:00 to 13 Nov 14:00. From 02:00 to 05:00 it was 30 L an hour.',
  unit: 'L an hour',
  from: now - 8 * 24 * hour,
  to: now - 7 * 24 * hour,
  now: null,
  form: 'bars',
  points: Array.from({ length: 24 }, (_, n) => {
    const t = now - 8 * 24 * hour + n * hour;
    return [t, n >= 12 && n < 15 ? 31 : [2, 0, 14, 22, 40, 18, 9, 4, 0, 0, 0, 0][n % 12]!] as [
      number,
      number,
    ];
  }),
  usual: Array.from({ length: 24 }, (_, n) => {
    const t = now - 8 * 24 * hour + n * hour;
    return [t, 0, n < 9 || n > 17 ? 38 : 2] as [number, number, number];
  }),
  found: {
    from: now - 8 * 24 * hour + 12 * hour,
    to: now - 8 * 24 * hour + 15 * hour,
    label: '3 h',
  },
  gaps: [],
  nights: [],
};

export const alert: AlertPage = {
  id: 'a1',
  key: 'water:sensor.water_flow',
  title: 'Water has run for 52 minutes',
  text: '0.4 L/min since 01:49, 21 L so far. At this hour it is usually 0. Nobody has moved since 01:40. Probably a toilet cistern: look there first.',
  severity: 'now',
  state: 'open',
  since: at(52 * minute),
  resolvedAt: null,
  home: home.id,
  entities: ['sensor.water_flow'],
  children: 0,
  parent: null,
  comesAndGoes: null,
  late: false,
  next: [],
  action: null,
  deliveries: [
    { channel: 'Maja’s phone', state: 'sent', at: at(30_000), kind: 'open' },
    {
      channel: 'E-mail',
      state: 'failed',
      at: at(20_000),
      kind: 'open',
      error: {
        code: 'channel.unreachable',
        message: 'mail.example.org does not answer',
        hint: '',
        details: {},
      },
    },
  ],
  homeName: home.name,
  updatedAt: at(12_000),
  lines: ['Highest at this hour in 60 days: 0.05 L/min', 'Washing machine and dishwasher: off'],
  facts: {
    is: '0.4 L/min',
    usually: '0 at this hour; highest in 60 Saturdays 0.05',
    since: '01:49, 52 min, 21 L so far',
    around: ['nobody moved since 01:40', 'washing machine off', 'no restart of Home Assistant'],
    probably: 'A toilet cistern: low, steady, no rhythm.',
    check: 'Check that first; the main tap is in the boiler room behind the door.',
    numbers: { flow: 0.4 },
  },
  chart,
  workflow: 'water-watch',
  run: 'r1',
  seenBy: null,
  seenAt: null,
  quietUntil: null,
  demo: false,
  finding: {
    ...{ detector: 'water', episode: 'water:a1', answer: null },
    answers: [
      { id: 'right', label: 'Leak' },
      { id: 'expected', label: 'Someone used it' },
      { id: 'not_worth', label: 'Not worth telling' },
    ],
  },
};

const past = (
  id: string,
  title: string,
  ago: number,
  minutes: number,
  severity: AlertPage['severity'],
): AlertPage => ({
  ...alert,
  id,
  title,
  severity,
  state: 'resolved',
  since: at(ago),
  resolvedAt: at(ago - minutes * minute),
  chart: hours,
});

export const alerts: AlertPage[] = [
  alert,
  {
    ...alert,
    id: 'a2',
    title: 'The hall sensor is silent since 19:20',
    text: 'It usually reports every 5 min. Its battery was 4 % at the last report. Is it empty?',
    severity: 'today',
    state: 'acknowledged',
    seenBy: 'Maja',
    seenAt: at(4 * hour),
    since: at(6 * hour),
    chart: null,
    facts: null,
  },
  past('a3', 'Water ran for 3 h 10 min', 8 * 24 * hour, 190, 'now'),
  past('a4', 'Front door open for 25 minutes', 12 * 24 * hour, 25, 'today'),
  past('a5', 'The freezer was warming: −14 °C', 19 * 24 * hour, 50, 'today'),
];

const row = (
  id: string,
  name: string,
  area: string | null,
  state: string,
  more: Partial<EntityRow> = {},
): EntityRow => ({
  id,
  name,
  domain: id.split('.')[0]!,
  area,
  floor: area ? 'Ground floor' : null,
  device: null,
  deviceClass: null,
  unit: null,
  state,
  lastChanged: at(3 * hour),
  lastReported: at(40_000),
  watched: false,
  ...more,
});

export const entities: EntityRow[] = [
  row('sensor.water_flow', 'Water flow', 'Boiler room', '0.41', { unit: 'L/min', watched: true }),
  row('sensor.water_total', 'Water meter', 'Boiler room', '128341.2', { unit: 'L', watched: true }),
  row('switch.boiler', 'Boiler', 'Boiler room', 'off'),
  row('light.kitchen_ceiling', 'Ceiling', 'Kitchen', 'on'),
  row('sensor.freezer_temperature', 'Freezer temperature', 'Kitchen', '-18.2', {
    unit: '°C',
    watched: true,
  }),
  row('binary_sensor.front_door', 'Front door', 'Hall', 'off', {
    deviceClass: 'door',
    watched: true,
  }),
  row('binary_sensor.hall_motion', 'Hall motion', 'Hall', 'unavailable', {
    deviceClass: 'motion',
    lastReported: at(7 * hour),
  }),
  row('climate.living_room', 'Heating', 'Living room', 'heat'),
  row('sensor.living_room_temperature', 'Temperature', 'Living room', '21.4', { unit: '°C' }),
  row('person.maja', 'Maja', null, 'home'),
  row('person.ola', 'Ola', null, 'not_home'),
];
