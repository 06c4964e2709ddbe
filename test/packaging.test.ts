/**
 * What is built from `packaging/` elsewhere is checked here as far as it can be without building: files,
 * versions, commands, rights. `long/supervised.test.ts` runs the start script of the app.
 */
import { execFile } from 'node:child_process';
import { access, chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { commands } from '../src/cli/index.ts';
import { configSchema } from '../src/config.ts';

const root = join(import.meta.dirname, '..');
const at = (...names: string[]) => join(root, 'packaging', ...names);
const app = (...names: string[]) => at('home-assistant-app', ...names);
const text = (path: string) => readFile(path, 'utf8');
const run = promisify(execFile);
const { version, workspaces } = JSON.parse(await text(join(root, 'package.json'))) as {
  version: string;
  workspaces: string[];
};

let folder = '';
/** The app's folder as its image is built from. */
let made = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tomte-packaging-'));
  await chmod(folder, 0o755);
  made = join(folder, 'app');
  await run(process.execPath, [at('assemble-app.js'), made]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Instruction {
  readonly name: string;
  readonly value: string;
}

/** Instructions by stage, with continued lines joined and comments left out. */
function stagesOf(dockerfile: string): Instruction[][] {
  const stages: Instruction[][] = [];
  const joined = dockerfile.replace(/^#.*\n/gm, '').replace(/\\\n/g, ' ');
  for (const line of joined.split('\n').filter((one) => one.trim() !== '')) {
    const [, name = '', value = ''] = /^([A-Z]+) +(.*)$/.exec(line) ?? [];
    expect(name, `an instruction: ${line}`).not.toBe('');
    if (name === 'FROM') stages.push([]);
    expect(stages.length, 'begins with FROM').toBeGreaterThan(0);
    stages.at(-1)!.push({ name, value: value.trim().replace(/ +/g, ' ') });
  }
  return stages;
}

/** Each with the folder it is built from. */
const dockerfiles = [
  ['Dockerfile', () => at('Dockerfile'), () => root],
  ['home-assistant-app/Dockerfile', () => join(made, 'Dockerfile'), () => made],
] as const;
const values = (stage: readonly Instruction[], name: string) =>
  stage.filter((one) => one.name === name).map(({ value }) => value);

test.each(dockerfiles)(
  '%s: what it copies is there, and its base has a version',
  async (_, path, from) => {
    const stages = stagesOf(await text(path()));
    const names = new Set<string>();
    for (const stage of stages) {
      const [base = '', , name] = values(stage, 'FROM')[0]!.split(' ');
      expect(base).toMatch(/^node:24-bookworm-slim$/);
      if (name) names.add(name);
      for (const copied of values(stage, 'COPY')) {
        const sources = copied.split(' ').slice(0, -1);
        if (sources[0]!.startsWith('--from=')) {
          expect(names).toContain(sources[0]!.slice('--from='.length));
          continue;
        }
        for (const source of sources) await access(join(from(), source));
      }
      for (const folderOf of values(stage, 'WORKDIR')) expect(folderOf).toMatch(/^\//);
    }
  },
);

test.each(dockerfiles)('%s: no tool of the building stays in the image', async (_, path) => {
  const last = stagesOf(await text(path())).at(-1)!;
  const shell = values(last, 'RUN').join(' && ');
  expect(shell).not.toMatch(/npm (ci|install)|apt-get install(?!.*--no-install-recommends)/);
  for (const gone of ['/var/lib/apt/lists', '/usr/local/lib/node_modules', '/opt/yarn-'])
    expect(shell).toContain(gone);
  // Of the web app only what was built; its tools belong to the workspace that is left out.
  expect(values(last, 'COPY').filter((copied) => /(^|\/)web/.test(copied))).toEqual([
    '--from=web /opt/tomte/web/dist web/dist',
  ]);
  const modules = values(stagesOf(await text(path()))[1]!, 'RUN').join();
  const left = Number(/npm pkg delete "workspaces\[(\d)\]"/.exec(modules)?.[1]);
  expect(workspaces[left]).toBe('web');
});

test.each(dockerfiles)('%s: its health is asked by a command there is', async (_, path) => {
  const last = stagesOf(await text(path())).at(-1)!;
  const [check = ''] = values(last, 'HEALTHCHECK');
  const command = JSON.parse(/CMD (\[.*\])$/.exec(check)![1]!) as string[];
  expect(command.slice(0, 2)).toEqual(['node', '/opt/tomte/bin/tomte.js']);
  expect(commands.map(({ name }) => name)).toContain(command[2]);
  expect(values(last, 'EXPOSE')).toEqual([String(configSchema.parse({}).port)]);
  const [entry = ''] = values(last, 'ENTRYPOINT');
  // Somebody collects the processes that a killed database leaves behind.
  expect(JSON.parse(entry)[0]).toBe('tini');
});

test('the container runs as an ordinary user, on a volume that is that user’s', async () => {
  const last = stagesOf(await text(at('Dockerfile'))).at(-1)!;
  expect(values(last, 'USER')).toEqual(['1000:1000']);
  expect(values(last, 'VOLUME')).toEqual(['/data']);
  expect(values(last, 'RUN').join()).toContain('--owner=1000 --group=1000 --mode=0700 /data');
  expect(values(last, 'ENV').join()).toContain('TOMTE_DATA=/data');
  expect(commands.map(({ name }) => name)).toContain(JSON.parse(values(last, 'CMD')[0]!)[0]);
});

test('both images are built alike', async () => {
  const [own, apps] = await Promise.all([text(at('Dockerfile')), text(join(made, 'Dockerfile'))]);
  expect(stagesOf(apps).length).toBe(3);
  expect(stagesOf(apps).slice(0, 2)).toEqual(stagesOf(own).slice(0, 2));
  expect(stagesOf(await text(app('Dockerfile'))).length).toBe(1);
});

test('docker compose: the image of this version, without rights it does not need', async () => {
  const service = z.strictObject({
    build: z.strictObject({ context: z.literal('..'), dockerfile: z.string() }),
    image: z.literal(`tomte:${version}`),
    restart: z.literal('unless-stopped'),
    ports: z.array(z.string().regex(/^\d+:\d+$/)),
    volumes: z.tuple([z.literal('tomte-data:/data')]),
    read_only: z.literal(true),
    tmpfs: z.array(z.string()),
    cap_drop: z.tuple([z.literal('ALL')]),
    security_opt: z.tuple([z.literal('no-new-privileges:true')]),
    stop_grace_period: z.string().regex(/^\d+s$/),
  });
  const file = z
    .strictObject({
      services: z.strictObject({ tomte: service }),
      volumes: z.strictObject({ 'tomte-data': z.strictObject({}) }),
    })
    .parse(parse(await text(at('docker-compose.yml'))));
  await access(join(root, file.services.tomte.build.dockerfile));
});

/** The keys that the Supervisor knows, of those that are used here; an unknown one it would leave out. */
const appConfig = z.strictObject({
  name: z.string(),
  version: z.literal(version),
  slug: z.string().regex(/^[-_.A-Za-z0-9]+$/),
  description: z.string(),
  arch: z.tuple([z.literal('aarch64'), z.literal('amd64')]),
  homeassistant: z.literal('2024.4.0'),
  startup: z.literal('application'),
  boot: z.literal('auto'),
  init: z.literal(false),
  ingress: z.literal(true),
  ingress_port: z.literal(configSchema.parse({}).port),
  panel_icon: z.string().startsWith('mdi:'),
  panel_title: z.string(),
  homeassistant_api: z.literal(true),
  backup: z.literal('cold'),
  timeout: z.int().min(60),
  ports: z.record(z.string(), z.null()),
  options: z.record(z.string(), z.unknown()),
  schema: z.record(z.string(), z.string()),
});

test('the app: configuration, options and their words belong together', async () => {
  const config = appConfig.parse(parse(await text(app('config.yaml'))));
  const words = z
    .strictObject({
      configuration: z.record(
        z.string(),
        z.strictObject({ name: z.string(), description: z.string() }),
      ),
      network: z.record(z.string(), z.string()),
    })
    .parse(parse(await text(app('translations', 'en.yaml'))));
  const names = Object.keys(config.options);
  expect(Object.keys(config.schema)).toEqual(names);
  expect(Object.keys(words.configuration)).toEqual(names);
  expect(Object.keys(words.network)).toEqual(Object.keys(config.ports));
  const levels = /^list\((.*)\)$/.exec(config.schema.log_level!)![1]!.split('|');
  for (const level of levels) configSchema.parse({ logLevel: level });
  // What the image is told, the program understands.
  const last = stagesOf(await text(app('Dockerfile'))).at(-1)!;
  const told = values(last, 'ENV').join(' ');
  for (const one of ['TOMTE_SUPERVISOR=on', 'TOMTE_HOST=0.0.0.0', 'TOMTE_DATA=/data'])
    expect(told).toContain(one);
  expect(told).toContain(`TOMTE_PORT=${config.ingress_port}`);
  expect((await stat(app('run.sh'))).mode & 0o111).toBe(0o111);
  await run('sh', ['-n', app('run.sh')]);
});

test('the app’s folder is assembled without what is built or tested, into an empty folder only', async () => {
  for (const left of ['web/dist', 'node_modules', 'src/config.test.ts'])
    await expect(access(join(made, left))).rejects.toMatchObject({ code: 'ENOENT' });
  const again = run(process.execPath, [at('assemble-app.js'), made]);
  await expect(again).rejects.toMatchObject({ code: 2 });
});

test('the unit of systemd: known words, few rights, the key by credential', async () => {
  const unit = await text(at('tomte.service'));
  const lines = unit.split('\n').filter((line) => /^\w+=/.test(line));
  const has = (line: string) => expect(lines, line).toContain(line);
  for (const line of ['User=tomte', 'NoNewPrivileges=yes', 'ProtectSystem=strict']) has(line);
  has('LoadCredential=tomte-key:/etc/tomte/key');
  has('ExecStart=/usr/bin/node /opt/tomte/bin/tomte.js start');
  // Node compiles as it runs.
  expect(unit).not.toMatch(/^MemoryDenyWriteExecute=/m);
  const analyze = await run('systemd-analyze', ['--version']).catch(() => null);
  if (!analyze) return void process.stdout.write('SKIPPED: systemd-analyze is not here\n');
  // Where Node lies differs; that is no fault of the unit.
  const copy = join(folder, 'tomte.service');
  await writeFile(copy, unit.replace('/usr/bin/node', process.execPath));
  const verified = await run('systemd-analyze', ['verify', '--recursive-errors=no', copy]);
  expect(verified.stderr).toBe('');
  await run('systemd-analyze', ['security', '--offline=true', '--threshold=20', copy]);
});
