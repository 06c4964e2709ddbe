import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tomte } from '@tomte/sdk/operations';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { virtualClock } from '../../lib/testing/virtual-clock.ts';
import { type FreshStore, freshStore } from '../../store/testing.ts';
import { openDrafts } from './drafts.ts';

vi.setConfig({ testTimeout: 180_000 });

const code = (title: string) => `import { defineWorkflow } from '@tomte/sdk/define';
import { z } from 'zod';
export default defineWorkflow({ title: '${title}', text: 'Drafted.', settings: z.strictObject({}), triggers: [], async run() {} });
`;
let dataFolder: string;
let store: FreshStore;
const set: unknown[] = [];

beforeEach(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'tomte-drafts-'));
  store = await freshStore();
  set.length = 0;
});
afterEach(async () => {
  await store.close();
  await rm(dataFolder, { recursive: true, force: true });
});

function opened(folder: string | null = dataFolder) {
  const tomte = {
    listWorkflows: async () => [
      { name: 'washer', home: 'h1', mode: 'on' },
      { name: 'washer', home: 'h2', mode: 'off' },
      { name: 'other', home: 'h1', mode: 'on' },
    ],
    listWorkflowFiles: async () => [],
    setWorkflow: async (o: object) => void set.push(o),
  } as unknown as Tomte;
  const clock = { ...virtualClock(0), sleep: async () => {} };
  return openDrafts({
    ...{ dataFolder: folder, db: store.db, clock, tomte: () => tomte },
    ...{ ofText: null, trials: { draft: async () => Promise.reject(new Error('not tried')) } },
  });
}
const refused = (code: string) => ({ code: `workflow.${code}` });

test('only what was drafted here is kept, as it was shown, and what had its name is off first', async () => {
  const drafts = opened();
  const draft = drafts.add('h1', code('First'));
  const asked = { home: 'h1', draft, name: 'washer' };
  // Nobody was shown it.
  await expect(drafts.keep({ ...asked, over: '' })).rejects.toMatchObject(refused('draft_changed'));
  const { over } = await drafts.look(asked);
  await expect(drafts.keep({ ...asked, over: 'x' })).rejects.toMatchObject(
    refused('draft_changed'),
  );
  await expect(drafts.keep({ ...asked, name: 'other', over })).rejects.toMatchObject(
    refused('draft_changed'),
  );
  await expect(drafts.keep({ ...asked, home: 'h2', over })).rejects.toMatchObject(
    refused('draft_gone'),
  );
  await expect(drafts.look({ ...asked, draft: 'unknown' })).rejects.toMatchObject(
    refused('draft_gone'),
  );
  expect(set).toEqual([]);
  await drafts.keep({ ...asked, over });
  expect(await readFile(join(dataFolder, 'workflows/washer.ts'), 'utf8')).toBe(code('First'));
  expect(set).toEqual([{ home: 'h1', name: 'washer', mode: 'off' }]);
  // The same yes does not count for what is there now.
  await expect(drafts.keep({ ...asked, over })).rejects.toMatchObject(refused('draft_changed'));
});

test('one whose types do not hold is not kept', async () => {
  const drafts = opened();
  const draft = drafts.add(
    'h1',
    code('First').replace('async run() {}', 'async run() { nothing; }'),
  );
  const asked = { home: 'h1', draft, name: 'washer' };
  const { over, problems } = await drafts.look(asked);
  expect(problems.join()).toContain("Cannot find name 'nothing'");
  await expect(drafts.keep({ ...asked, over })).rejects.toMatchObject(refused('draft_changed'));
});

test('the newest twenty are held, and in the demo none becomes a file', async () => {
  const drafts = opened(null);
  const all = Array.from({ length: 21 }, (_, n) => drafts.add('h1', code(`Draft ${n}`)));
  const look = (draft: string) => drafts.look({ home: 'h1', draft, name: 'washer' });
  await expect(look(all[0]!)).rejects.toThrow('That draft is not here any more');
  await expect(look(all[20]!)).rejects.toThrow('The demo home keeps no workflows of your own');
  await expect(drafts.ownFile('washer')).rejects.toThrow('The demo home');
});

test('a file is read by a name alone', async () => {
  const drafts = opened();
  await expect(drafts.ownFile('../../etc/passwd')).rejects.toMatchObject(refused('name_invalid'));
  await expect(drafts.ownFile('washer')).rejects.toMatchObject(refused('not_found'));
});
