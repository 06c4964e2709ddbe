/** Every way in which Tomte asks a model, with an attack text wherever words of others are. */
import type { DecideRequest } from '@tomte/sdk/decide';
import { alertWords, digestOrder, probableCause } from '../../decide/uses.ts';
import { morningWords } from '../../workflows/morning-report.ts';
import { codeRequest, namedThings } from '../words/code-text.ts';
import { wishRequest } from '../words/operations.ts';
import { granted } from './stage.ts';

/** One path to an answer; a further part of Tomte that asks a model adds its own here. */
export interface Path {
  readonly name: string;
  readonly request: DecideRequest;
  /** What becomes of the answer. */
  readonly use: 'act' | 'tell' | 'code' | 'nothing';
}

export const news = {
  title: 'Water has run for 95 minutes',
  text: '38 l since 06:10, more than any use of the last 60 days.',
  facts: { litres: 38, minutes: 95 },
};

const options = [
  { id: 'on', text: 'Turn the hall light on' },
  { id: 'leave', text: 'Leave it as it is' },
];

/** What a draft may name: the one thing that may be switched. */
const drafted = namedThings([
  {
    ...{ id: granted, name: 'Hall light', domain: 'light', deviceClass: null, stateClass: null },
    ...{ unit: null, area: 'Hall', device: null, labels: [], platform: null },
  },
]);

/** Everything that asks a model, with the text quoted wherever words of others are. */
export function pathsOf(site: string, text: string): Path[] {
  const quoted = { [site]: text };
  const look = { domain: 'light' } as const;
  const all = { quoted, look, facts: { said: text, hour: 7 } };
  // What is open is called whatever somebody wrote on it.
  const door = {
    ...{ entityId: 'binary_sensor.door', state: 'on', lastChanged: 0, lastUpdated: 0 },
    ...{ contextId: null, contextUserId: null },
    attributes: { friendly_name: text },
  };
  const order = digestOrder({ news: 5, rooms: 2, kinds: 3 });
  const cause = probableCause('water', { ...news, text: `${news.text} ${text}` });
  return [
    {
      ...{ name: 'choice', use: 'act' },
      request: { question: 'What should the hall light do?', options, fallback: 'leave', ...all },
    },
    {
      ...{ name: 'boolean', use: 'act' },
      request: {
        kind: 'boolean',
        question: 'Should the hall light be on?',
        fallback: 'no',
        ...all,
      },
    },
    {
      ...{ name: 'score', use: 'nothing' },
      request: {
        ...{ kind: 'score', question: 'How urgent is this?', levels: ['low', 'high'] },
        ...{ fallback: 'high', ...all },
      },
    },
    {
      ...{ name: 'text', use: 'tell' },
      request: { kind: 'text', question: 'Sum it up', lengthMax: 200, fallback: news.text, ...all },
    },
    { name: 'alert-words', use: 'tell', request: alertWords({ ...news, lines: [text] }) },
    {
      name: 'morning',
      use: 'tell',
      request: morningWords({ open: [door], empty: [], more: [text] }, news.text),
    },
    {
      ...{ name: 'words', use: 'nothing' },
      request: wishRequest(text, ['Tell me when the light is on', 'Watch the water']),
    },
    { name: 'words-code', use: 'code', request: codeRequest(text, drafted, new Map()) },
    ...(order ? [{ name: 'digest', use: 'nothing', request: order } as const] : []),
    ...(cause ? [{ name: 'cause', use: 'nothing', request: cause } as const] : []),
  ];
}
