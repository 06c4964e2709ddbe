/** What the fixture home answers about what is watched, what would have been told, and what was answered. */
import type {
  AnswerChoice,
  DetectorRow,
  GivenAnswer,
  Preview,
  Watching,
} from '@tomte/sdk/types-detect';
import { at, chart } from './fixtures.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
const home = 'villa-berg';

export const answerChoices: AnswerChoice[] = [
  { id: 'right', label: 'Leak' },
  { id: 'expected', label: 'Someone used it' },
  { id: 'not_worth', label: 'Not worth telling' },
];

export const detectors: DetectorRow[] = [
  {
    ...{ name: 'water', home, about: 'water', title: 'Water' },
    settings: {},
    schema: {
      type: 'object',
      properties: {
        sooner: { type: 'integer', minimum: 0, maximum: 6, default: 3 },
        flowMin: {
          ...{ type: 'number', minimum: 0, maximum: 10, default: 0.2 },
          description: 'Litres a minute that count as running',
        },
      },
    },
    ...{ sooner: 3, sensors: ['sensor.water_flow'], toldBy: ['water-watch'] },
    answers: answerChoices,
  },
  {
    ...{ name: 'cold', home, about: 'cold', title: 'Fridge and freezer' },
    ...{ settings: {}, schema: { type: 'object', properties: {} }, sooner: 3 },
    ...{ sensors: [], toldBy: [], answers: answerChoices },
  },
];

const told = (episode: string, title: string, ago: number): Preview['findings'][number] => ({
  ...{ episode, detector: 'water', about: 'water', title, text: '1.5 L/min.', severity: 'now' },
  ...{ since: at(ago), at: at(ago - 20 * minute), until: at(ago - 180 * minute) },
  entities: ['sensor.water_flow'],
  facts: { is: '', usually: '', since: '', around: [], probably: null, check: null, numbers: {} },
  ...{ hidden: false, answer: null, answers: answerChoices, chart },
});

const found = [
  told('water:1', 'Water ran for 3 h: 271 L', 9 * day),
  told('water:2', 'Water ran for 52 min', 21 * day),
  told('water:3', 'Water ran for 40 min', 33 * day),
];
const episodes = found.map(({ episode }) => episode);

export const preview: Preview = {
  ...{ home, detector: 'water', title: 'Water', from: at(60 * day), to: at(0) },
  ...{ readingsFrom: at(10 * day), sooner: 3, findings: found, tookMs: 900 },
  stops: [0, 1, 2, 3, 4, 5, 6].map((sooner) => {
    const here = episodes.slice(0, sooner < 3 ? 1 : sooner < 5 ? 2 : 3);
    const now = episodes.slice(0, 2);
    return {
      ...{ sooner, told: here.length, episodes: here },
      sentence: `Would have told you ${here.length === 1 ? 'once' : `${here.length} times`} in 60 days.`,
      adds: here.filter((one) => !now.includes(one)),
      drops: now.filter((one) => !here.includes(one)),
    };
  }),
  missing: ['Of the first 50 days only hours are kept.'],
};

export const given: GivenAnswer = {
  ...{ id: 'g1', home, detector: 'water', episode: 'water:a1', title: 'Water has run for 52 min' },
  ...{ answer: 'expected', label: 'Someone used it', by: null, at: at(2 * minute) },
  hides: 'Such as this, between 01:00 and 03:00, up to 21 L',
  ...{ hidden: 2, kept: 1, sentence: 'Hides 2 in 60 days, keeps 1.', undone: false },
};

export const watching: Watching = {
  ...{ home, asOf: at(4_000), sentence: '30 of 31 sensors reported in the last hour.' },
  watched: [
    {
      ...{ entity: 'sensor.water_flow', name: 'Water flow', area: 'Boiler room' },
      ...{ detector: 'water', about: 'water', smallest: '0.1 L/min for 25 min', days: 61 },
      ...{ lastReported: at(20_000), blind: null, told: true },
    },
    {
      ...{ entity: 'sensor.freezer', name: 'Freezer', area: 'Cellar' },
      ...{ detector: 'cold', about: 'cold', smallest: '4 °C above its usual for 40 min', days: 2 },
      ...{ lastReported: at(3 * 60 * minute), blind: 'It has been silent for 3 h', told: false },
    },
  ],
  notWatched: [
    { what: 'Gas', why: 'This home has no gas meter.', entity: null, detector: null },
    { what: 'Motion, nursery', why: 'You left it out.', entity: 'x', detector: 'motion' },
  ],
  heartbeat: { host: 'hc-ping.com', lastBeatAt: at(30_000), error: null, held: null },
};
