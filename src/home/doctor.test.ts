import { TomteError } from '@tomte/sdk/errors';
import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../lib/clock.ts';
import { Secret } from '../lib/secret.ts';
import { type DoctorOptions, examine, type Patient } from './doctor.ts';
import { closeAll, fake, token } from './testing/attempt.ts';
import { closedPort, type FakeOptions, usualResults, withConfig } from './testing/fake-home.ts';
import { mintToken } from './testing/mint.ts';

afterEach(closeAll);

const visit = async (
  o: FakeOptions = {},
  patient: Partial<Patient> = {},
  options: Partial<DoctorOptions> = {},
) => {
  const home = await fake(o);
  const report = await examine(
    {
      id: 'h1',
      name: 'Villa Berg',
      address: `http://127.0.0.1:${home.port}`,
      token: new Secret(token),
      pin: null,
      admin: false,
      ...patient,
    },
    { clock: systemClock, ...options },
  );
  return { home, report };
};
const results = (changed: Record<string, unknown>) => ({
  results: { ...usualResults, ...changed },
});

test('a home that is well: every probe, every finding fine, the token sent once', async () => {
  const { home, report } = await visit();
  expect(report.probe.map((row) => row.stage)).toEqual([
    'address',
    'dns',
    'tcp',
    'tls',
    'http',
    'websocket',
    'auth',
    'home',
  ]);
  expect(report.findings.filter((row) => row.level === 'bad' || row.level === 'warn')).toEqual([]);
  expect(report.findings.map((row) => row.id)).toEqual(
    expect.arrayContaining(['token', 'clock', 'recorder', 'energy', 'integrations']),
  );
  expect(home.tokens).toEqual([token]);
});

test('the table of rights says what this user may', async () => {
  const { report } = await visit();
  expect(report.rights.filter((row) => !row.you).map((row) => row.what)).toContain(
    'hear the buttons pressed in the phone app',
  );
  const admin = await visit(
    results({ 'auth/current_user': { id: 'a', name: 'Ola', is_admin: true } }),
  );
  expect(admin.report.rights.every((row) => row.you)).toBe(true);
});

test('a home that is away is a finding with its fix, and the rights stay on the page', async () => {
  const port = await closedPort();
  const { report } = await visit({}, { address: `http://127.0.0.1:${port}`, admin: true });
  expect(report.findings).toMatchObject([{ id: 'link.refused', level: 'bad' }]);
  expect(report.findings[0]!.fix).not.toBe(null);
  expect(report.rights.every((row) => row.you)).toBe(true);
});

test('a refused token is tried once', async () => {
  const { home, report } = await visit({ login: () => 'Invalid access token or password' });
  expect(report.findings[0]).toMatchObject({ id: 'link.token_rejected', level: 'bad' });
  expect(home.tokens).toHaveLength(1);
});

test('a token the home refused for good is not sent again', async () => {
  const refused = new TomteError(
    'link.token_rejected',
    'Home Assistant does not accept the token.',
  );
  const { home, report } = await visit({}, { admin: true }, { refused });
  expect(home.tokens).toEqual([]);
  expect(report.probe.map((row) => [row.stage, row.ok]).slice(-2)).toEqual([
    ['websocket', true],
    ['auth', false],
  ]);
  expect(report.findings).toMatchObject([
    { id: 'link.token_rejected', level: 'bad', detail: refused.message },
  ]);
});

test.each<[string, FakeOptions, string, string]>([
  [
    'a broken integration',
    results({
      'config_entries/get': [
        {
          entry_id: '1',
          domain: 'hue',
          title: 'Hue',
          state: 'setup_retry',
          reason: 'No answer from 192.168.1.5',
        },
      ],
    }),
    'integration.1',
    'No answer from 192.168.1.5',
  ],
  [
    'a recorder that stands still',
    results({ 'recorder/info': { recording: false } }),
    'recorder',
    'stands still',
  ],
  [
    'a recorder at work on its database',
    results({ 'recorder/info': { recording: true, migration_in_progress: true } }),
    'recorder',
    'Until it is done',
  ],
  [
    'a recorder that is behind',
    results({ 'recorder/info': { recording: true, backlog: 30_000 } }),
    'recorder',
    '30000',
  ],
  [
    'a fault in the energy page',
    results({
      'energy/validate': {
        energy_sources: [
          [{ type: 'recorder_untracked', affected_entities: [['sensor.meter', null]] }],
        ],
      },
    }),
    'energy.1',
    'recorder untracked: sensor.meter',
  ],
  ['an empty energy page', results({ 'energy/get_prefs': undefined }), 'energy', 'meters'],
  [
    'a repair',
    results({
      'repairs/list_issues': {
        issues: [
          {
            domain: 'http',
            issue_id: 'deprecated_yaml',
            severity: 'error',
            breaks_in_ha_version: '2027.2.0',
          },
        ],
      },
    }),
    'repair.http.deprecated_yaml',
    '2027.2.0',
  ],
  ['recovery mode', { results: withConfig({ recovery_mode: true }) }, 'mode', 'missing'],
])('%s is found, with what to do', async (_what, o, id, detail) => {
  const { report } = await visit(o);
  const row = report.findings.find((f) => f.id === id);
  expect(row?.detail).toContain(detail);
  expect(row?.level).not.toBe('ok');
  expect(row?.fix).not.toBe(null);
});

test('a disabled integration and an ignored repair are nobody’s trouble', async () => {
  const { report } = await visit(
    results({
      'config_entries/get': [
        { entry_id: '1', domain: 'hue', title: 'Hue', state: 'setup_error', disabled_by: 'user' },
      ],
      'repairs/list_issues': {
        issues: [{ domain: 'x', issue_id: 'y', severity: 'error', ignored: true }],
      },
    }),
  );
  expect(report.findings.filter((row) => row.level === 'bad' || row.level === 'warn')).toEqual([]);
});

test('clocks that differ are found', async () => {
  const clock = { ...systemClock, now: () => systemClock.now() - 60_000 };
  const { report } = await visit({}, {}, { clock });
  expect(report.findings.find((row) => row.id === 'clock')).toMatchObject({ level: 'bad' });
});

test('a token that ends soon is found', async () => {
  const exp = Math.floor(systemClock.now() / 1000) + 3 * 86_400;
  const { report } = await visit({}, { token: new Secret(mintToken({ exp })) });
  expect(report.findings[0]).toMatchObject({ id: 'token', level: 'bad' });
});

test('an administrator is told about bans and proxies', async () => {
  const { report } = await visit(
    results({
      'auth/current_user': { id: 'a', name: 'Ola', is_admin: true },
      'http/config': {
        stable: {
          ip_ban_enabled: true,
          login_attempts_threshold: 5,
          use_x_forwarded_for: true,
          trusted_proxies: ['172.30.33.0/24'],
        },
      },
    }),
  );
  expect(report.findings.find((row) => row.id === 'ban')?.detail).toContain('5 failed logins');
  expect(report.findings.find((row) => row.id === 'proxy')?.detail).toContain('172.30.33.0/24');
});
