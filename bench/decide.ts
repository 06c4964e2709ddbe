/**
 * Decisions: 60 cases whose right answer follows from a rule, for the rule and for a model where one is
 * named; what a Decision costs of our own time; a home of 3,000 entities in one question.
 *
 *   node bin/tomte.js --node bench/decide.ts
 *   TOMTE_BENCH_MODEL=http://127.0.0.1:11434/v1#llama3.2 node bin/tomte.js --node bench/decide.ts
 */
import type { EntitySelector } from '@tomte/sdk/define';
import type { ModelInUse } from '../src/decide/ask.ts';
import { memoryBook } from '../src/decide/book.ts';
import { openDecider } from '../src/decide/decider.ts';
import type { Privacy } from '../src/decide/facts.ts';
import { lookedAt, type Seen } from '../src/decide/look.ts';
import openai from '../src/decide/models/openai-compatible.ts';
import { promptOf, promptTokensMax } from '../src/decide/prompt.ts';
import { relevanceTo } from '../src/decide/relevance.ts';
import { systemClock } from '../src/lib/clock.ts';
import { guardedFetch } from '../src/lib/egress.ts';
import { keepResult } from './result.ts';

const privacy: Privacy = { people: new Map(), places: new Map(), names: false };

/** Cheapest hour, urgency, and whether a load fits: each with its truth by rule. */
const cases = Array.from({ length: 60 }, (_, n) => {
  const prices = [0, 1, 2].map((k) => ((n * 7 + k * 11) % 23) / 100 + 0.05 + k / 1000);
  const cheapest = prices.indexOf(Math.min(...prices));
  const options = prices.map((price, k) => ({
    id: `h${k}`,
    text: `at ${String(2 + k * 5).padStart(2, '0')}:00 for ${price.toFixed(3)} €/kWh`,
  }));
  return { truth: `h${cheapest}`, options, n };
});

const requestOf = ({ options, truth, n }: (typeof cases)[number]) => ({
  question: 'Which hour is the cheapest?',
  options,
  facts: { day: n + 1, powerKw: 2.2 },
  fallback: truth,
});

function deciderWith(model: ModelInUse | null) {
  const book = memoryBook();
  const decider = openDecider({
    ...{ clock: systemClock, book, deadlineMs: () => 60_000 },
    purse: { mayAsk: async () => null, paid: async () => null },
    models: async () => ({ acts: model, watches: null }),
    privacy: async () => privacy,
    look: async (_home, request) => lookedAt(large, privacy, { relevance: relevanceTo(request) }),
  });
  return { decider, book };
}

async function judged(model: ModelInUse | null) {
  const { decider, book } = deciderWith(model);
  let right = 0;
  for (const one of cases) {
    const { choice } = await decider.decide({ home: 'h', by: 'bench', request: requestOf(one) });
    // The rule's answer in place of an invalid one is not the model's.
    const counts = model === null || book.entries.at(-1)!.decidedBy === 'model';
    if (counts && choice === one.truth) right++;
  }
  const told = book.entries.flatMap((entry) => entry.told);
  const ms = told.map((one) => one.ms).sort((a, b) => a - b);
  return {
    cases: cases.length,
    right,
    invalid: told.filter(({ answer }) => answer === null).length,
    tokensIn: told.reduce((sum, one) => sum + one.tokensIn, 0),
    tokensOut: told.reduce((sum, one) => sum + one.tokensOut, 0),
    medianMs: ms[Math.floor(ms.length / 2)] ?? null,
  };
}

/** Our own time of one Decision: a model that answers at once; with `look`, one that is told of a large home. */
async function overhead(look?: EntitySelector) {
  const model: ModelInUse = {
    ...{ name: 'at-once', host: null },
    ask: async () => ({ text: '{"answer":"o1","reason":"It is the cheapest."}' }),
  };
  const { decider } = deciderWith(model);
  const times: number[] = [];
  for (let n = 0; n < 600; n++) {
    const begun = systemClock.ticks();
    await decider.decide({
      home: 'h',
      by: 'bench',
      request: { ...requestOf(cases[n % 60]!), ...(look && { look }) },
    });
    times.push(systemClock.ticks() - begun);
  }
  const sorted = times.slice(100).sort((a, b) => a - b);
  const at = (share: number) => Number(sorted[Math.floor(sorted.length * share)]!.toFixed(3));
  return { medianMs: at(0.5), p95Ms: at(0.95), limitMs: 5 };
}

const large: readonly Seen[] = (() => {
  const classes = ['temperature', 'humidity', 'power', 'energy', 'door', 'motion', 'battery'];
  return Array.from({ length: 3000 }, (_, n) => {
    const deviceClass = classes[n % classes.length]!;
    const id = `sensor.thing_${n}`;
    const info = { id, name: `Thing number ${n}`, domain: 'sensor', deviceClass, stateClass: null };
    const more = { unit: '°C', area: `Room ${n % 40}`, device: null, labels: [], platform: null };
    const times = { lastChanged: 0, lastUpdated: 0, contextId: null, contextUserId: null };
    const state = { entityId: id, state: String((n * 37) % 1000), attributes: {}, ...times };
    return { info: { ...info, ...more }, state, area: `Room ${n % 40}` };
  });
})();

function largeHome() {
  const request = requestOf(cases[0]!);
  const looked = lookedAt(large, privacy, { relevance: relevanceTo(request) });
  const prompt = promptOf(request, { privacy, look: looked });
  const chars = prompt.prompt.length + prompt.instructions.length;
  const { told, summed, of } = looked;
  const size = { tokensEstimated: prompt.tokens, limit: promptTokensMax, chars };
  return { entities: of, told, inSums: summed, ...size };
}

function namedModel(text: string | undefined): ModelInUse | null {
  if (!text) return null;
  const [address = '', name = ''] = text.split('#');
  const settings = openai.settings.parse({ address, model: name });
  const fetch = guardedFetch({
    clock: systemClock,
    allow: ['loopback', 'private'],
    timeMs: 60_000,
  });
  const rest = { home: null, now: systemClock.now, recorded: async () => null };
  return {
    ...{ name, host: new URL(address).host },
    ask: (prompt, signal) => openai.ask(prompt, { ...rest, settings, fetch, signal }),
  };
}

const model = namedModel(process.env.TOMTE_BENCH_MODEL);
const result = {
  rule: await judged(null),
  model: model
    ? { name: model.name, ...(await judged(model)) }
    : 'none named: nothing is said of any',
  overhead: await overhead(),
  overheadOfLargeHome: await overhead({ domain: 'sensor' }),
  largeHome: largeHome(),
};
await keepResult('decide', result);
