/**
 * A real model behind an OpenAI-compatible server, such as that of scripts/small-model.ts. What is shown is
 * that it can be asked and is held to the form and to the facts; how well it decides is no matter here.
 */
import type { DecideRequest } from '@tomte/sdk/decide';
import { expect, test } from 'vitest';
import openai from '../../src/decide/models/openai-compatible.ts';
import { deciding } from '../../src/decide/testing.ts';

const [address, model = ''] = (process.env.TOMTE_MODEL_URL ?? '').split('#');
if (!address) console.info('TOMTE_MODEL_URL is not set: the real model is left out');

const facts = { waterLitres: 38, minutes: 95, since: '06:10' };
const text: DecideRequest = {
  ...{ kind: 'text', question: 'Say this in one sentence.', lengthMax: 120, facts },
  fallback: '38 l have run since 06:10.',
};
const asked: readonly DecideRequest[] = [
  {
    question: 'When should the boiler heat?',
    options: [
      { id: 'night', text: 'At 02:00 for 0.11 €/kWh' },
      { id: 'noon', text: 'At 13:00 from the sun' },
    ],
    fallback: 'night',
  },
  { kind: 'boolean', question: 'Is 38 litres in 95 minutes a leak?', facts, fallback: 'yes' },
  { kind: 'score', question: 'How urgent is it?', levels: ['low', 'high'], facts, fallback: 'low' },
];

function open() {
  const settings = openai.settings.parse({ address, model });
  const rest = { settings, fetch, home: null, now: () => 0, recorded: async () => null };
  const acts = {
    ...{ name: 'openai-compatible', host: new URL(address!).host },
    ask: (prompt: Parameters<typeof openai.ask>[0], signal: AbortSignal) =>
      openai.ask(prompt, { ...rest, signal }),
  };
  return deciding({ acts });
}

test.skipIf(!address)(
  'a real model answers every kind of question in its form, among what was offered',
  async () => {
    const { decider, book } = open();
    for (const request of asked) await decider.decide({ home: 'h', by: 'test', request });
    const offered = [
      ['night', 'noon'],
      ['yes', 'no'],
      ['low', 'high'],
    ];
    for (const [n, { told, choice }] of book.entries.entries()) {
      expect(told).toMatchObject([{ fault: null, answer: { reason: expect.any(String) } }]);
      expect(told[0]!.tokensIn).toBeGreaterThan(50);
      expect(offered[n]).toContain(choice);
    }
  },
  120_000,
);

test.skipIf(!address)(
  'its words are told only where every number of them is a fact',
  async () => {
    const { decider, book } = open();
    const { choice, decidedBy } = await decider.decide({ home: 'h', by: 'test', request: text });
    const numbers = choice.match(/\d+/g) ?? [];
    for (const number of numbers) expect(['38', '95', '06', '6', '10']).toContain(number);
    expect(book.entries[0]!.told[0]!.requests).toBeGreaterThan(0);
    expect(decidedBy === 'model' || choice === text.fallback).toBe(true);
  },
  120_000,
);
