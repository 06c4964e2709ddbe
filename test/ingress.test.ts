/** Tomte behind Home Assistant's ingress: a proxy that strips a prefix, as the Supervisor's does, with its headers. */
import { chmod, mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@tomte/sdk/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSim, type Sim } from '../src/sim/sim.ts';
import { type RunningService, removeData, startService } from './crash/harness.ts';
import { openIngress, type StandIn } from './kit/supervisor.ts';

const webBuild = join(import.meta.dirname, '../web/dist');

let sim: Sim;
let service: RunningService;
let dataDir: string;
let ingress: StandIn;
let base = '';

beforeAll(async () => {
  sim = await openSim({ days: 2, living: false });
  dataDir = await mkdtemp(join(tmpdir(), 'tomte-ingress-'));
  await chmod(dataDir, 0o755);
  service = await startService({ dataDir });
  ingress = await openIngress(service.url);
  base = ingress.url;
}, 90_000);

afterAll(async () => {
  await ingress.close();
  await service.kill9();
  await sim.close();
  await removeData(dataDir);
});

test('nothing in the build is an absolute path', async () => {
  for (const name of await readdir(webBuild, { recursive: true })) {
    if (!/\.(html|js|css)$/.test(name)) continue;
    const text = await readFile(join(webBuild, name), 'utf8');
    const absolute = [
      ...text.matchAll(
        /(?:src|href|action)=["']\/(?!\/)|url\(["']?\/(?!\/)|["'`]\/(?:api|assets|demo|fonts)\//g,
      ),
    ];
    expect(
      absolute.map((m) => text.slice(Math.max(0, m.index - 40), m.index + 40)),
      name,
    ).toEqual([]);
  }
});

test('page, pieces, operations and the demo work below the prefix', async () => {
  const html = await (await fetch(base)).text();
  const pieces = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((m) => m[1]!);
  expect(pieces.length).toBeGreaterThan(2);
  for (const piece of pieces) expect((await fetch(new URL(piece, base))).status, piece).toBe(200);
  expect((await fetch(new URL('demo/api/homes', base))).status).toBe(200);
  const origin = new URL(base).origin;
  const tomte = connect({
    base: `${base}api/`,
    fetch: (url, init) =>
      fetch(url, { ...init, headers: { ...(init?.headers as Record<string, string>), origin } }),
  });
  const stages: string[] = [];
  const linked = await tomte.linkLive({ address: sim.url, token: sim.tokens.resident }, (s) =>
    stages.push(s.stage),
  );
  expect(linked).toMatchObject({ ok: true });
  expect(stages).toContain('auth');
  expect(await tomte.listHomes({})).toHaveLength(1);
});

test('the live stream passes, event by event', async () => {
  const stop = new AbortController();
  const response = await fetch(`${base}api/live`, { signal: stop.signal });
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  sim.cut('reset');
  while (!text.includes('"type":"home"')) text += (await reader.read()).value ?? '';
  stop.abort();
  expect(text).toContain('data: ');
});

test('a page of another site gets nothing done through the proxy', async () => {
  const response = await fetch(`${base}api/stop-actions`, {
    method: 'POST',
    headers: { origin: 'https://evil.example', 'content-type': 'application/json' },
    body: '{}',
  });
  expect(response.status).toBe(403);
});
