import { execFile } from 'node:child_process';
import {
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { WorkflowDefinition } from '@tomte/sdk/define';
import { openKit } from '@tomte/sdk/test';
import { type RecordedRun, testFromRun } from '@tomte/sdk/test-from-run';
import type { VirtualRun } from '@tomte/sdk/virtual-run';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { cabin } from '../../src/home/testing/typed-home.ts';
import { typesOfHome } from '../../src/home/types-of-home.ts';
import { checkWorkflows } from '../../src/main/check-workflows.ts';
import { newWorkflow } from '../../src/main/new-workflow.ts';
import { toolVersions } from '../../src/main/workflow-folder-texts.ts';

vi.setConfig({ testTimeout: 180_000 });

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
let data: string;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'tomte-new-'));
});
afterEach(() => rm(data, { recursive: true, force: true }));

/** What the compiler prints; empty where all is well. */
const tsc = (folder: string): Promise<string> =>
  run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder]).then(
    () => '',
    ({ stdout }: { stdout: string }) => stdout,
  );

test('what is made type-checks, its test passes, and nothing in it depends on the moment', async () => {
  const { folder, made } = await newWorkflow(data, 'door-open');
  expect(made).toEqual([
    ...['door-open.ts', 'door-open.test.ts', 'package.json', 'tsconfig.json', 'home.d.ts'],
    ...['.gitignore', '.npmrc'],
  ]);
  // As npm install would bring them.
  await symlink(join(root, 'node_modules/@types'), join(folder, 'node_modules/@types'));
  expect(await tsc(folder)).toBe('');
  await writeFile(join(folder, 'home.d.ts'), typesOfHome(cabin));
  expect(await tsc(folder)).toBe('');
  expect(await checkWorkflows(folder)).toEqual([]);
  const { stdout } = await run(process.execPath, ['--conditions=tomte-source', '--test'], {
    cwd: folder,
  });
  expect(stdout).toMatch(/pass 3\n/);
  expect(stdout).toMatch(/fail 0\n/);
});

test('with types of the home, a misspelt entity in the person’s own file is told', async () => {
  const { folder } = await newWorkflow(data, 'door-open');
  await symlink(join(root, 'node_modules/@types'), join(folder, 'node_modules/@types'));
  await writeFile(join(folder, 'home.d.ts'), typesOfHome(cabin));
  const file = join(folder, 'door-open.ts');
  const text = await readFile(file, 'utf8');
  await writeFile(
    file,
    text.replace('entity: settings.door, is', "entity: 'binary_sensor.dor', is"),
  );
  expect(await tsc(folder)).toMatch(
    /door-open\.ts\(.*no entity binary_sensor\.dor in this home; did you mean binary_sensor\.door\?/,
  );
});

test('a test made from a Run passes, and fails once the workflow does it differently', async () => {
  const { folder } = await newWorkflow(data, 'door-open');
  const door = 'binary_sensor.front_door';
  const { default: workflow } = (await import(join(folder, 'door-open.ts'))) as {
    default: WorkflowDefinition;
  };
  const kit = openKit(workflow, { states: { [door]: 'off' } });
  await kit.home.set(door, 'on');
  await kit.advance('2h');
  await kit.home.set(door, 'off');
  const text = testFromRun(pageOf(kit.run), {
    ...{ file: './door-open.ts', home: { name: 'Villa', zone: 'UTC' } },
  });
  await writeFile(join(folder, 'that-day.test.ts'), text);
  await symlink(join(root, 'node_modules/@types'), join(folder, 'node_modules/@types'));
  expect(await tsc(folder)).toBe('');
  const once = () =>
    run(process.execPath, ['--conditions=tomte-source', '--test', 'that-day.test.ts'], {
      cwd: folder,
    });
  expect((await once()).stdout).toMatch(/pass 1\n/);
  const file = join(folder, 'door-open.ts');
  const written = await readFile(file, 'utf8');
  await writeFile(file, written.replace("severity: 'today'", "severity: 'now'"));
  await expect(once()).rejects.toMatchObject({ stdout: expect.stringMatching(/alert 1/) });
});

/** A Run of the kit as the service would tell it. */
function pageOf(played: VirtualRun): RecordedRun {
  const iso = (t: number | null) => (t === null ? null : new Date(t).toISOString());
  return {
    ...{ id: 'r', home: 'villa', workflow: 'door-open', reason: 'A door opened', error: null },
    ...{ state: 'done', createdAt: iso(played.startedAt)!, endedAt: iso(played.endedAt) },
    trigger: played.trigger,
    result: { mode: 'on', value: 'closed' },
    steps: played.steps.map(({ name, at, endedAt, input, output }) => ({
      ...{
        name,
        input,
        error: null,
        startedAt: iso(at),
        endedAt: iso(endedAt),
        kind: '',
        tries: 1,
      },
      // A wait is told by how it ended.
      output: name === 'until 1' ? { kind: 'met', at: endedAt } : (output ?? null),
    })),
  } as RecordedRun;
}

test('a second workflow comes into the same folder, and what is there stays as it is', async () => {
  const { folder } = await newWorkflow(data, 'one');
  await writeFile(join(folder, 'tsconfig.json'), 'mine');
  const { made } = await newWorkflow(data, 'two');
  expect(made).toEqual(['two.ts', 'two.test.ts']);
  expect(await readFile(join(folder, 'tsconfig.json'), 'utf8')).toBe('mine');
  await expect(newWorkflow(data, 'one')).rejects.toMatchObject({ code: 'workflow.exists' });
  expect((await readdir(folder)).filter((name) => name.endsWith('.ts')).sort()).toEqual([
    'home.d.ts',
    'one.test.ts',
    'one.ts',
    'two.test.ts',
    'two.ts',
  ]);
});

test.each(['Door', '../evil', 'a b', '', '-a', 'a--b', 'a.test', '1a', 'x'.repeat(61), 'größe'])(
  'the name %j is refused, and nothing is made',
  async (name) => {
    await expect(newWorkflow(data, name)).rejects.toMatchObject({ code: 'workflow.name_invalid' });
    expect(await readdir(data)).toEqual([]);
  },
);

test('a name that comes with Tomte is refused', async () => {
  await expect(newWorkflow(data, 'water-watch')).rejects.toMatchObject({ code: 'workflow.exists' });
});

test('files are their owner’s to write alone, whatever the shell’s mask', async () => {
  const before = process.umask(0o002);
  try {
    const { folder } = await newWorkflow(data, 'one');
    for (const path of [folder, join(folder, 'one.ts'), join(folder, 'package.json')]) {
      expect((await stat(path)).mode & 0o022, path).toBe(0);
    }
  } finally {
    process.umask(before);
  }
});

test('the package links to this Tomte, with the tools of this repository', async () => {
  const { folder } = await newWorkflow(data, 'one');
  const made = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  expect(made.devDependencies['@tomte/sdk']).toBe(`file:${join(root, 'sdk')}`);
  expect(await readlink(join(folder, 'node_modules/zod'))).toBe(
    made.devDependencies.zod.replace('file:', ''),
  );
  for (const [name, version] of Object.entries(toolVersions)) {
    expect(packageJson.devDependencies[name as keyof typeof toolVersions]).toBe(version);
  }
});

test('the check names file, line and what to write instead; tests and packages are left out', async () => {
  const { folder } = await newWorkflow(data, 'one');
  await writeFile(join(folder, 'two.ts'), 'export const a = 1;\nexport const b = Date.now();\n');
  await writeFile(join(folder, 'two.test.ts'), 'Date.now();');
  expect(await checkWorkflows(folder)).toEqual([
    {
      path: 'workflows/two.ts:2:18',
      found: 'Date.now()',
      expected: 'ctx.now(), which is the same at a replay',
    },
  ]);
  expect(await checkWorkflows(join(data, 'nothing'))).toEqual([]);
});
