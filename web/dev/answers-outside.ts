/** Sources of outside facts in the fixture home: one that answers, one that fails, one to set up. */
import type { ConnectorKind, ConnectorRow, FactsAnswer } from '@tomte/sdk/types';
import { at } from './fixtures.ts';

const minute = 60_000;
const home = 'villa-berg';
const query = { type: 'object', properties: {} };

export const kinds: ConnectorKind[] = [
  {
    kind: 'http-json',
    title: 'JSON from an address',
    text: 'A value out of the JSON that an address answers: a price, a tide, a count of your own program.',
    schema: {
      type: 'object',
      required: ['url'],
      properties: {
        url: { type: 'string', format: 'uri', description: 'Address that answers in JSON' },
        secret: { type: 'string', secret: true, description: 'Key or token of the service' },
        pointer: { type: 'string', default: '', description: 'Where the value stands' },
        everyMinutes: { type: 'integer', default: 15, description: 'How long an answer holds' },
      },
    },
    query,
    needsSettings: true,
  },
  {
    kind: 'weather',
    title: 'Weather',
    text: 'The forecast for your home, from Home Assistant.',
    schema: {
      type: 'object',
      properties: {
        openMeteo: { type: 'boolean', default: false, description: 'Ask Open-Meteo as well' },
      },
    },
    query,
    needsSettings: false,
  },
];

export const rows: ConnectorRow[] = [
  {
    ...{ name: 'http-json:price', kind: 'http-json', title: 'JSON from an address', home },
    setUp: true,
    settings: { url: 'https://prices.example.org/now', secret: '«secret»', pointer: '$.total' },
    asOf: at(52 * minute),
    error: {
      code: 'connect.source_unavailable',
      message: 'The address answers 503',
      hint: 'The source is busy or down. Tomte asks again later by itself.',
      details: {},
    },
  },
  {
    ...{ name: 'weather', kind: 'weather', title: 'Weather', home },
    setUp: false,
    settings: {},
    asOf: at(4 * minute),
    error: null,
  },
];

export const facts: FactsAnswer = {
  connector: 'weather',
  value: { source: 'home', forecast: [{ at: at(0), condition: 'rainy', temperatureC: 4.3 }] },
  asOf: at(0),
  validUntil: at(-30 * minute),
  stale: false,
  error: null,
};
