/** A person's own code in its process: real bundler, real processes, a context that writes down what reaches it. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkflowContext } from '@tomte/sdk/workflow';
import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { bundle } from './bundle.ts';
import type { Execution } from './execution.ts';
import { type Host, type Limits, openHost } from './host.ts';
import { ProcessLost } from './lost.ts';

const hosts: Host[] = [];
afterEach(() => {
  for (const host of hosts.splice(0)) host.close();
});

function folderWith(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'tomte-user-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

const workflow = (run: string, more = '') => `
import { defineWorkflow } from '@tomte/sdk/define';
import { z } from 'zod';
${more}
export default defineWorkflow({
  title: 'Mine', text: 'Does it.', triggers: (s) => [{ state: { entity: 'sensor.a', above: s.limit } }],
  settings: z.strictObject({ limit: z.number().default(3) }),
  async run(ctx, settings) { ${run} },
});`;

async function hostOf(
  files: string | Record<string, string>,
  limits: Partial<Limits> = {},
): Promise<Host> {
  const folder = folderWith(typeof files === 'string' ? { 'mine.ts': files } : files);
  const { code } = await bundle(join(folder, 'mine.ts'), folder);
  const host = await openHost({ code, clock: systemClock, limits });
  hosts.push(host);
  return host;
}

function desk() {
  const calls: string[] = [];
  const logs: string[] = [];
  const holds: string[] = [];
  const sleeping = Promise.withResolvers<void>();
  const context = {
    home: {
      async state(entity: string) {
        calls.push(`state ${entity}`);
        return { entityId: entity, state: '7' };
      },
    },
    async step(name: string, body: () => unknown) {
      calls.push(`step ${name}`);
      return body();
    },
    async sleep(d: unknown) {
      calls.push(`sleep ${d}`);
      return sleeping.promise;
    },
    async act() {
      calls.push('act');
      return { kind: 'confirmed', at: 5 };
    },
    now: () => 1000 + calls.length,
    log: (text: string) => logs.push(text),
  } as unknown as WorkflowContext;
  const drop = new AbortController();
  const execution: Execution = {
    begin: {
      compensate: null,
      id: 'r1',
      home: { id: 'h1', name: 'Home', zone: 'Europe/Berlin' },
      trigger: { kind: 'manual', by: 'test', at: 1 },
      settings: { limit: 4 },
      now: 1000,
    },
    context,
    hold() {
      holds.push('held');
      return () => holds.push('rests');
    },
    dropped: drop.signal,
  };
  return { calls, logs, holds, sleeping, drop, execution };
}

test('calls reach the context in the order they were made, answers go back, words go to the Run', async () => {
  const host = await hostOf({
    'mine.ts': workflow(
      `const s = await ctx.home.state('sensor.a');
       const doubled = await ctx.step('double', () => twice(Number(s?.state)));
       console.log('limit', settings.limit); ctx.log('bye');
       const [a, b] = await Promise.all([ctx.step('a', () => 1), ctx.step('b', async () => 2)]);
       const outcome = await ctx.act({ domain: 'light', action: 'turn_on', entities: [], data: {} });
       return { doubled, sum: a + b, kind: outcome.kind, now: ctx.now(), by: ctx.trigger.kind };`,
      `import { twice } from './lib.ts';`,
    ),
    'lib.ts': 'export const twice = (x: number): number => x * 2;',
  });
  const { calls, logs, execution } = desk();
  const result = await host.execute(execution);
  expect(result).toEqual({ doubled: 14, sum: 3, kind: 'confirmed', now: 1005, by: 'manual' });
  expect(calls).toEqual(['state sensor.a', 'step double', 'step a', 'step b', 'act']);
  expect(logs).toEqual(['limit 4', 'bye']);
});

test('what it declares and what follows from settings is asked of it, faults of settings by their path', async () => {
  const host = await hostOf(workflow(''));
  expect(host.declared).toMatchObject({ title: 'Mine', mode: null, compensates: false });
  expect(host.declared.schema).toMatchObject({
    properties: { limit: { default: 3, type: 'number' } },
  });
  expect(await host.derive({})).toMatchObject({
    ok: true,
    settings: { limit: 3 },
    triggers: [{ state: { entity: 'sensor.a', above: 3 } }],
  });
  expect(await host.derive({ limit: 'x' })).toMatchObject({
    ok: false,
    problems: [{ path: ['limit'] }],
  });
});

test('a fault names the line in the person’s file', async () => {
  const host = await hostOf({
    'mine.ts': workflow(
      'await ctx.step("s", () => 1);\n\n  boom();',
      `import { boom } from './lib.ts';`,
    ),
    'lib.ts': '\n\nexport function boom(): void {\n  throw new RangeError("too far");\n}\n',
  });
  await expect(host.execute(desk().execution)).rejects.toMatchObject({
    code: 'run.failed',
    message: expect.stringMatching(/^lib\.ts:4:9: RangeError: too far$/),
  });
});

test('it rests only when it has nothing left to think about', async () => {
  const host = await hostOf(
    workflow(`await ctx.step('one', () => 1); await ctx.sleep('1h'); return 'woken';`),
  );
  const { calls, holds, sleeping, execution } = desk();
  const ended = host.execute(execution);
  await expect.poll(() => [calls.at(-1), holds.at(-1)]).toEqual(['sleep 1h', 'rests']);
  sleeping.resolve();
  expect(await ended).toBe('woken');
});

test.each([
  ['a loop without end', 'while (true);', { silentMs: 1500 }, /did not answer/],
  [
    'a heap that fills',
    'const all = []; for (;;) all.push(new Array(1e5).fill(all.length));',
    { heapMb: 64 },
    /MB of heap|of memory/,
  ],
  [
    'buffers that fill',
    'const all = []; for (;;) { all.push(Buffer.alloc(8e6, 1)); await ctx.step("x", () => new Promise((r) => setTimeout(r, 20))); }',
    { residentMb: 200 },
    /200 MB of memory/,
  ],
  ['an exit', 'process.exit(3);', {}, /ended \(3\)/],
])(
  '%s ends its process and nothing else, with the reason',
  async (_name, run, limits, words) => {
    const bad = await hostOf(workflow(run), limits);
    const good = await hostOf(workflow('return 1;'));
    const fate = bad.execute(desk().execution).catch((error: unknown) => error);
    const lost = await fate;
    expect(lost).toBeInstanceOf(ProcessLost);
    expect((lost as Error).message).toMatch(words);
    await bad.gone;
    expect(await good.execute(desk().execution)).toBe(1);
  },
  60_000,
);

test.each([
  ['files of the computer', `(await import('node:fs')).readFileSync('/etc/hostname')`],
  ['other programs', `(await import('node:child_process')).execSync('true')`],
  ['threads', `new (await import('node:worker_threads')).Worker('1', { eval: true })`],
])('%s are out of its reach', async (_name, code) => {
  const host = await hostOf(workflow(`return ${code};`));
  await expect(host.execute(desk().execution)).rejects.toMatchObject({
    message: expect.stringContaining('ermission'),
  });
});

test('the environment is empty', async () => {
  const host = await hostOf(workflow('return Object.keys(process.env);'));
  expect(await host.execute(desk().execution)).not.toEqual(
    expect.arrayContaining([expect.stringMatching(/TOMTE|PATH|HOME/)]),
  );
});

test('a value that no journal could keep is refused where it was made', async () => {
  const host = await hostOf(workflow(`return ctx.step('big', () => 'x'.repeat(2e6));`));
  await expect(host.execute(desk().execution)).rejects.toMatchObject({
    message: expect.stringContaining('too large'),
  });
  const circular = await hostOf(
    workflow(`const o = {}; o.o = o; return ctx.step('odd', () => o);`),
  );
  await expect(circular.execute(desk().execution)).rejects.toMatchObject({
    message: expect.stringContaining('circular'),
  });
});

test('a file that does not load says where', async () => {
  const folder = folderWith({ 'mine.ts': 'export default {\n  a: ,\n};' });
  await expect(bundle(join(folder, 'mine.ts'), folder)).rejects.toMatchObject({
    code: 'workflow.file_invalid',
    message: expect.stringContaining('mine.ts:2:'),
  });
  const missing = folderWith({ 'mine.ts': `import { x } from './gone.ts';\nexport default x;` });
  await expect(bundle(join(missing, 'mine.ts'), missing)).rejects.toMatchObject({
    message: expect.stringContaining('gone.ts'),
  });
  await expect(hostOf('export default 3;')).rejects.toMatchObject({
    code: 'workflow.file_invalid',
    message: expect.stringContaining('defineWorkflow'),
  });
  await expect(hostOf(workflow('', '\nthrow new Error("at the top");'))).rejects.toMatchObject({
    message: expect.stringMatching(/mine\.ts:5:\d+: at the top/),
  });
});

test('the same text is the same version, a changed import is another', async () => {
  const files = {
    'mine.ts': workflow('return x;', `import { x } from './lib.ts';`),
    'lib.ts': 'export const x = 1;',
  };
  const folder = folderWith(files);
  const first = await bundle(join(folder, 'mine.ts'), folder);
  expect((await bundle(join(folder, 'mine.ts'), folder)).hash).toBe(first.hash);
  expect(first.inputs.map((path) => path.slice(folder.length + 1)).sort()).toEqual([
    'lib.ts',
    'mine.ts',
  ]);
  writeFileSync(join(folder, 'lib.ts'), 'export const x = 2;');
  expect((await bundle(join(folder, 'mine.ts'), folder)).hash).not.toBe(first.hash);
});
