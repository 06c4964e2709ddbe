import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { ErrorCode } from '@tomte/sdk/errors';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AuthorizeOptions, authorize } from '../../src/home/authorize.ts';
import { examine } from '../../src/home/doctor.ts';
import { mintToken } from '../../src/home/testing/mint.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { Secret } from '../../src/lib/secret.ts';
import { openAdmin, tokenOf } from './admin.ts';

const run = promisify(execFile);
const up = process.env.REAL_HOME_UP ?? '';
if (!up) console.warn('no real home: set REAL_HOME_UP to the script that starts one');

interface RealHome {
  url: string;
  admin: string;
  resident: string;
}

async function start(port: number): Promise<RealHome> {
  const { stdout } = await run('bash', [up, String(port)], {
    env: { ...process.env, ...(port === 8123 ? {} : { REAL_HOME_BAN_AFTER: '5' }) },
  });
  const lines = (await readFile(stdout.trim(), 'utf8')).split('\n').map((line) => line.split('='));
  const row = Object.fromEntries(lines) as Record<string, string>;
  return {
    url: row.HOME_ASSISTANT_URL!,
    admin: row.HOME_ASSISTANT_TOKEN!,
    resident: row.HOME_ASSISTANT_USER_TOKEN!,
  };
}

const link = (
  home: RealHome,
  token: string,
  o: Partial<AuthorizeOptions> = {},
  address = home.url,
) => authorize({ address, token }, { clock: systemClock, onStage: () => {}, ...o });

async function refused(
  home: RealHome,
  token: string,
  o: Partial<AuthorizeOptions> = {},
  address?: string,
) {
  const answer = await link(home, token, o, address);
  return answer.ok ? ('linked' as const) : answer.error.code;
}

describe.skipIf(!up)('a real Home Assistant', () => {
  let home: RealHome;
  beforeAll(async () => {
    home = await start(8123);
  }, 600_000);

  test.each([
    ['the administrator', 'admin', true],
    ['the resident', 'resident', false],
  ] as const)(
    'is linked with the token of %s within 3 s, only its address typed',
    async (_who, which, admin) => {
      const began = systemClock.ticks();
      const answer = await link(home, home[which], {}, '127.0.0.1');
      if (!answer.ok) throw answer.error;
      expect(systemClock.ticks() - began).toBeLessThan(3_000);
      expect(answer.facts).toMatchObject({
        address: home.url,
        name: 'Reference Home',
        timeZone: 'Europe/Amsterdam',
        currency: 'EUR',
        user: { admin },
      });
      expect(answer.facts.entities).toBeGreaterThan(20);
      expect(answer.facts.token.daysLeft).toBeGreaterThan(3_000);
    },
  );

  test('is the same home for both', async () => {
    const [one, two] = [await link(home, home.admin), await link(home, home.resident)];
    expect(one.ok && two.ok && one.instance !== null && one.instance === two.instance).toBe(true);
  });

  test('an ended token is not sent', async () => {
    const ended = mintToken({ iat: 1_600_000_000, exp: 1_700_000_000 });
    expect(await refused(home, ended)).toBe('link.token_expired');
  });

  test('https typed for it is told from a wrong address', async () => {
    expect(await refused(home, home.admin, {}, home.url.replace('http:', 'https:'))).toBe(
      'link.wants_http',
    );
  });

  test('its own doctor finds the recorder well and the integrations that cannot reach the internet', async () => {
    const token = new Secret(home.resident);
    const patient = { id: 'h', name: 'Home', address: home.url, token, pin: null, admin: false };
    const report = await examine(patient, { clock: systemClock });
    expect(report.findings.find((row) => row.id === 'recorder')?.level).toBe('ok');
    expect(
      report.findings.every(
        (row) => row.level === 'ok' || row.level === 'note' || row.fix !== null,
      ),
    ).toBe(true);
    expect(report.rights.some((row) => !row.you)).toBe(true);
  });
});

// The second home bans after five bad logins and is restarted; each case comes from an address of its own.
describe.skipIf(!up)('a real Home Assistant that may be disturbed', () => {
  let home: RealHome;
  beforeAll(async () => {
    home = await start(8124);
  }, 600_000);
  afterAll(async () => {
    await run('bash', [join(dirname(up), 'down.sh'), '8124']);
  }, 120_000);

  const from = (localAddress: string) => ({ localAddress });

  test('refuses a token it does not know', async () => {
    expect(await refused(home, mintToken(), from('127.0.0.6'))).toBe('link.token_rejected');
    // A good login takes the bad one off the count.
    expect(await refused(home, home.admin, from('127.0.0.6'))).toBe('linked');
  });

  test('refuses a deleted token', async () => {
    const admin = await openAdmin(home.url, home.admin);
    const made = await admin.call('auth/long_lived_access_token', {
      client_name: `gone ${randomUUID()}`,
      lifespan: 1,
    });
    const token = made.result as string;
    expect(await refused(home, token, from('127.0.0.7'))).toBe('linked');
    const { iss } = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as {
      iss: string;
    };
    await admin.call('auth/delete_refresh_token', { refresh_token_id: iss });
    expect(await refused(home, token, from('127.0.0.7'))).toBe('link.token_rejected');
    admin.close();
  });

  test('refuses the token of a user who was deactivated', async () => {
    const admin = await openAdmin(home.url, home.admin);
    const user = {
      username: `guest-${randomUUID()}`,
      password: 'guest-password',
    };
    const made = await admin.call('config/auth/create', {
      name: 'Guest',
      group_ids: ['system-users'],
      local_only: false,
    });
    const { id } = (made.result as { user: { id: string } }).user;
    await admin.call('config/auth_provider/homeassistant/create', { user_id: id, ...user });
    const token = await tokenOf(home.url, user);
    expect(await refused(home, token, from('127.0.0.8'))).toBe('linked');
    await admin.call('config/auth/update', { user_id: id, is_active: false });
    expect(await refused(home, token, from('127.0.0.8'))).toBe('link.token_rejected');
    await admin.call('config/auth/delete', { user_id: id });
    admin.close();
  });

  test('behind a proxy it does not trust', async () => {
    const proxy = await headerProxy(Number(new URL(home.url).port), 'X-Forwarded-For: 203.0.113.7');
    expect(await refused(home, home.admin, {}, `http://127.0.0.1:${proxy.port}`)).toBe(
      'link.proxy_untrusted',
    );
    await proxy.close();
  });

  test('is told to be away or starting while it restarts, and its token is never doubted', async () => {
    const admin = await openAdmin(home.url, home.admin);
    await admin.call('call_service', { domain: 'homeassistant', service: 'restart' });
    const codes = new Set<ErrorCode | 'linked'>();
    await expect
      .poll(
        async () => {
          const code = await refused(home, home.admin);
          codes.add(code);
          return codes.size > 1 && code === 'linked';
        },
        { timeout: 90_000, interval: 150 },
      )
      .toBe(true);
    codes.delete('linked');
    console.info(`seen during the restart: ${[...codes].join(', ')}`);
    expect(codes).toContain('link.refused');
    const fitting: (ErrorCode | 'linked')[] = [
      'link.refused',
      'link.starting',
      'link.unreachable',
      'link.proxy_error',
      'link.websocket_blocked',
    ];
    expect([...codes].filter((code) => !fitting.includes(code))).toEqual([]);
  }, 120_000);

  test('bans an address after five bad logins, and that is told with the line to remove', async () => {
    const codes: string[] = [];
    for (let n = 0; n < 6; n++)
      codes.push(await refused(home, mintToken({ iat: n }), from('127.0.0.5')));
    expect(codes.at(-1)).toBe('link.address_banned');
    const answer = await link(home, home.admin, from('127.0.0.5'));
    expect(answer.ok ? 'linked' : answer.error.message).toContain('the line with 127.0.0.5');
    expect(await refused(home, home.admin)).toBe('linked');
  });
});

/** Passes everything on and puts one header line into each request, as a reverse proxy does. */
async function headerProxy(
  to: number,
  line: string,
): Promise<{ port: number; close(): Promise<void> }> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    const onward = connect(to, '127.0.0.1');
    for (const end of [socket, onward]) {
      open.add(end);
      end.on('error', () => end.destroy());
    }
    socket.once('data', (first) => {
      onward.write(String(first).replace('\r\n', `\r\n${line}\r\n`));
      socket.pipe(onward);
    });
    onward.pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const end of open) end.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
