/**
 * The built app with made-up answers, for looking at the pages:
 *   node --conditions=tomte-source web/dev/fake.ts 8699
 * `?` of the first page chooses a scene: none, linked, stale, locked, silent.
 */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import * as answers from './answers.ts';
import * as detect from './answers-detect.ts';
import * as sources from './answers-outside.ts';
import * as people from './answers-people.ts';
import * as runs from './answers-runs.ts';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const types: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript',
  css: 'text/css',
  svg: 'image/svg+xml',
  woff2: 'font/woff2',
  txt: 'text/plain',
};
const policy = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'";

export type Scene = 'none' | 'linked' | 'stale' | 'locked' | 'demo' | 'looking';

/** Serves until closed; `scene` may be changed while it runs. */
export async function startFake(
  port = 0,
): Promise<{ url: string; show(scene: Scene): void; close(): void }> {
  let scene: Scene = 'linked';
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://fake').pathname.replace(
      /^\/(prefix\/x\/)?(demo\/)?/,
      '',
    );
    const work = path.startsWith('api/')
      ? api(path.slice(4), request, response, scene)
      : file(path, response);
    work.catch((error: unknown) => {
      response.writeHead(404).end(String(error));
    });
  });
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}/`,
    show: (next) => {
      scene = next;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function file(path: string, response: ServerResponse): Promise<void> {
  const name = path === '' ? 'index.html' : path;
  const body = await readFile(dist + name);
  response.writeHead(200, {
    'content-type': types[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream',
    'content-security-policy': policy,
  });
  response.end(body);
}

async function api(
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  scene: Scene,
): Promise<void> {
  const json = (value: unknown, status = 200) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(value));
  };
  const error = (code: string, message: string, hint: string, status: number, details = {}) =>
    json({ error: { code, message, hint, details } }, status);
  if (path === 'login')
    return error(
      'api.password_wrong',
      'This is not the password.',
      'Try again in a few seconds.',
      401,
    );
  if (scene === 'locked')
    return error('api.login_required', 'Log in first.', 'Log in with the password.', 401);
  if (path === 'live') {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(': open\n\n');
    return;
  }
  if (request.method === 'POST' && path === 'homes') return link(request, response);
  const answer = get(path, scene);
  if (answer === undefined)
    return error('api.not_found', `Nothing at ${path}.`, 'Check the address.', 404);
  json(answer);
}

function get(path: string, scene: Scene): unknown {
  const home = scene === 'stale' ? staleHome : { ...answers.home, demo: scene === 'demo' };
  const homes = scene === 'none' ? [] : [home];
  const alert = answers.alerts.find((each) => path.startsWith(`alerts/${each.id}`));
  if (alert) return alert;
  const table: Record<string, unknown> = {
    status: {
      version: '0.1.0',
      startedAt: answers.home.link.since,
      demo: scene === 'demo',
      demoDoor: true,
      homes: homes.length,
      passwordSet: true,
      actionsStopped: false,
      publicUrl: null,
    },
    today: answers.today(scene === 'stale'),
    homes,
    'found-homes': [
      { name: 'Cabin', address: 'http://192.168.1.31:8123', version: '2026.9', uuid: 'u1' },
    ],
    alerts: answers.alerts,
    workflows: [
      answers.workflow,
      { ...answers.workflow, name: 'valve', title: 'Close the valve', mode: 'off' },
    ],
    runs: [
      {
        id: 'r1',
        home: 'villa-berg',
        workflow: 'water-watch',
        state: 'done',
        reason: 'water is unusual',
        createdAt: answers.alerts[0]!.since,
        endedAt: null,
        error: null,
      },
    ],
    persons: people.persons,
    routes: people.routes,
    'homes/villa-berg/told': people.preview,
    'channel-kinds': answers.kinds,
    channels: answers.channels,
    'connector-kinds': sources.kinds,
    'homes/villa-berg/connectors': sources.rows,
    'homes/villa-berg/connectors/weather/ask': sources.facts,
    settings: { publicUrl: null, retentionDays: 400 },
    'homes/villa-berg/entities': answers.entities,
    'homes/villa-berg/doctor': answers.doctor,
    'homes/villa-berg/first-look': answers.look(scene !== 'looking'),
    'homes/villa-berg/workflows/water-watch': answers.workflow,
    'runs/r1': runs.runPage,
    'runs/r1/states': runs.runStates,
    'runs/r2': runs.branchedRun,
    'homes/villa-berg/workflows/water-watch/webhooks': runs.webhooks,
    'homes/villa-berg/workflows/water-watch/webhooks/bell': runs.newWebhook,
    'homes/villa-berg/workflows/valve/webhooks': [],
    'homes/villa-berg/detectors': detect.detectors,
    'homes/villa-berg/detectors/water': { ...detect.detectors[0], sooner: 5 },
    'homes/villa-berg/detectors/water/preview': detect.preview,
    'homes/villa-berg/watching': detect.watching,
    'homes/villa-berg/answers': [detect.given],
    'homes/villa-berg/findings/answer': detect.given,
    'homes/villa-berg/workflows/water-watch/nearest': { at: answers.at(4 * 3_600_000) },
    'not-runs': runs.notRuns,
    why: runs.why,
    approvals: runs.approvals,
    modes: runs.modes,
    'workflow-files': [],
    'homes/villa-berg/workflows/water-watch/backtest': runs.backtest,
    'homes/villa-berg/workflows/valve/backtest': runs.backtest,
  };
  return table[path];
}

const staleHome = {
  ...answers.home,
  link: {
    ...answers.home.link,
    state: 'stale',
    asOf: answers.at(21 * 60_000),
    nextAttemptAt: answers.at(-40_000),
    error: {
      code: 'link.name_not_found',
      message: 'homeassistant.local was not found.',
      hint: '',
      details: {},
    },
  },
};

async function link(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let text = '';
  for await (const part of request) text += part;
  const asked = JSON.parse(text) as { address: string };
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  const failing: Record<string, [number, object]> = {
    refused: [
      3,
      {
        code: 'link.refused',
        message: '192.168.1.20 answered, but nothing listens on port 8123.',
        hint: 'Is Home Assistant running? If it runs on another port, type it under Port.',
        details: {},
      },
    ],
    untrusted: [
      4,
      {
        code: 'link.tls_untrusted',
        message: 'The certificate of this server is signed by nobody this computer trusts.',
        hint: 'Install a certificate with its full chain, or link again with the certificate pinned.',
        details: {
          fingerprint:
            'AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89',
        },
      },
    ],
    plain: [
      1,
      {
        code: 'link.plain_http',
        message:
          '203.0.113.7 is a public address and speaks plain http: the token would travel readable.',
        hint: 'Use https, or allow it.',
        details: {},
      },
    ],
  };
  const fail = failing[asked.address];
  const told = fail ? answers.stages.slice(0, fail[0]) : answers.stages;
  for (const [n, stage] of told.entries()) {
    const last = fail && n === told.length - 1;
    response.write(`${JSON.stringify({ stage: last ? { ...stage, ok: false } : stage })}\n`);
    await new Promise((done) => setTimeout(done, asked.address === 'slow' ? 1_500 : 30));
  }
  const answer = fail
    ? {
        ok: false,
        error: fail[1],
        probe: told.map((s, n) => (n === told.length - 1 ? { ...s, ok: false } : s)),
      }
    : {
        ok: true,
        home: answers.home,
        warnings: [
          {
            code: 'link.token_admin',
            message: 'This token belongs to an administrator. It works.',
            hint: 'A normal user is enough for nearly everything.',
          },
        ],
      };
  response.end(`${JSON.stringify({ answer })}\n`);
}

if (import.meta.main) {
  const fake = await startFake(Number(process.argv[2] ?? 8699));
  console.log(fake.url);
}
