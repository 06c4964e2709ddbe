import type { EntityInfo } from '@tomte/sdk/home';
import { expect, test } from 'vitest';
import { deciding, scriptedModel } from '../../decide/testing.ts';
import { lineDiff } from '../../lib/line-diff.ts';
import { typeCheck } from '../../lib/testing/type-check.ts';
import { draftedCode, thingsFor } from './code-draft.ts';

const info = (id: string, name: string, over: Partial<EntityInfo> = {}): EntityInfo => ({
  ...{ id, name, domain: id.slice(0, id.indexOf('.')), deviceClass: null, stateClass: null },
  ...{ unit: null, area: null, device: null, labels: [], platform: null, ...over },
});
const infos = [
  info('sensor.washer_power', 'Washing machine power', { deviceClass: 'power', unit: 'W' }),
  info('switch.washer', 'Washing machine'),
  info('lock.front_door', 'Front door'),
];
const wish = 'switch the washing machine off when it is done, and tell me';
const body = `triggers: [{ state: { entity: E1, below: 5, for: '5m' } }],
async run(ctx) {
  await ctx.act({ domain: 'switch', action: 'turn_off', entities: [E2], data: {} });
  await ctx.alert({ key: 'washer', title: 'The washing machine is done', text: 'It is off now.', severity: 'today', since: ctx.now(), entities: [E1] });
},`;

function drafted(text: string) {
  const prompts: string[] = [];
  const acts = scriptedModel(({ prompt }) => {
    prompts.push(prompt);
    return { text };
  });
  const { decider, book } = deciding({ acts });
  return { prompts, book, draft: draftedCode({ home: 'h1', text: wish, infos }, decider) };
}

test('a draft is a file of this home’s things, says what it may switch, and type-checks', async () => {
  const { draft, prompts, book } = drafted(body);
  const found = await draft;
  expect(found).toMatchObject({
    ...{ problems: [], maySwitch: ['switch.washer'], decision: '1' },
    entities: [{ id: 'sensor.washer_power' }, { id: 'switch.washer' }],
  });
  expect(found.code).toContain("const E2 = 'switch.washer'; // Washing machine");
  expect(found.code).toContain('wants: () => [E2],');
  expect(typeCheck({ 'draft.ts': found.code! })).toEqual([]);
  // The model is told no id, and no name that may not leave.
  expect(prompts.join()).not.toMatch(/washer_power|switch\.washer|lock\.front/);
  expect(book.entries[0]).toMatchObject({ by: 'words-code', decidedBy: 'model' });
});

test('what is no such workflow is no file, and says why', async () => {
  const found = await drafted('triggers: [], async run() { await import("node:fs"); },').draft;
  expect(found).toMatchObject({ code: null, maySwitch: [], problems: [{ line: 1 }] });
  expect(found.sentence).toMatch(/^What the model wrote is no workflow that Tomte lets be: /);
});

test('without a model there is none', async () => {
  const { decider } = deciding({});
  const found = await draftedCode({ home: 'h1', text: wish, infos }, decider);
  expect(found).toMatchObject({ code: null, problems: [] });
  expect(found.sentence).toMatch(/^No model wrote a draft\./);
});

test('the things the wish names come first', () => {
  expect(
    thingsFor(infos, wish)
      .map(({ id }) => id)
      .slice(0, 2)
      .sort(),
  ).toEqual(['sensor.washer_power', 'switch.washer']);
});

test('a change to a draft keeps its things by name, and the model is told no id of them', async () => {
  const code = (await drafted(body).draft).code!;
  const prompts: string[] = [];
  const acts = scriptedModel(({ prompt }) => {
    prompts.push(prompt);
    return { text: body.replace('below: 5', 'below: 9') };
  });
  const { decider } = deciding({ acts });
  const before = { name: 'washer', code };
  const text = 'the same, below 9 watts';
  const changed = await draftedCode({ home: 'h1', text, infos, before }, decider);
  expect(changed.problems).toEqual([]);
  expect(changed.code).toContain("const E2 = 'switch.washer'; // Washing machine");
  const lines = lineDiff(code, changed.code!).filter(({ kind }) => kind !== 'same');
  expect(lines.filter(({ text: line }) => line.includes('triggers'))).toEqual([
    { kind: 'gone', text: "triggers: [{ state: { entity: E1, below: 5, for: '5m' } }]," },
    { kind: 'new', text: "triggers: [{ state: { entity: E1, below: 9, for: '5m' } }]," },
  ]);
  expect(prompts.join()).toContain('"before":["triggers');
  expect(prompts.join()).not.toMatch(/washer_power|switch\.washer/);
});

test('a workflow that is no draft is not told to the model', async () => {
  const prompts: string[] = [];
  const acts = scriptedModel(({ prompt }) => {
    prompts.push(prompt);
    return { text: body };
  });
  const { decider } = deciding({ acts });
  const own = (await drafted(body).draft).code!;
  for (const code of ['// my secret wish\n', own.replace('async run', 'secret: 1,\nasync run')]) {
    const before = { name: 'washer', code };
    const changed = await draftedCode({ home: 'h1', text: wish, infos, before }, decider);
    expect(changed.sentence).toContain('The model was not shown washer: it is written anew.');
  }
  expect(prompts.join()).not.toContain('secret');
});
