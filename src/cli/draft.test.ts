import type { CodeDraft, DraftLook } from '@tomte/sdk/types-words';
import { expect, test } from 'vitest';
import { home, tomte } from './testing.ts';

const draft: CodeDraft = {
  ...{ home: home.id, text: 'switch the washer off', sentence: 'A draft of 3 lines.' },
  ...{ draft: 'd1', edits: null, code: 'export default 1;\n', problems: [], decision: '7' },
  entities: [{ id: 'switch.washer', name: 'Washer', area: null }],
  maySwitch: ['switch.washer'],
};
const look: DraftLook = {
  ...{ name: 'washer', isTypeChecked: true, problems: [], replaces: false, over: 'o1' },
  diff: [{ kind: 'new', text: 'export default 1;' }],
};

function answering(over: { draft?: Partial<CodeDraft>; look?: Partial<DraftLook> } = {}) {
  const asked: unknown[] = [];
  const answers = {
    listHomes: async () => [home],
    draftCode: async (o: object) => {
      asked.push(o);
      return { ...draft, ...over.draft };
    },
    lookAtDraft: async () => ({ ...look, ...over.look }),
    keepDraft: async (o: object) => {
      asked.push(o);
      return { name: 'washer', isLoaded: true, sentence: 'It is kept as washer, and off.' };
    },
    tryDraft: async () => ({ sentence: 'It would have told you once.', missing: [] }) as never,
  };
  return { asked, answers };
}
const keeps = { home: home.id, draft: 'd1', name: 'washer', over: 'o1' };

test('a draft in code is kept in the folder, tried on the past, and off', async () => {
  const { asked, answers } = answering();
  const ran = await tomte('draft switch the washer off --code washer', answers);
  expect(ran.code).toBe(0);
  expect(asked).toEqual([{ home: home.id, text: 'switch the washer off' }, keeps]);
  for (const words of [
    'Its types were checked against this home.',
    'It would switch switch.washer, once you allow that.',
    'It would have told you once.',
    'It is kept as washer, and off.',
  ]) {
    expect(ran.out).toContain(words);
  }
});

test('one that would replace another is shown as a difference, and kept only when that is said', async () => {
  const { asked, answers } = answering({
    look: { replaces: true, diff: [{ kind: 'gone', text: 'old' }, ...look.diff] },
  });
  const ran = await tomte('draft washer off --code washer --edit washer', answers);
  expect(ran.code).toBe(0);
  expect(asked).toEqual([{ home: home.id, text: 'washer off', edits: 'washer' }]);
  expect(ran.out).toMatch(/^- old\n\+ export default 1;$/m);
  expect(ran.out).toContain('washer is as it was.');
  const again = /tomte (draft .*--over o1)/.exec(ran.out)![1]!;
  await tomte(again, answers);
  expect(asked.at(-1)).toEqual(keeps);
});

test('one whose types do not fit is not kept, and nothing is tried', async () => {
  const { asked, answers } = answering({
    look: { problems: ['washer.ts(4,1): error TS2345: no entity switch.washr in this home'] },
  });
  const ran = await tomte('draft switch the washer off --code washer', answers);
  expect(ran.code).toBe(1);
  expect(ran.out).toContain('no entity switch.washr');
  expect(asked).toHaveLength(1);
});

test('no draft is no file', async () => {
  const problems = [{ line: 3, text: 'process is not known here.' }];
  const { asked, answers } = answering({ draft: { code: null, draft: null, problems } });
  const ran = await tomte('draft x y z --code washer', answers);
  expect(ran.code).toBe(1);
  expect(ran.out).toMatch(/line 3 +process is not known here\./);
  expect(asked).toHaveLength(1);
});
