/** The person's folder, as it is edited: real files, a real database, real processes. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkflowContext, WorkflowDefinition } from '@tomte/sdk/workflow';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { silentLog } from '../../lib/log.ts';
import { type FreshStore, freshStore } from '../../store/testing.ts';
import { listWorkflowFiles } from '../../store/workflow-versions.ts';
import { openWorkflowFiles, type WorkflowFiles } from './files.ts';
import { openHosts } from './hosts.ts';

let store: FreshStore;
const hosts = openHosts({ clock: systemClock });
let folder: string;
let workflows: Map<string, WorkflowDefinition>;
let changes: string[];
let files: WorkflowFiles;
beforeAll(async () => {
  store = await freshStore();
});
afterAll(async () => {
  hosts.close();
  await store.close();
});
beforeEach(async () => {
  await store.db.deleteFrom('workflow_files').execute();
  await store.db.deleteFrom('workflow_versions').execute();
  folder = join(mkdtempSync(join(tmpdir(), 'tomte-files-')), 'workflows');
  mkdirSync(folder, { mode: 0o700 });
  workflows = new Map([['water-watch', {} as WorkflowDefinition]]);
  changes = [];
});
afterEach(() => files.close());

const text = (answer: string, top = '') => `
import { defineWorkflow } from '@tomte/sdk/define';
import { z } from 'zod';
${top}
export default defineWorkflow({
  title: 'Garden', text: 'Waters it.', triggers: [{ manual: true }], settings: z.strictObject({}),
  run: async () => ${answer},
});`;
const write = (name: string, content: string) =>
  writeFileSync(join(folder, name), content, { mode: 0o600 });

async function open(): Promise<void> {
  files = await openWorkflowFiles({
    // Looks are asked for by the test.
    ...{
      folder,
      store,
      hosts,
      workflows,
      clock: { ...systemClock, every: () => () => {} },
      log: silentLog,
    },
    async onChange(name, workflow) {
      changes.push(`${name} ${workflow ? `v${workflow.version.number}` : 'gone'}`);
    },
  });
}
const context = {
  home: { id: 'h1', name: 'Home', zone: 'UTC' },
  trigger: {},
  run: 'r1',
  now: () => 1,
};
const result = (definition = workflows.get('garden')!) =>
  definition.run(context as unknown as WorkflowContext, {});

test('saving a file, or what it imports, puts another version in use; the old one can still be finished', async () => {
  write('lib.ts', 'export const amount = 1;');
  // lib.ts stands in the folder too and is no workflow: that is said, and hurts nothing.
  write('garden.ts', text('amount', `import { amount } from './lib.ts';`));
  await open();
  expect(await result()).toBe(1);
  const first = workflows.get('garden') as Awaited<ReturnType<WorkflowFiles['version']>>;
  write('lib.ts', 'export const amount = 20;');
  await files.look();
  expect(await result()).toBe(20);
  expect(await result((await files.version(first!.version.hash))!)).toBe(1);
  expect(changes).toEqual(['garden v1', 'garden v2']);
  await files.look();
  expect(changes).toHaveLength(2);
});

test('a file that breaks keeps its last good version and says why, also over a restart', async () => {
  write('garden.ts', text('"good"'));
  await open();
  write('garden.ts', text('oops('));
  await files.look();
  expect(await result()).toBe('good');
  const [row] = await listWorkflowFiles(store.db);
  expect(row).toMatchObject({
    name: 'garden',
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    error: { code: 'workflow.file_invalid', message: expect.stringContaining('garden.ts:') },
  });
  files.close();
  workflows = new Map();
  await open();
  expect(await result()).toBe('good');
  write('garden.ts', text('"mended"'));
  await files.look();
  expect(await result()).toBe('mended');
  expect((await listWorkflowFiles(store.db))[0]).toMatchObject({ error: null });
});

test('a name of ours is not replaced, a deleted file is used no more', async () => {
  write('water-watch.ts', text('1'));
  write('garden.ts', text('1'));
  await open();
  expect(workflows.get('water-watch')).toEqual({});
  expect(
    (await listWorkflowFiles(store.db)).find(({ name }) => name === 'water-watch'),
  ).toMatchObject({
    error: { message: expect.stringContaining('comes with Tomte') },
  });
  rmSync(join(folder, 'garden.ts'));
  await files.look();
  expect([...workflows.keys()]).toEqual(['water-watch']);
  expect(changes.at(-1)).toBe('garden gone');
});

test.skipIf(process.getuid?.() === undefined)(
  'a folder that others may write to is not read',
  async () => {
    write('garden.ts', text('1'));
    chmodSync(folder, 0o777);
    await open();
    expect(workflows.has('garden')).toBe(false);
    expect((await listWorkflowFiles(store.db))[0]).toMatchObject({
      error: { code: 'config.folder_writable' },
    });
  },
);

test('no folder is no fault', async () => {
  rmSync(folder, { recursive: true });
  await open();
  expect(workflows.size).toBe(1);
});
