import type { DecideRequest } from '@tomte/sdk/decide';
import { expect, onTestFinished, test } from 'vitest';
import { anthropicServer, refuse, type Said } from '../../../test/kit/anthropic-server.ts';
import { systemClock } from '../../lib/clock.ts';
import { askModel } from '../ask.ts';
import { promptOf } from '../prompt.ts';
import { nothingHidden } from '../testing.ts';
import anthropic from './anthropic.ts';

const request: DecideRequest = {
  question: 'When should the boiler heat?',
  options: [
    { id: 'night', text: 'At night' },
    { id: 'noon', text: 'At noon' },
  ],
  fallback: 'night',
};

/** Asked through the one strict look at answers, as every Decision is. */
async function asked(
  say: (n: number) => Said,
  o: { model?: string; request?: DecideRequest } = {},
) {
  const server = await anthropicServer((_asked, n) => say(n));
  onTestFinished(() => server.close());
  const settings = anthropic.settings.parse({
    ...{ model: o.model ?? 'claude-sonnet-4-5', key: 'sk-ant-1', address: `${server.url}/v1/` },
  });
  const context = { settings, home: null, recorded: async () => null, now: () => 0, fetch };
  const told = await askModel(
    {
      ...{ name: 'anthropic', host: anthropic.host(settings) },
      ask: (prompt, signal) => anthropic.ask(prompt, { ...context, signal }),
    },
    promptOf(o.request ?? request, { privacy: nothingHidden, look: null }),
    { clock: systemClock, deadlineMs: 20_000, signal: new AbortController().signal },
  );
  return { told, server };
}

test('one message with the schema; its answer, its model and its tokens are read', async () => {
  const { told, server } = await asked(() => ({ answer: 'o2', reason: 'The sun shines.' }));
  expect(told).toMatchObject({
    ...{ answer: { choice: 'noon', reason: 'The sun shines.' }, fault: null, requests: 1 },
    ...{ version: 'claude-sonnet-4-5', tokensIn: 210, tokensOut: 21 },
    host: new URL(server.url).host,
  });
  const [one] = server.asked;
  expect(one).toMatchObject({
    ...{ path: '/v1/messages', headers: { 'x-api-key': 'sk-ant-1' } },
    body: {
      ...{ model: 'claude-sonnet-4-5', max_tokens: 300, messages: [{ role: 'user' }] },
      output_config: {
        format: {
          type: 'json_schema',
          schema: { additionalProperties: false, required: ['answer', 'reason'] },
        },
      },
    },
  });
  expect(JSON.stringify(one!.body.system)).toContain('Every possible answer was made by a program');
  expect(JSON.stringify(one!.body.messages)).toContain('o2: \\"At noon\\"');
});

test('a model of before answers by a tool of that schema', async () => {
  const { told, server } = await asked(() => ({ answer: 'o1', reason: '' }), {
    model: 'claude-3-haiku-20240307',
  });
  expect(told).toMatchObject({ answer: { choice: 'night' }, requests: 1 });
  expect(server.asked[0]!.body.tools).toMatchObject([
    { input_schema: { required: ['answer', 'reason'] } },
  ]);
});

test('a text is asked with room for it', async () => {
  const { told, server } = await asked(() => ({ text: 'Shut the door.' }), {
    request: { kind: 'text', question: 'Say it', lengthMax: 400, fallback: 'x' },
  });
  expect(told.answer).toEqual({ choice: 'Shut the door.', reason: '' });
  expect(server.asked[0]!.body.max_tokens).toBe(300);
});

test('what is not of the form is asked again once, and then is none', async () => {
  const { told, server } = await asked((n) =>
    n === 1 ? 'At noon, I think.' : { answer: 'o9', reason: '' },
  );
  expect(told).toMatchObject({
    answer: null,
    fault: { code: 'decide.answer_invalid' },
    requests: 2,
  });
  expect(server.asked).toHaveLength(2);
  expect(JSON.stringify(server.asked[1]!.body)).not.toContain('I think');
});

test.each([
  [401, 'authentication_error', 'decide.model_refused', 1],
  [429, 'rate_limit_error', 'decide.model_refused', 1],
  [500, 'api_error', 'decide.model_unavailable', 2],
  [529, 'overloaded_error', 'decide.model_unavailable', 2],
])('%i %s is told in our words, without what was sent', async (status, type, code, requests) => {
  const { told } = await asked(
    () => (response) => refuse(response, status, type, 'bad key sk-ant-1'),
  );
  expect(told).toMatchObject({ answer: null, fault: { code }, requests });
  expect(told.fault!.message).toBe(`The model answered ${status}`);
});
