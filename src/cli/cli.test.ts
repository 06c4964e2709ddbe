import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TomteError } from '@tomte/sdk/errors';
import type { Tomte } from '@tomte/sdk/operations';
import type { LinkAnswer } from '@tomte/sdk/types';
import type { Approval } from '@tomte/sdk/types-approval';
import { expect, test, vi } from 'vitest';
import { systemClock } from '../lib/clock.ts';
import { type CliDeps, commands, type Opened } from './index.ts';
import { minute } from './print.ts';
import { backedUp, home, restored, tomte } from './testing.ts';

const linked: LinkAnswer = { ok: true, home, warnings: [] };

test('a link asks with what was typed, and the token comes from standard input', async () => {
  let asked: unknown;
  const linkHome: Tomte['linkHome'] = async (request) => {
    asked = request;
    return linked;
  };
  const line = 'link 10.0.0.2 --port 8123 --name Cabin --allow-plain-http --json --data /d';
  const ran = await tomte(line, { linkHome }, { stdin: ' abc.def.ghi\n' });
  expect(asked).toEqual({
    ...{ address: '10.0.0.2', port: 8123, token: 'abc.def.ghi', name: 'Cabin' },
    allowPlainHttp: true,
  });
  expect(ran).toMatchObject({ code: 0, json: { ok: true, home: { id: 'cabin' } }, closed: 1 });
  // The port of the home is not the port of the service.
  expect(ran.flags).toEqual({ data: '/d' });
});

test('the token may come from a file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tomte-cli-'));
  await writeFile(join(folder, 'token'), 'abc.def.ghi\n');
  let token: string | undefined;
  const linkHome: Tomte['linkHome'] = async (request) => {
    token = request.token;
    return linked;
  };
  await tomte(`link x --token-file ${join(folder, 'token')}`, { linkHome });
  await rm(folder, { recursive: true });
  expect(token).toBe('abc.def.ghi');
});

test('a link that fails ends with 3 and says what to do', async () => {
  const { error } = new TomteError('link.refused', 'Nobody listens there').toJSON();
  const linkHome = async (): Promise<LinkAnswer> => ({ ok: false, error, probe: [] });
  const asked = await tomte('link x --token t --json', { linkHome });
  expect(asked).toMatchObject({
    code: 3,
    json: { ok: false, error: { code: 'link.refused' }, probe: [] },
  });
  const read = await tomte('link x --token t', { linkHome });
  expect(read.code).toBe(3);
  expect(read.out).toBe('');
  expect(read.err).toContain(error.hint);
});

test('a link fault that was thrown is answered in the same form', async () => {
  const linkHome = async () => {
    throw new TomteError('link.token_missing', 'No token');
  };
  const ran = await tomte('link x --token t --json', { linkHome });
  expect(ran).toMatchObject({
    code: 3,
    json: { ok: false, error: { code: 'link.token_missing' } },
  });
});

test('lists are bare arrays with --json', async () => {
  const answers: Partial<Tomte> = {
    ...{ listHomes: async () => [home], listAlerts: async () => [], listRuns: async () => [] },
    ...{ listWorkflows: async () => [], listChannels: async () => [] },
  };
  for (const name of ['homes', 'alerts', 'runs', 'workflows', 'channels', 'check']) {
    const ran = await tomte(`${name} --json`, answers);
    expect(Array.isArray(ran.json), name).toBe(true);
    expect(ran.code).toBe(0);
    expect(ran.err).toBe('');
  }
});

test('a home is named by its id or its name, and need not be named when it is the only one', async () => {
  const unlinkHome = async ({ home }: { home: string }) => ({ unlinked: home, revoked: true });
  const answers = { listHomes: async () => [home], unlinkHome } as unknown as Partial<Tomte>;
  expect((await tomte('unlink CABIN --revoke --json', answers)).json).toEqual({
    unlinked: 'cabin',
    revoked: true,
  });
  const other = await tomte('unlink boat --json', answers);
  expect(other).toMatchObject({ code: 2, json: { error: { code: 'home.not_found' } } });
});

test('a refusal by the guardrail ends with 4', async () => {
  const stopActions = async () => {
    throw new TomteError('guardrail.stopped', 'All Actions are stopped');
  };
  expect((await tomte('stop-actions', { stopActions })).code).toBe(4);
});

test('wrong use ends with 2, says what was meant, and opens nothing', async () => {
  const lines = [
    'hmoes',
    'homes --jsno',
    'link',
    'unlink',
    'link a b',
    'alerts --state odd',
    'detect',
  ];
  for (const line of lines) {
    const ran = await tomte(line);
    expect(ran.code, line).toBe(2);
    expect(ran.flags, line).toBe(null);
    expect(ran.out, line).toBe('');
  }
  expect((await tomte('hmoes')).err).toContain('tomte homes');
  expect((await tomte('homes --jsno')).err).toContain('--json');
  expect((await tomte('unlink --json')).json).toMatchObject({ error: { code: 'cli.usage' } });
});

test('a fault of ours is one JSON value too, and its trace goes to standard error', async () => {
  const listHomes = async () => {
    throw new Error('a bolt broke');
  };
  const ran = await tomte('homes --json', { listHomes });
  expect(ran).toMatchObject({ code: 1, closed: 1, json: { error: { code: 'app.internal' } } });
  expect(ran.err).toContain('cli.test.ts');
});

test('check prints every problem and ends with 2', async () => {
  const problems = [
    { path: 'prot', found: 'an unknown key', expected: 'did you mean port?', line: 2 },
    { path: '--host', found: '""', expected: 'a host' },
  ];
  const check = async () => ({ file: 'tomte.yaml', problems });
  const ran = await tomte('check', {}, { check });
  expect(ran.code).toBe(2);
  expect(ran.out.trim().split('\n')).toHaveLength(2);
  expect(ran.out).toContain('prot (line 2): found an unknown key, expected did you mean port?');
  expect((await tomte('check --json', {}, { check })).json).toEqual(problems);
});

test('an error shows the problems and log lines that its details hold', async () => {
  const problems = [{ path: 'port', found: '"x"', expected: 'number', line: 3 }];
  const listHomes = async () => {
    throw new TomteError('config.invalid', 'wrong', { details: { problems } });
  };
  const ran = await tomte('homes', { listHomes });
  expect(ran.code).toBe(2);
  expect(ran.err).toContain('port (line 3): found "x", expected number');
});

test('detect answers line by line and opens nothing', async () => {
  const ran = await tomte('detect --jsonl', {}, { stdin: 'a\nb\n' });
  expect(ran).toMatchObject({ code: 0, out: 'A\nB\n', flags: null });
});

test('start hands its flags to the service and ends with its code', async () => {
  const seen: unknown[] = [];
  const serve: CliDeps['serve'] = async (flags, o) => {
    seen.push(flags, o);
    return 7;
  };
  expect((await tomte('start --port 0 --demo', {}, { serve })).code).toBe(7);
  expect(seen).toMatchObject([{ port: '0' }, { demo: true }]);
});

test('a workflow is changed by name', async () => {
  let asked: unknown;
  const setWorkflow = async (input: unknown) => {
    asked = input;
    return { title: 'Water', mode: 'on' };
  };
  const answers = { listHomes: async () => [home], setWorkflow } as unknown as Partial<Tomte>;
  await tomte('workflows water-watch --mode on --set minutes=30 --set who=all', answers);
  expect(asked).toEqual({
    ...{ home: 'cabin', name: 'water-watch', mode: 'on' },
    settings: { minutes: 30, who: 'all' },
  });
});

test.each([
  ['Europe/Vienna', '2026-11-21 02:41+01:00'],
  ['America/St_Johns', '2026-11-20 22:11-03:30'],
  ['UTC', '2026-11-21 01:41Z'],
])('times are told by the clock of the computer: %s', (zone, said) => {
  vi.stubEnv('TZ', zone);
  try {
    expect(minute('2026-11-21T01:41:00.000Z')).toBe(said);
  } finally {
    vi.unstubAllEnvs();
  }
});

test('every command has a help that names all its options', async () => {
  for (const { name, options, about } of commands) {
    const ran = await tomte(`${name} --help`);
    expect(ran.code).toBe(0);
    expect(ran.out).toContain(about);
    for (const option of Object.keys(options)) expect(ran.out).toContain(`--${option}`);
  }
  const all = (await tomte('--help')).out;
  for (const { name } of commands) expect(all).toContain(`  ${name}`);
  expect((await tomte('--version')).out).toBe('1.2.3\n');
});

test('a home whose name would steer the terminal is listed without doing so', async () => {
  const name = '\u001b]0;mine\u0007\u202eCabin\r';
  const listHomes = async () => [{ ...home, name }];
  const { out } = await tomte('homes', { listHomes });
  expect(out).toMatch(/^[^\p{Cc}\u202e]+\n$/u);
  expect(out).toContain('Cabin');
  // JSON is for programs: they get what is there, in escapes.
  expect((await tomte('homes --json', { listHomes })).json).toMatchObject([{ name }]);
});

test('a backup tells how far it is, what it needs and what is not in it', async () => {
  const files: string[] = [];
  const backup: Opened['backup'] = async (file, onRows) => {
    files.push(file);
    for (let done = 0; done <= 40_000; done += 100) onRows(done, 40_000);
    return backedUp;
  };
  const ran = await tomte('backup home.backup', {}, { backup });
  expect(files).toEqual(['home.backup']);
  // A line each twentieth part, not one each row.
  expect(ran.err.trim().split('\n')).toHaveLength(21);
  expect(ran.err).toContain('backing up: 50 %, 20000 of 40000 rows');
  for (const said of ['3.4 MB', '0123456789abcdef', '/d/tomte.yaml'])
    expect(ran.out).toContain(said);
  const asJson = await tomte('backup home.backup --json', {}, { backup });
  expect(asJson.err).toBe('');
  expect(asJson.json).toEqual(backedUp);
});

test('a restore without the old key says which homes to link again, and which key is missing', async () => {
  const linkAnew = [{ id: 'cabin', name: 'Cabin', address: 'http://10.0.0.2:8123' }];
  const asked: unknown[] = [];
  const restore: CliDeps['restore'] = async (flags, { onRows, ...o }) => {
    asked.push(flags.data, o);
    onRows('checking', 40_000, 40_000);
    onRows('restoring', 40_000, 40_000);
    return {
      ...restored,
      ...{ linkAnew, typeAnew: ['the channel Telephone'], replaced: '/d/backups/b' },
      key: { needed: '0123456789abcdef', here: 'ffffffffffffffff' },
    };
  };
  const ran = await tomte('restore home.backup --replace --data /d', {}, { restore });
  expect(asked).toEqual(['/d', { file: 'home.backup', replace: true }]);
  expect(ran.err).toContain('checking: 100 %');
  expect(ran.err).toContain('restoring: 100 %');
  expect(ran.out).toContain('tomte link http://10.0.0.2:8123 --replace');
  for (const said of [
    'the secrets of the channel Telephone',
    '0123456789abcdef',
    'ffffffffffffffff',
    '/d/backups/b',
  ])
    expect(ran.out).toContain(said);
  // It opens nothing that runs: the folder must be free.
  expect(ran.flags).toBe(null);
});

test('status says that Tomte runs; where it does not, it ends with 1', async () => {
  const status = async () => ({
    ...{ version: '1.2.3', startedAt: '2026-11-22T10:00:00.000Z', demo: false, demoDoor: false },
    ...{ homes: 2, passwordSet: true, actionsStopped: false, publicUrl: null },
  });
  const ran = await tomte('status', { status });
  expect(ran.code).toBe(0);
  expect(ran.out).toContain('looks after 2 homes');
  const silent = async () => {
    throw new TomteError('cli.service_unreachable', 'This needs a running Tomte');
  };
  expect((await tomte('status', { status: silent })).code).toBe(1);
});

const asked: Approval = {
  ...{ id: 'a1', home: 'cabin', homeName: 'Cabin', kind: 'action', title: 'Unlock Front door?' },
  ...{ text: 'Let in asks for this.', fallback: 'no', state: 'open', workflow: 'w', run: 'r' },
  options: [
    { id: 'no', label: 'No' },
    { id: 'yes', label: 'Yes, unlock Front door', danger: true },
  ],
  ...{ askedAt: '2026-11-22T10:00:00.000Z', expiresAt: '2026-11-22T11:00:00.000Z' },
  ...{ answer: null, answeredBy: null, answeredAt: null, action: null },
};

test('what waits for a yes is listed with its answers, and answered by id', async () => {
  let filter: unknown;
  let said: unknown;
  const answers: Partial<Tomte> = {
    listApprovals: async (given) => {
      filter = given;
      return [asked];
    },
    answerApproval: async (given) => {
      said = given;
      return { ...asked, state: 'answered', answer: 'yes', answeredBy: 'Maja' };
    },
  };
  const listed = await tomte('approve', answers);
  expect(filter).toEqual({ state: 'open' });
  expect(listed.out).toContain('a1');
  expect(listed.out).toContain('Answers: no (No), yes (Yes, unlock Front door).');
  const ran = await tomte('approve a1 --answer yes --by Maja', answers);
  expect(said).toEqual({ id: 'a1', answer: 'yes', by: 'Maja' });
  expect(ran).toMatchObject({ code: 0, out: 'Unlock Front door? Yes, unlock Front door.\n' });
  expect(await tomte('approve zz', answers)).toMatchObject({ code: 2 });
  expect(await tomte('approve --answer yes', answers)).toMatchObject({ code: 2 });
});

test('a mode is set with an end, by duration or time, or ended', async () => {
  const seen: Parameters<Tomte['setMode']>[0][] = [];
  const answers: Partial<Tomte> = {
    listHomes: async () => [home],
    setMode: async (given) => {
      seen.push(given);
      const until = given.until ?? '2026-11-22T11:00:00.000Z';
      const { home: at, mode } = given;
      return given.off ? [] : [{ home: at, mode, since: until, until, setBy: null }];
    },
  };
  const before = systemClock.now();
  await tomte('pause --for 2h', answers);
  expect(Date.parse(seen[0]!.until!) - before).toBeGreaterThanOrEqual(7_200_000);
  await tomte('guests Cabin --until 2026-12-01T12:00:00+01:00', answers);
  expect(seen[1]).toEqual({ home: 'cabin', mode: 'guests', until: '2026-12-01T11:00:00.000Z' });
  await tomte('away --until 18:30', answers);
  expect(seen[2]!.until).toMatch(/T1[67]:30:00\.000Z$/);
  expect((await tomte('pause --off', answers)).out).toBe('Pause is over.\n');
  expect(seen[3]).toEqual({ home: 'cabin', mode: 'pause', off: true });
  for (const wrong of ['--for soon', '--until never', '--for 2h --off']) {
    expect(await tomte(`pause ${wrong}`, answers)).toMatchObject({ code: 2 });
  }
  expect(seen).toHaveLength(4);
});

test('a new workflow says where it is and what comes next', async () => {
  const ran = await tomte('new door-open');
  expect(ran.code).toBe(0);
  expect(ran.out).toContain('/d/workflows');
  expect(ran.out).toContain('npm test');
  expect(await tomte('new')).toMatchObject({ code: 2 });
});

test('types and a test made from a Run are written as they are', async () => {
  const listHomes: Tomte['listHomes'] = async () => [home];
  const homeTypes: Tomte['homeTypes'] = async ({ home: id }) => ({ home: id, text: 'types\n' });
  expect((await tomte('types', { listHomes, homeTypes })).out).toBe('types\n');
  const getRun: Tomte['getRun'] = async ({ id }) => ({
    ...{ id, home: 'cabin', workflow: 'door-open', state: 'done', reason: 'A door', error: null },
    ...{ createdAt: '2026-11-26T07:30:00.000Z', endedAt: null, trigger: null, steps: [] },
    ...{ waits: [], actions: [], logs: [], result: null, version: null, parent: null, dry: false },
    fork: null,
  });
  const listWorkflows: Tomte['listWorkflows'] = async () => [];
  const made = await tomte('runs r1 --make-test', { getRun, listHomes, listWorkflows });
  expect(made.out).toContain('import workflow from "./door-open.ts";');
  expect(await tomte('runs --make-test')).toMatchObject({ code: 2 });
});
