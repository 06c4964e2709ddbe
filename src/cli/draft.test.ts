import type { CodeDraft } from '@tomte/sdk/types-words';
import { expect, test } from 'vitest';
import { home, tomte } from './testing.ts';

const draft: CodeDraft = {
  ...{ home: home.id, text: 'switch the washer off', sentence: 'A draft of 3 lines.' },
  ...{ code: 'export default 1;\n', problems: [], decision: 'd1' },
  entities: [{ id: 'switch.washer', name: 'Washer', area: null }],
  maySwitch: ['switch.washer'],
};
const answers = {
  listHomes: async () => [home],
  draftCode: async () => draft,
  listWorkflows: async () => [{ name: 'washer' }] as never,
  backtest: async () => ({ sentence: 'It would have told you once.', missing: [] }) as never,
};

test('a draft in code is put into the folder, tried on the past, and off', async () => {
  const saved: unknown[] = [];
  const ran = await tomte('draft switch the washer off --code washer', answers, {
    async draftFile(_flags, one) {
      saved.push(one);
      return { file: '/d/workflows/washer.ts', isTypeChecked: true, problems: [] };
    },
  });
  expect(ran.code).toBe(0);
  expect(saved).toEqual([{ name: 'washer', code: draft.code }]);
  for (const words of [
    'Its types fit this home.',
    'It would switch switch.washer, once you allow that.',
    'It would have told you once.',
    'It is off.',
  ]) {
    expect(ran.out).toContain(words);
  }
});

test('one whose types do not fit stays aside, and nothing is tried', async () => {
  const ran = await tomte('draft switch the washer off --code washer', answers, {
    draftFile: async () => ({
      ...{ file: '/d/workflows/drafts/washer.ts', isTypeChecked: true },
      problems: ['washer.ts(4,1): error TS2345: no entity switch.washr in this home'],
    }),
  });
  expect(ran.code).toBe(1);
  expect(ran.out).toContain('no entity switch.washr');
  expect(ran.out).not.toContain('It is off.');
});

test('no draft is no file', async () => {
  const none = {
    ...draft,
    code: null,
    problems: [{ line: 3, text: 'process is not known here.' }],
  };
  const ran = await tomte(
    'draft x y z --code washer',
    { ...answers, draftCode: async () => none },
    {
      draftFile: async () => {
        throw new Error('nothing to write');
      },
    },
  );
  expect(ran.code).toBe(1);
  expect(ran.out).toMatch(/line 3 +process is not known here\./);
});
