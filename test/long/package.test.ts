/**
 * Tomte as npm package: packed, installed in an empty folder with nothing of this checkout near it, and
 * used there as a person does, with a workflow of their own. Needs npm's registry.
 */
import { execFile, spawn } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildPackages, scanned } from '../../scripts/build-package.ts';
import { openSim, type Sim } from '../../src/sim/sim.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const big = { maxBuffer: 16 * 1024 * 1024 };
/** Of an account that has nothing, not even a home. */
const nobody = { uid: 65534, gid: 65534 };
let folder = '';
let there = '';
let sim: Sim;
const running: Started[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tomte-package-'));
  await chmod(folder, 0o755);
  there = join(folder, 'there');
  await mkdir(there);
  await writeFile(join(there, 'package.json'), '{ "private": true }');
  const { tomte, sdk } = await buildPackages(join(folder, 'built'));
  const args = ['install', '--no-audit', '--no-fund', '--prefer-offline', sdk, tomte];
  await run('npm', args, { cwd: there, env: plain(), ...big });
  const globally = ['install', '--global', '--prefix', join(folder, 'global')];
  await run('npm', [...globally, ...args.slice(1)], { cwd: folder, env: plain(), ...big });
  sim = await openSim({ days: 3, living: false });
}, 600_000);
afterAll(async () => {
  for (const one of running) await one.stop();
  await sim?.close();
  await rm(folder, { recursive: true, force: true });
});

/** How this computer reaches npm's registry. */
const network = /^(NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR)|(HTTPS?|NO)_PROXY)$/i;

/** What a person's shell has: nothing of the suite. */
function plain(more: Record<string, string> = {}): Record<string, string> {
  const { PATH = '', HOME = folder } = process.env;
  const way = Object.entries(process.env).filter(([name]) => network.test(name));
  return {
    PATH,
    HOME,
    TOMTE_DISCOVER: 'off',
    ...Object.fromEntries(way as [string, string][]),
    ...more,
  };
}

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A command typed in `cwd`. */
async function command(cwd: string, ...[program, ...args]: [string, ...string[]]): Promise<Ran> {
  const { promise, resolve, reject } = Promise.withResolvers<Ran>();
  const child = execFile(program, args, { cwd, env: plain(), ...big }, (error, out, err) => {
    if (error && typeof error.code !== 'number') return reject(error);
    resolve({ code: Number(error?.code ?? 0), out, err });
  });
  child.stdin?.end();
  return promise;
}

/** How Tomte is called where it was installed. */
const places = {
  'in a folder': {
    program: () => join(there, 'node_modules/.bin/tomte'),
    call: (...args: string[]) => command(there, 'npx', 'tomte', ...args),
  },
  'for all': {
    program: () => join(folder, 'global/bin/tomte'),
    call: (...args: string[]) => command(folder, join(folder, 'global/bin/tomte'), ...args),
  },
};

interface Started {
  readonly address: string;
  readonly log: () => string;
  stop(): Promise<number | null>;
}

/** `tomte start`, until it is there. */
async function start(
  program: string,
  data: string,
  account: { uid?: number; gid?: number } = {},
): Promise<Started> {
  const child = spawn(program, ['start', '--port', '0', '--data', data], {
    ...account,
    ...{ cwd: there, env: plain(account.uid ? { HOME: dirname(data) } : {}) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  const said = Promise.withResolvers<string>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (part: string) => {
      log += part;
      const [, address] = /Tomte is at (http:\S+) /.exec(log) ?? [];
      if (address) said.resolve(address);
    });
  }
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      said.reject(new Error(`It ended with ${code}:\n${log}`));
      resolve(code);
    });
  });
  const stop = async () => {
    child.kill('SIGTERM');
    return ended;
  };
  const started = { address: await said.promise, log: () => log, stop };
  running.push(started);
  return started;
}

test('every file that is found by its folder is in the package, as JavaScript', async () => {
  for (const part of scanned) {
    const names = async (place: string) =>
      (await readdir(join(place, part)))
        .filter((name) => /^[a-z][a-z0-9-]*\.[jt]s$/.test(name))
        .map((name) => basename(name).replace(/\.[jt]s$/, ''))
        .sort();
    expect(await names(join(there, 'node_modules/tomte')), part).toEqual(await names(root));
  }
  const all = await readdir(join(there, 'node_modules/tomte'), { recursive: true });
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  expect(all.filter((name) => /\.(test\.js|ts)$|(^|\/)testing/.test(name))).toEqual([]);
  expect((await command(there, 'npx', 'tomte', '--version')).out).toContain(version);
});

test.each(Object.entries(places))(
  'a person’s workflow runs in the Tomte installed %s',
  {
    timeout: 300_000,
  },
  async (name, { program, call }) => {
    const data = join(folder, `data ${name}`);
    const tomte = (...args: string[]) => call(...args, '--data', data);
    const made = await tomte('new', 'door-open');
    expect(made, made.err).toMatchObject({ code: 0 });
    const mine = join(data, 'workflows');
    const write = (name: string, text: string) =>
      writeFile(join(mine, name), text, { mode: 0o644, flag: 'wx' });
    await mkdir(join(mine, 'parts'), { mode: 0o755 });
    await write(
      'parts/words.ts',
      `export const greet = (name: string): string => \`Hello \${name}\`;\n`,
    );
    await write(
      'greeting.ts',
      `import { defineWorkflow } from '@tomte/sdk/define';
import { secret } from '@tomte/sdk/secret';
import { z } from 'zod';
import { greet } from './parts/words.ts';


export default defineWorkflow({
  title: 'Greeting',
  text: 'Greets.',
  triggers: [{ manual: true }],
  settings: z.strictObject({
    key: secret({ description: 'A key', hosts: ['example.org'] }).optional(),
  }),
  async run(ctx) {
    const door: string | undefined = (await ctx.home.state('lock.front_door'))?.state;
    return ctx.step('greet', () => greet(door ?? 'nobody'));
  },
});
`,
    );
    await mkdir(join(data, 'channels'), { mode: 0o755 });
    const example = await readFile(join(root, 'examples/my-channel.ts'), 'utf8');
    await writeFile(join(data, 'channels/my-channel.ts'), example, { mode: 0o644 });

    const service = await start(program(), data);
    const page = await fetch(service.address);
    expect(await page.text()).toContain('<script');
    const token = join(folder, 'token');
    await writeFile(token, sim.tokens.admin, { mode: 0o600 });
    const linked = await tomte('link', sim.url, '--token-file', token, '--name', 'Villa');
    expect(linked, linked.err).toMatchObject({ code: 0 });
    const kinds = await tomte('channels', 'kinds');
    expect(kinds.out).toContain('Matrix room');

    await expect
      .poll(async () => (await tomte('workflows', 'greeting', '--mode', 'on')).err, {
        timeout: 60_000,
      })
      .toBe('');
    expect(await tomte('run', 'greeting')).toMatchObject({ code: 0, err: '' });
    const runs = async () => (await tomte('runs', '--workflow', 'greeting', '--json')).out;
    await expect
      .poll(async () => JSON.parse(await runs()), { timeout: 60_000 })
      .toContainEqual(expect.objectContaining({ state: 'done', workflow: 'greeting' }));
    const { id } = (JSON.parse(await runs()) as { id: string }[])[0]!;
    expect((await tomte('runs', id, '--json')).out).toContain('Hello locked');

    expect((await tomte('workflows', '--json')).out).toContain('"secret":true');
    const types = await tomte('types');
    expect(types.out).toContain('binary_sensor.');
    expect((await tomte('check')).code).toBe(0);
    await checkFolder(mine);
    expect(await service.stop()).toBe(0);
    expect(service.log()).not.toMatch(/"level":(50|60)/);
  },
);

/** Its tests pass, its types are those of the home, and a misspelt entity is told. */
async function checkFolder(mine: string): Promise<void> {
  await expect
    .poll(() => readFile(join(mine, 'home.d.ts'), 'utf8'), { timeout: 60_000 })
    .toContain('binary_sensor.');
  const installed = await command(mine, 'npm', 'install', '--no-audit', '--prefer-offline');
  expect(installed, installed.err).toMatchObject({ code: 0 });
  const tested = await command(mine, 'npm', 'test');
  expect(tested.out).toMatch(/pass 3\n/);
  expect(await command(mine, 'npm', 'run', 'check')).toMatchObject({ code: 0 });
  const text = await readFile(join(mine, 'greeting.ts'), 'utf8');
  await writeFile(join(mine, 'greeting.ts'), text.replace('front_door', 'front_dor'));
  const wrong = await command(mine, 'npm', 'run', 'check');
  expect(wrong.code).not.toBe(0);
  expect(wrong.out).toContain(
    'no entity lock.front_dor in this home; did you mean lock.front_door?',
  );
}

test.runIf(process.getuid?.() === 0)(
  'another account runs it too, which may not write where it is installed',
  { timeout: 120_000 },
  async () => {
    const own = join(folder, 'nobody');
    await mkdir(own, { mode: 0o700 });
    await chown(own, nobody.uid, nobody.gid);
    const service = await start(places['for all'].program(), join(own, 'data'), nobody);
    expect((await fetch(service.address)).status).toBe(200);
    expect(await service.stop()).toBe(0);
  },
);

test('without the Node that comes along, an old one says what to do', async () => {
  const module = JSON.stringify(join(there, 'node_modules/tomte/bin/node.js'));
  const old = `Object.defineProperty(process.versions, 'node', { value: '20.1.0' });
    Object.defineProperty(process, 'arch', { value: 'none' });
    const { findNode } = await import(${module}); findNode();`;
  const ran = await command(there, process.execPath, '--input-type=module', '-e', old);
  expect(ran).toMatchObject({ code: 2, out: '' });
  expect(ran.err).toMatch(/config\.node_too_old.*20\.1\.0[\s\S]*--omit=optional/);
});
