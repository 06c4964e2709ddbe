import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkConfig, configSchema, loadConfig } from './config.ts';

let data: string;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'tomte-config-'));
});
afterEach(() => rm(data, { recursive: true, force: true }));

const file = (text: string) => writeFile(join(data, 'tomte.yaml'), text);
const sources = (env: Record<string, string> = {}, flags: Record<string, string> = {}) => ({
  env,
  flags: { data, ...flags },
});

test('with nothing said, everything has a value', () => {
  expect(loadConfig(sources())).toEqual({
    ...{
      dataFolder: data,
      databaseUrl: null,
      host: '127.0.0.1',
      port: 8640,
      hosts: [],
      allowAddresses: [],
      discover: 'on',
    },
    ...{ publicUrl: null, retentionDays: 365, keyFile: null, logLevel: 'info', worker: 'main' },
    supervisor: null,
  });
});

test('a flag wins over the environment, which wins over the file', async () => {
  await file('port: 1001\nhost: 10.0.0.1\nretentionDays: 30\n');
  const config = loadConfig(sources({ TOMTE_PORT: '1002', TOMTE_HOST: '::1' }, { port: '1003' }));
  expect(config).toMatchObject({ port: 1003, host: '::1', retentionDays: 30 });
});

test('addresses that may be reached are an address, a range, a name or a group', async () => {
  const given = { TOMTE_ALLOW_ADDRESSES: '192.168.1.0/24, nas.lan,private' };
  expect(loadConfig(sources(given)).allowAddresses).toEqual([
    '192.168.1.0/24',
    'nas.lan',
    'private',
  ]);
  await file('allowAddresses: [fd00::5, http://nas.lan]\n');
  expect(checkConfig(sources()).problems).toMatchObject([
    { path: 'allowAddresses.1', expected: 'an address, a range or a name', line: 1 },
  ]);
});

test('the data folder is the flag, else TOMTE_DATA, else by who runs it', () => {
  const folder = (env: Record<string, string>, root: boolean) =>
    checkConfig({ flags: {}, env, home: '/home/a', root }).dataFolder;
  expect(folder({ TOMTE_DATA: '/srv/t' }, true)).toBe('/srv/t');
  expect(folder({}, true)).toBe('/var/lib/tomte');
  expect(folder({}, false)).toBe('/home/a/.local/share/tomte');
});

test('all problems are told at once, with line, what was found and what was expected', async () => {
  await file('# mine\nprot: 8650\nretentionDays: forever\nhosts: [a b]\n\nlogLevel: loud\n');
  const { config, problems } = checkConfig(
    sources({ DATABASE_URL: 'mysql://root:hunter2hunter2@x', TOMTE_PROT: '1' }, { port: '99999' }),
  );
  expect(config).toBe(null);
  const found = Object.fromEntries(problems.map((problem) => [problem.path, problem]));
  expect(found.prot).toMatchObject({ line: 2, expected: 'did you mean port?' });
  expect(found.retentionDays).toMatchObject({ line: 3, found: '"forever"', expected: 'number' });
  expect(found['hosts.0']).toMatchObject({ line: 4, found: '"a b"' });
  expect(found.logLevel).toMatchObject({ line: 6, found: '"loud"' });
  expect(found['--port']).toMatchObject({ found: '99999' });
  expect(found['--port']!.line).toBeUndefined();
  expect(found.TOMTE_PROT).toMatchObject({ expected: 'did you mean TOMTE_PORT?' });
  expect(found.DATABASE_URL!.found).toBe('«secret»');
  expect(problems).toHaveLength(7);
});

test('a wrong configuration stops the start with one error that holds every problem', async () => {
  await file('port: nine\nhots: x\n');
  expect(() => loadConfig(sources())).toThrowError(
    expect.objectContaining({
      code: 'config.invalid',
      details: { problems: [expect.anything(), expect.anything()] },
    }),
  );
});

test('a file that is no YAML says where', async () => {
  await file('port: 1\nhost: [a\n');
  const { problems } = checkConfig(sources());
  expect(problems[0]).toMatchObject({ path: join(data, 'tomte.yaml'), expected: 'YAML' });
  expect(problems[0]!.line).toBeGreaterThan(1);
});

test('the database address does not print itself', () => {
  const config = loadConfig(sources({ DATABASE_URL: 'postgresql://u:hunter2hunter2@x/y' }));
  expect(inspect(config) + JSON.stringify(config)).not.toContain('hunter2');
});

test('the key comes from systemd when it was given one, and TOMTE_KEY_FILE wins', async () => {
  await writeFile(join(data, 'tomte-key'), 'x');
  expect(loadConfig(sources({ CREDENTIALS_DIRECTORY: data })).keyFile).toBe(
    join(data, 'tomte-key'),
  );
  const both = sources({ CREDENTIALS_DIRECTORY: data, TOMTE_KEY_FILE: '/k' });
  expect(loadConfig(both).keyFile).toBe('/k');
});

test('every key says what it does', () => {
  for (const [key, schema] of Object.entries(configSchema.shape)) {
    expect(schema.description, key).toMatch(/\.$/);
  }
});

test('a file whose aliases name each other a thousandfold is a problem, not a fault', async () => {
  const line = (name: string, of: string) => `${name}: &${name} [${`${of}, `.repeat(12)}]\n`;
  await file(line('a', 'x') + line('b', '*a') + line('c', '*b') + line('d', '*c'));
  const { config, problems } = checkConfig(sources());
  expect(config).toBe(null);
  expect(problems[0]).toMatchObject({ path: join(data, 'tomte.yaml'), expected: 'YAML' });
});

test('an app of Home Assistant knows its Supervisor, by a token that does not print itself', () => {
  const SUPERVISOR_TOKEN = 'hunter2hunter2hunter2';
  // Without being told, a token that lies about makes nobody an app.
  expect(loadConfig(sources({ SUPERVISOR_TOKEN })).supervisor).toBe(null);
  const config = loadConfig(sources({ SUPERVISOR_TOKEN, TOMTE_SUPERVISOR: 'on' }));
  expect(config.supervisor).toMatchObject({
    ...{ address: 'http://supervisor/core', gateway: '172.30.32.2' },
  });
  expect(inspect(config) + JSON.stringify(config)).not.toContain('hunter2');
  const wrong = (env: Record<string, string>) =>
    checkConfig(sources({ TOMTE_SUPERVISOR: 'on', ...env })).problems.map(({ path }) => path);
  expect(wrong({})).toEqual(['SUPERVISOR_TOKEN']);
  expect(wrong({ SUPERVISOR_TOKEN, TOMTE_SUPERVISOR_URL: 'http://x' })).toEqual([
    'TOMTE_SUPERVISOR_URL',
  ]);
  expect(wrong({ SUPERVISOR_TOKEN, TOMTE_INGRESS_GATEWAY: 'x' })).toEqual([
    'TOMTE_INGRESS_GATEWAY',
  ]);
});
