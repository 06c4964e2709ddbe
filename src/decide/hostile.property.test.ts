/** Whatever a model server does, a question ends, and with one of its own answers. */
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  answerWith,
  type ModelServer,
  modelServer,
  type Said,
} from '../../test/kit/model-server.ts';
import { selfSigned } from '../home/testing/certificates.ts';
import { systemClock } from '../lib/clock.ts';
import { guardedFetch } from '../lib/egress.ts';
import type { ModelInUse } from './ask.ts';
import { memoryBook } from './book.ts';
import { openDecider } from './decider.ts';
import { answerBytesMax } from './in-use.ts';
import openai from './models/openai-compatible.ts';
import { freePurse } from './spend.ts';
import { nothingHidden } from './testing.ts';

const request = {
  question: 'What should the boiler do?',
  options: [
    { id: 'heat', text: 'Heat now' },
    { id: 'wait', text: 'Wait' },
  ],
  fallback: 'wait',
};
const offered = ['heat', 'wait'];
const deadlineMs = 700;

let server: ModelServer;
let say: Said = '';
beforeAll(async () => {
  server = await modelServer(() => say);
});
afterAll(() => server.close());

function modelAt(address: string): ModelInUse {
  const fetch = guardedFetch({ clock: systemClock, allow: ['loopback'], bytesMax: answerBytesMax });
  const settings = openai.settings.parse({ address, model: 'fake-1' });
  return {
    ...{ name: 'hostile', host: 'fake' },
    ask: (prompt, signal) =>
      openai.ask(prompt, {
        ...{ settings, signal, home: null, now: systemClock.now, recorded: async () => null },
        fetch: (input, init) => fetch(input, { signal, ...init }),
      }),
  };
}

async function decideWith(model: ModelInUse) {
  const book = memoryBook();
  const decider = openDecider({
    ...{ clock: systemClock, book, deadlineMs: () => deadlineMs },
    purse: freePurse,
    models: async () => ({ acts: model, watches: null }),
    privacy: async () => nothingHidden,
    look: async () => ({ text: '', told: 0, of: 0 }),
  });
  const decided = await decider.decide({ home: 'h1', by: 'test', request });
  expect(book.entries).toHaveLength(1);
  return { decided, entry: book.entries[0]! };
}

const ask = () => decideWith(modelAt(`${server.url}/v1`));

test('any text, any JSON and anything near the right form leads to an offered answer', async () => {
  const near = fc.record({
    answer: fc.oneof(fc.constantFrom('o1', 'o2', 'o3', 'none', 'heat', ''), fc.anything()),
    reason: fc.oneof(fc.string(), fc.anything()),
  });
  const contents = fc.oneof(
    fc.string(),
    fc.json(),
    near.map((value) => JSON.stringify(value) ?? ''),
  );
  await fc.assert(
    fc.asyncProperty(contents, async (content) => {
      say = content;
      const { decided, entry } = await ask();
      expect(offered).toContain(decided.choice);
      // Only what is exactly of the form counts as the model's.
      if (decided.decidedBy === 'model') {
        const read = JSON.parse(content) as { answer: string };
        expect(decided.choice).toBe(read.answer === 'o1' ? 'heat' : 'wait');
        expect(Object.keys(read).sort()).toEqual(['answer', 'reason']);
      } else expect(decided.choice).toBe('wait');
      expect(entry.told[0]!.requests).toBeLessThanOrEqual(2);
    }),
    { numRuns: 120 },
  );
});

const start = (response: ServerResponse) =>
  response.writeHead(200, { 'content-type': 'application/json' });
const good = JSON.stringify({ answer: 'o1', reason: '' });

const wire: Record<string, Said> = {
  'a megabyte': `${' '.repeat(1_100_000)}${good}`,
  'an envelope of two megabytes': (response) => start(response).end('x'.repeat(2_200_000)),
  'an answer that never ends': (response) => {
    start(response).write('{"id":"');
    const more = () => {
      if (!response.destroyed) response.write('a'.repeat(1000), () => setImmediate(more));
    };
    more();
  },
  silence: () => {},
  'half an answer': (response) => void start(response).write('{"choices":['),
  'a cut': (response) => response.socket!.destroy(),
  'another envelope': (response) => start(response).end('{"choices":[{"message":{"content":42}}]}'),
  'no choices': (response) => start(response).end('{"choices":[]}'),
  null: (response) => start(response).end('null'),
  HTML: (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>hi</h1>'),
  'a redirect elsewhere': (response) =>
    response.writeHead(307, { location: 'http://10.0.0.1/v1/chat/completions' }).end(),
  ...Object.fromEntries(
    [400, 401, 404, 408, 429, 500, 502, 503].map((status) => [
      `HTTP ${status}`,
      (response: ServerResponse) => response.writeHead(status).end('{"error":{"message":"o1"}}'),
    ]),
  ),
};

test.each(Object.keys(wire))('%s: the rule decides, within the deadline', async (name) => {
  say = wire[name]!;
  const { decided, entry } = await ask();
  expect(decided).toMatchObject({ choice: 'wait', decidedBy: 'rule' });
  expect(entry).toMatchObject({ why: 'failed', told: [{ answer: null }] });
  expect(entry.told[0]!.fault!.message).not.toContain('o1');
});

test('a certificate that nobody vouches for: nothing is sent, the rule decides', async () => {
  const { key, cert } = await selfSigned(['localhost'], Date.now());
  let asked = 0;
  const tls = createServer({ key, cert }, (_request, response) => {
    asked++;
    answerWith(response, good);
  });
  await new Promise<void>((resolve) => tls.listen(0, '127.0.0.1', resolve));
  const { port } = tls.address() as { port: number };
  const { decided } = await decideWith(modelAt(`https://localhost:${port}/v1`));
  expect(decided).toMatchObject({ choice: 'wait', decidedBy: 'rule' });
  expect(asked).toBe(0);
  await new Promise((resolve) => tls.close(resolve));
});

test('a port where nobody listens, and then one who answers well', async () => {
  const { decided } = await decideWith(modelAt('http://127.0.0.1:9/v1'));
  expect(decided.decidedBy).toBe('rule');
  say = good;
  expect((await ask()).decided).toMatchObject({ choice: 'heat', decidedBy: 'model' });
});
