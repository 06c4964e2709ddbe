import { defineConnector } from '@tomte/sdk/connector';
import { TomteError } from '@tomte/sdk/errors';
import { secret } from '@tomte/sdk/secret';
import { z } from 'zod';
import { jsonOf } from '../answer.ts';
import { stepsOf, valueAt } from '../pointer.ts';

const secretMark = '{secret}';
const wanted = ['anything', 'number', 'text', 'yes or no', 'list', 'object'] as const;

const settings = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/ })
      .max(2000)
      .meta({ title: 'Address' })
      .describe('Address that answers in JSON; {secret} in it stands for the secret below'),
    headers: z
      .record(z.string().regex(/^[A-Za-z0-9-]{1,60}$/), z.string().max(1000))
      .default({})
      .describe('Headers to send, such as {"authorization": "Bearer {secret}"}'),
    secret: secret({ description: 'Key or token of the service', hostOf: 'url' }).optional(),
    pointer: z
      .string()
      .max(500)
      .default('')
      .refine((text) => stepsOf(text) !== null, 'expected such as $.prices[0].total')
      .describe(
        'Where the value stands in the answer, such as $.prices[0].total; empty for all of it',
      ),
    expect: z.enum(wanted).default('anything').describe('What the value must be'),
    everyMinutes: z
      .int()
      .min(1)
      .max(1440)
      .default(15)
      .describe('How long an answer holds before it is asked for again, in minutes'),
  })
  .refine(({ url, headers, secret }) => secret !== undefined || !marks(url, headers), {
    path: ['secret'],
    message: 'type the secret that {secret} stands for',
  });

const marks = (url: string, headers: Readonly<Record<string, string>>): boolean =>
  [url, ...Object.values(headers)].some((text) => text.includes(secretMark));

export default defineConnector({
  title: 'JSON from an address',
  text: 'A value out of the JSON that an address answers: a price, a tide, a count of your own program.',
  settings,
  query: z.strictObject({}),
  facts: z.unknown(),
  dailyMax: 2000,

  async fetch({ settings, fetch, signal, now }) {
    const fill = (text: string) => text.replaceAll(secretMark, settings.secret ?? '');
    const entries = Object.entries(settings.headers).map(([name, value]) => [name, fill(value)]);
    const headers = { accept: 'application/json', ...Object.fromEntries(entries) };
    const response = await fetch(fill(settings.url), { headers, signal });
    const answer = await jsonOf(response, 'The address');
    const value = valueAt(answer, stepsOf(settings.pointer) ?? []);
    return {
      facts: judged(value, settings.expect),
      validUntil: now() + settings.everyMinutes * 60_000,
    };
  },
});

/** A number may come as text: many services write prices so. */
function judged(value: unknown, expected: (typeof wanted)[number]): unknown {
  const number =
    typeof value === 'string' && value.trim() !== '' ? Number(value) : (value as number);
  switch (expected) {
    case 'anything':
      return value;
    case 'number':
      if (typeof number === 'number' && Number.isFinite(number)) return number;
      break;
    case 'text':
      if (typeof value === 'string') return value;
      break;
    case 'yes or no':
      if (typeof value === 'boolean') return value;
      break;
    case 'list':
      if (Array.isArray(value)) return value;
      break;
    case 'object':
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  }
  throw new TomteError('connect.answer_invalid', `The value is not of the kind: ${expected}`);
}
