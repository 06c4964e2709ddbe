import type { DecideRequest } from '@tomte/sdk/decide';
import { TomteError } from '@tomte/sdk/errors';
import type { ModelPrompt } from '@tomte/sdk/model';
import { expect, test } from 'vitest';
import { memoryBook } from './book.ts';
import { openDecider } from './decider.ts';
import { deciding, scriptedModel } from './testing.ts';

const choice: DecideRequest = {
  question: 'When should the boiler heat?',
  options: [
    { id: 'night', text: 'At 02:00, at 0.11 €/kWh' },
    { id: 'noon', text: 'At 13:00, from the sun' },
  ],
  facts: { solarKwh: 4.2 },
  fallback: 'night',
};
const asking = (request: DecideRequest) => ({ home: 'h1', by: 'workflow:boiler', request });

test('without a model the rule decides, and it is kept with what it decided', async () => {
  const { decider, book } = deciding({});
  const decided = await decider.decide(asking(choice));
  expect(decided).toEqual({
    choice: 'night',
    reason: 'The rule decided: At 02:00, at 0.11 €/kWh',
    decidedBy: 'rule',
    decision: '1',
  });
  expect(book.entries).toMatchObject([{ why: 'no_model', rule: 'night', told: [] }]);
});

test('a model chooses by opaque ids; ids of the request never leave', async () => {
  const seen: ModelPrompt[] = [];
  const model = scriptedModel((prompt) => {
    seen.push(prompt);
    return { answer: 'o2', reason: 'The sun gives 4.2 kWh.' };
  });
  const { decider, book } = deciding({ acts: model });
  expect(await decider.decide(asking(choice))).toMatchObject({
    choice: 'noon',
    reason: 'The sun gives 4.2 kWh.',
    decidedBy: 'model',
  });
  expect(seen[0]!.prompt).toContain('o2: "At 13:00, from the sun"');
  expect(seen[0]!.prompt).not.toContain('noon');
  expect(JSON.stringify(seen[0]!.schema)).toContain('"none"');
  expect(book.entries[0]).toMatchObject({ decidedBy: 'model', why: null, rule: 'night' });
});

test.each([
  ['prose', 'I think o2 is best.'],
  ['a fence', '```json\n{"answer":"o2","reason":"x"}\n```'],
  ['a key more', '{"answer":"o2","reason":"x","approved":true}'],
  ['an id that was not offered', '{"answer":"o3","reason":"x"}'],
  ['an id of the request', '{"answer":"noon","reason":"x"}'],
  ['another type', '{"answer":2,"reason":"x"}'],
  ['a prototype', '{"answer":"o2","reason":"x","__proto__":{"a":1}}'],
  ['a list', '[{"answer":"o2","reason":"x"}]'],
  ['an unfinished answer', '{"answer":"o2","reason":"x'],
])('%s is no answer: asked again once, then the rule decides', async (_what, text) => {
  const model = scriptedModel(() => text);
  const { decider, book } = deciding({ acts: model });
  expect(await decider.decide(asking(choice))).toMatchObject({
    choice: 'night',
    decidedBy: 'rule',
  });
  expect(book.entries[0]).toMatchObject({
    why: 'failed',
    told: [{ requests: 2, answer: null, fault: { code: 'decide.answer_invalid' } }],
  });
});

test('a second answer in the right form counts, and the first is not shown to the model again', async () => {
  const prompts: string[] = [];
  const model = scriptedModel(({ prompt }) => {
    prompts.push(prompt);
    return prompts.length === 1 ? 'DO AS I SAY' : { answer: 'o1', reason: 'Cheapest.' };
  });
  const { decider } = deciding({ acts: model });
  expect(await decider.decide(asking(choice))).toMatchObject({
    choice: 'night',
    decidedBy: 'model',
  });
  expect(prompts[1]).not.toContain('DO AS I SAY');
});

test('none of these leaves it to the rule', async () => {
  const { decider, book } = deciding({
    acts: scriptedModel(() => ({ answer: 'none', reason: '' })),
  });
  expect(await decider.decide(asking(choice))).toMatchObject({
    choice: 'night',
    decidedBy: 'rule',
  });
  expect(book.entries[0]).toMatchObject({ why: 'abstained' });
});

test('a model that only watches is asked and decides nothing', async () => {
  const watches = scriptedModel(() => ({ answer: 'o2', reason: 'Sun.' }));
  const { decider, book } = deciding({ watches });
  expect(await decider.decide(asking(choice))).toMatchObject({
    choice: 'night',
    decidedBy: 'rule',
  });
  expect(book.entries[0]).toMatchObject({
    why: 'watching',
    told: [{ as: 'watches', answer: { choice: 'noon' } }],
  });
});

test('a model that is silent is given up at the deadline; the rule decides', async () => {
  const asked = Promise.withResolvers<void>();
  const acts = scriptedModel(() => {
    asked.resolve();
    return new Promise(() => {});
  });
  const { decider, book, clock } = deciding({ acts });
  const decided = decider.decide(asking(choice));
  await asked.promise;
  await clock.runTo(clock.now() + 20_000);
  expect(await decided).toMatchObject({ decidedBy: 'rule' });
  expect(book.entries[0]).toMatchObject({ told: [{ fault: { code: 'decide.too_slow' } }] });
});

test('a Run that ends takes its question with it, and nothing is kept', async () => {
  const stop = new AbortController();
  const { decider, book } = deciding({ acts: scriptedModel(() => new Promise(() => {})) });
  const decided = decider.decide({ ...asking(choice), signal: stop.signal });
  stop.abort(new TomteError('run.cancelled', 'Stopped'));
  await expect(decided).rejects.toMatchObject({ code: 'run.cancelled' });
  expect(book.entries).toEqual([]);
});

test('the same key is asked once', async () => {
  let asked = 0;
  const model = scriptedModel(() => {
    asked++;
    return { answer: 'o2', reason: 'Sun.' };
  });
  const { decider } = deciding({ acts: model });
  const first = await decider.decide({ ...asking(choice), key: 'r1/decide 1' });
  const second = await decider.decide({ ...asking(choice), key: 'r1/decide 1' });
  expect(asked).toBe(1);
  expect(second).toEqual(first);
});

test('yes or no, a level and a text are answered in their own words', async () => {
  const yes = deciding({ acts: scriptedModel(() => ({ answer: 'yes', reason: '' })) });
  expect(
    await yes.decider.decide(asking({ kind: 'boolean', question: 'Dry?', fallback: 'no' })),
  ).toMatchObject({ choice: 'yes', decidedBy: 'model' });
  const level = deciding({ acts: scriptedModel(() => ({ answer: 'o3', reason: '' })) });
  const levels = ['low', 'middle', 'high'];
  expect(
    await level.decider.decide(
      asking({ kind: 'score', question: 'How bad?', levels, fallback: 'low' }),
    ),
  ).toMatchObject({ choice: 'high' });
  const text = deciding({ acts: scriptedModel(() => ({ text: 'The sun gave 4.2 kWh.' })) });
  const request = {
    kind: 'text',
    question: 'Say it',
    lengthMax: 80,
    fallback: 'Sun: 4.2 kWh',
  } as const;
  expect(
    await text.decider.decide(asking({ ...request, facts: { sun: '4.2 kWh' } })),
  ).toMatchObject({ choice: 'The sun gave 4.2 kWh.', decidedBy: 'model' });
});

test.each([
  ['of its own', 'The sun gave 5.1 kWh.'],
  ['of how long it may be, as a small model does', 'The sun gave 80 kWh.'],
])('a text with a number that is no fact is not said: one %s', async (_which, said) => {
  const model = scriptedModel(() => ({ text: said }));
  const { decider, book } = deciding({ acts: model });
  const request = { kind: 'text', question: 'Say it', lengthMax: 80, fallback: 'Sun' } as const;
  const decided = await decider.decide(asking({ ...request, facts: { sun: '4.2 kWh' } }));
  expect(decided).toMatchObject({ choice: 'Sun', decidedBy: 'rule' });
  expect(book.entries[0]).toMatchObject({ why: 'not_grounded' });
});

test('a code that an answer names stays at home; its other numbers do not', async () => {
  const prompts: string[] = [];
  const acts = scriptedModel(({ prompt }) => {
    prompts.push(prompt);
    return { answer: 'o1', reason: '' };
  });
  const { decider } = deciding({ acts });
  const options = [
    { id: 'a', text: 'Tell that door code 4711 is in use since 2026' },
    { id: 'b', text: 'At 02:00 for 0.1145 €/kWh, 1500 W' },
  ];
  await decider.decide(asking({ question: 'Which?', options, fallback: 'a' }));
  expect(prompts[0]).not.toContain('4711');
  expect(prompts[0]).toMatch(/2026.*0\.1145.*1500 W/s);
});

test('people and places are called by stand-ins outside, and by name at home', async () => {
  const prompts: string[] = [];
  const acts = scriptedModel(({ prompt }) => {
    prompts.push(prompt);
    return { text: 'person 1 left place 1.' };
  });
  const privacy = {
    people: new Map([['Anna', 'person 1']]),
    places: new Map([['Skogsvägen', 'place 1']]),
    names: false,
  };
  const { decider } = deciding({ acts, privacy });
  const decided = await decider.decide(
    asking({
      ...{ kind: 'text', question: 'Say it', lengthMax: 80, fallback: '-' },
      facts: { who: 'ANNA', where: 'Skogsvägen', doorCode: '4711', latitude: 59.33 },
      quoted: { note: 'The code is 4711, call +46 70 123 45 67 or https://evil.example/x' },
    }),
  );
  expect(decided.choice).toBe('Anna left Skogsvägen.');
  expect(prompts[0]).not.toMatch(/anna|skogs|4711|59\.33|123 45|evil/i);
});

test('a record that cannot be kept is told: what nobody can look up was not decided', async () => {
  const { parts } = deciding({});
  const broken = openDecider({
    ...parts,
    book: {
      ...memoryBook(),
      add: () => Promise.reject(new TomteError('store.unavailable', 'Down')),
    },
  });
  await expect(broken.decide(asking(choice))).rejects.toMatchObject({ code: 'store.unavailable' });
});
