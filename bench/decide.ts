/**
 * Decisions: 60 cases whose right answer follows from a rule, for the rule, or for a model where one is named
 * (kept apart, as `decide-model`); what a Decision costs of our own time; 3,000 entities in one question.
 *
 *   node bin/tomte.js --node bench/decide.ts
 *   TOMTE_BENCH_MODEL=http://127.0.0.1:11434/v1#llama3.2 node bin/tomte.js --node bench/decide.ts
 */
import type { EntitySelector } from '@tomte/sdk/define';
import type { ModelInUse } from '../src/decide/ask.ts';
import { memoryBook } from '../src/decide/book.ts';
import { openDecider } from '../src/decide/decider.ts';
import type { Privacy } from '../src/decide/facts.ts';
import { lookedAt } from '../src/decide/look.ts';
import openai from '../src/decide/models/openai-compatible.ts';
import { promptOf, promptTokensMax } from '../src/decide/prompt.ts';
import { relevanceTo } from '../src/decide/relevance.ts';
import { freePurse } from '../src/decide/spend.ts';
import { createMirror } from '../src/home/mirror.ts';
import { systemClock } from '../src/lib/clock.ts';
import { guardedFetch } from '../src/lib/egress.ts';
import { privacyIn } from '../src/main/decide/privacy.ts';
import { thingsIn } from '../src/main/decide/things-in.ts';
import { keepResult } from './result.ts';

const leaves = { people: false, places: false, names: false };
/** Who and where it is, looked up for each question, as a home does. */
const privacyNow = (): Privacy =>
  privacyIn(large, { persons: ['Anna Berg', 'Ola Berg'], home: 'Villa Berg', leaves });

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
    purse: freePurse,
    models: async () => ({ acts: model, watches: null }),
    privacy: async () => privacyNow(),
    look: async (_home, request, p) =>
      lookedAt(thingsIn(large, request.look ?? null), p, { relevance: relevanceTo(request) }),
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
    ask: async () => ({ text: '{"answer":"o1","reason":"It is the cheapest, at 02:00."}' }),
  };
  const { decider, book } = deciderWith(model);
  const times: number[] = [];
  for (let n = 0; n < 600; n++) {
    if (look) changed(n);
    const begun = systemClock.ticks();
    await decider.decide({
      home: 'h',
      by: 'bench',
      request: { ...requestOf(cases[n % 60]!), ...(look && { look }) },
    });
    times.push(systemClock.ticks() - begun);
    // A record is kept in the database.
    book.entries.length = 0;
  }
  const sorted = times.slice(100).sort((a, b) => a - b);
  const at = (share: number) => Number(sorted[Math.floor(sorted.length * share)]!.toFixed(3));
  return { medianMs: at(0.5), p95Ms: at(0.95), limitMs: 5 };
}

/** As a Link holds it: states with attributes, the registries of things and rooms. */
const large = (() => {
  const mirror = createMirror();
  const classes = ['temperature', 'humidity', 'power', 'energy', 'door', 'motion', 'battery'];
  const ids = Array.from({ length: 3000 }, (_, n) => `sensor.thing_${n}`);
  const attributesOf = (n: number) => ({
    ...{ friendly_name: `Thing number ${n}`, unit_of_measurement: '°C' },
    ...{ device_class: classes[n % classes.length], state_class: 'measurement' },
  });
  const rows = ids.map((id, n) => [id, { s: String((n * 37) % 1000), a: attributesOf(n), lc: 1 }]);
  mirror.restart({ a: Object.fromEntries(rows) });
  const none = { name: null, device: null, labels: [], platform: 'mqtt' };
  const entries = ids.map((id, n) => [id, { ...none, area: `room_${n % 40}` }] as const);
  mirror.setRegistry('entities', new Map(entries));
  const rooms = Array.from(
    { length: 40 },
    (_, n) => [`room_${n}`, { name: `Room ${n}`, floor: null }] as const,
  );
  mirror.setRegistry('areas', new Map(rooms));
  return mirror;
})();
const changesBetween = 30;

/** A busy home: so many things say something else between two questions. */
function changed(round: number): void {
  const rows = Array.from({ length: changesBetween }, (_, k) => {
    const n = (round * changesBetween + k) % large.size;
    return [`sensor.thing_${n}`, { '+': { s: String((round + n) % 1000), lc: round + 2 } }];
  });
  large.apply({ c: Object.fromEntries(rows) }, () => {});
}

function largeHome() {
  const request = requestOf(cases[0]!);
  const privacy = privacyNow();
  const looked = lookedAt(thingsIn(large, null), privacy, { relevance: relevanceTo(request) });
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
if (model) await keepResult('decide-model', { name: model.name, ...(await judged(model)) });
else {
  await keepResult('decide', {
    rule: await judged(null),
    overhead: await overhead(),
    overheadOfLargeHome: await overhead({ domain: 'sensor' }),
    largeHome: largeHome(),
  });
}
