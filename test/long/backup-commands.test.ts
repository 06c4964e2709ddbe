/** A backup of the running service, and what becomes of it in other folders: with the key, without it, damaged. */
import {
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, connect } from '@tomte/sdk/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BackedUp, Restored } from '../../src/cli/index.ts';
import { openSim, type Sim } from '../../src/sim/sim.ts';
import { readBackup, unpack } from '../../src/store/backup-file.ts';
import { inspectBackup } from '../../src/store/restore.ts';
import { type RunningService, startService } from '../crash/harness.ts';
import { tomte } from '../kit/tomte.ts';

const secret = 'canary-webhook-secret-1234';
const url = 'https://hooks.example.org/tomte';
let sim: Sim;
let folder = '';
let token = '';
let service: RunningService | null = null;
const running = () => connect({ base: `${service!.url}api/`, credential: service!.credential });
const at = (...names: string[]) => join(folder, ...names);
let file = '';

beforeAll(async () => {
  sim = await openSim({ days: 3, living: false, options: { name: 'Villa Berg' } });
  token = sim.tokens.admin;
  folder = await mkdtemp(join(tmpdir(), 'tomte-backups-'));
  await chmod(folder, 0o755);
  file = at('home.backup');
}, 90_000);
afterAll(async () => {
  await service?.stop();
  await sim.close();
  await rm(folder, { recursive: true, force: true });
});

async function start(name: string): Promise<Client> {
  await service?.stop();
  service = await startService({ dataDir: at(name) });
  return running();
}

const command = (line: string, name: string) => tomte(line.split(' '), { dataDir: at(name) });
const codeOf = async (line: string, name: string) => {
  const ran = await command(`${line} --json`, name);
  return [ran.code, (ran.json() as { error: { code: string } }).error.code];
};
const home = async (client: Client) => (await client.listHomes({}))[0]!;

test('a running Tomte is backed up, with its secrets sealed and its key named, not told', {
  timeout: 120_000,
}, async () => {
  const client = await start('first');
  expect(await client.linkHome({ address: sim.url, token })).toMatchObject({ ok: true });
  await client.setWorkflow({ home: 'villa-berg', name: 'water-watch', mode: 'watch' });
  await client.saveChannel({
    ...{ kind: 'webhook', name: 'Telephone' },
    settings: { url, secret },
  });
  const ran = await command(`backup ${file} --json`, 'first');
  expect(ran).toMatchObject({ code: 0, err: '' });
  const done = ran.json() as BackedUp;
  expect(done).toMatchObject({ file, notIn: [at('first', 'key')] });
  expect((await stat(file)).size).toBe(done.bytes);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  let text = '';
  const content = async function* () {
    yield await readFile(file);
  };
  for await (const piece of readBackup(content())) {
    if (piece.kind === 'header') text += JSON.stringify(piece.header);
    if (piece.kind === 'block') text += String(await unpack(piece.packed));
  }
  expect(text).toContain('Villa Berg');
  expect(text).toContain(done.key);
  const key = Buffer.from((await readFile(at('first', 'key'), 'utf8')).trim(), 'base64');
  const hidden = [token, secret, key.toString('base64'), key.toString('hex'), service!.credential];
  for (const one of hidden) expect(text).not.toContain(one);
  // Everything is there: what the catalog lists, and the rows of the durable engine.
  const { header } = await inspectBackup(file);
  const names = header.tables.map(({ schema, name }) => `${schema}.${name}`);
  for (const name of ['tomte.homes', 'tomte.readings', 'tomte.waits', 'dbos.workflow_status'])
    expect(names).toContain(name);
  expect(names.some((name) => name.startsWith('demo.'))).toBe(false);
});

test('nothing is restored under a running Tomte, or over another one by accident', {
  timeout: 120_000,
}, async () => {
  expect(await codeOf(`restore ${file} --replace`, 'first')).toEqual([2, 'store.folder_in_use']);
  await service!.stop();
  service = null;
  expect(await codeOf(`restore ${file}`, 'first')).toEqual([2, 'backup.not_empty']);
});

test('a damaged backup is found before there is even a folder', { timeout: 60_000 }, async () => {
  const whole = await readFile(file);
  await writeFile(at('short.backup'), whole.subarray(0, -1));
  expect(await codeOf(`restore ${at('short.backup')}`, 'none')).toEqual([1, 'backup.damaged']);
  expect(await codeOf(`backup ${at('x.backup')}`, 'none')).toEqual([2, 'backup.nothing_there']);
  expect((await readdir(folder)).sort()).toEqual(['first', 'home.backup', 'short.backup']);
});

test('in a new folder with the old key everything goes on', { timeout: 120_000 }, async () => {
  await mkdir(at('second'), { mode: 0o755 });
  await copyFile(at('first', 'key'), at('second', 'key'));
  const ran = await command(`restore ${file} --json`, 'second');
  expect(ran.err).toBe('');
  const done = ran.json() as Restored;
  expect(done).toMatchObject({ replaced: null, linkAnew: [], typeAnew: [] });
  expect(done.key.needed).toBe(done.key.here);
  const client = await start('second');
  await expect.poll(async () => (await home(client)).link.state, { timeout: 60_000 }).toBe('live');
  const [row] = await client.listWorkflows({ home: 'villa-berg' });
  expect((await client.listWorkflows({})).find((w) => w.mode === 'watch')).toBeDefined();
  expect(row).toBeDefined();
});

test('without the key all is kept, and the home asks to be linked anew', {
  timeout: 120_000,
}, async () => {
  const ran = await command(`restore ${file}`, 'third');
  expect(ran.code).toBe(0);
  expect(ran.out).toContain(`tomte link ${sim.url} --replace`);
  expect(ran.out).toContain('the secrets of the channel Telephone');
  const client = await start('third');
  expect((await home(client)).link).toMatchObject({
    state: 'stopped',
    error: {
      code: 'store.secret_unreadable',
      hint: expect.stringContaining('Link the home again'),
    },
  });
  expect((await client.today({})).sentence).toBe(
    'I cannot see Villa Berg until it is linked again.',
  );
  const listed = await command('homes', 'third');
  expect(listed.out).toContain('does not open the token of Villa Berg');
  const [channel] = (await client.listChannels({})).filter(({ name }) => name === 'Telephone');
  const { id, kind, name, settings } = channel!;
  const left = client.saveChannel({ id, kind, name, settings });
  await expect(left).rejects.toMatchObject({ code: 'store.secret_unreadable' });
  // Of the address only its host is left to show.
  await client.saveChannel({ id, kind, name, settings: { ...settings, url, secret } });
  const linked = await client.linkHome({ address: sim.url, token, replace: true });
  expect(linked).toMatchObject({ ok: true, home: { id: 'villa-berg' } });
  await expect.poll(async () => (await home(client)).link.state, { timeout: 60_000 }).toBe('live');
  expect((await home(client)).link.error).toBe(null);
});

test('with --replace what was there is backed up first, and comes back', {
  timeout: 120_000,
}, async () => {
  const client = await start('second');
  await client.setWorkflow({ home: 'villa-berg', name: 'water-watch', mode: 'off' });
  await service!.stop();
  service = null;
  const modes = async () => {
    const rows = (await command('workflows --json', 'second')).json() as { mode: string }[];
    return rows.some(({ mode }) => mode === 'watch');
  };
  expect(await modes()).toBe(false);
  const first = (await command(`restore ${file} --replace --json`, 'second')).json() as Restored;
  expect(first.replaced).toContain(at('second', 'backups'));
  expect(await modes()).toBe(true);
  await command(`restore ${first.replaced} --replace`, 'second');
  expect(await modes()).toBe(false);
  // Nobody runs: the command reads the folder itself.
  const ran = await command(`backup ${at('offline.backup')} --json`, 'second');
  expect(ran.code).toBe(0);
  await inspectBackup(at('offline.backup'));
});
