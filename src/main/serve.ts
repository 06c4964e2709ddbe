import { createHmac, randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { isError, TomteError } from '@tomte/sdk/errors';
import { linkPageHeaders, renderRefusal } from '../alert/links-page.ts';
import { openGuard } from '../api/guard.ts';
import { buildApi, type Listening, listen } from '../api/server.ts';
import type { Config } from '../config.ts';
import { type Engine, openEngine } from '../engine/engine.ts';
import { type Clock, systemClock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { Secret } from '../lib/secret.ts';
import { listHomes } from '../store/homes.ts';
import { asUnavailable, type Store } from '../store/open.ts';
import { readSetting } from '../store/settings.ts';
import { oneDump, openHomeStore } from './backups.ts';
import { type Base, openBase } from './base.ts';
import { type Closer, closeAll } from './closing.ts';
import { loadDefinitions } from './definitions.ts';
import { type Demo, demoDoor } from './demo.ts';
import { keepHomeTypes } from './home-types.ts';
import { openMcp } from './mcp/door.ts';
import { openPlace, type Place } from './place.ts';
import { removeServiceFile, writeServiceFile } from './service-file.ts';
import { keepSessions } from './sessions.ts';
import { linkSupervised, renewSupervisorToken } from './supervised.ts';
import { openUserWorkflows } from './user-workflows.ts';
import { version } from './version.ts';
import { receive } from './webhooks.ts';

export interface Service {
  readonly address: string;
  /** Resolves when the database died under us: the caller exits, and is started anew. */
  readonly died: Promise<Error>;
  close(): Promise<void>;
}

export interface ServeOptions {
  readonly config: Config;
  readonly log: Log;
  readonly clock?: Clock;
  /** Opens the demo's door although homes are linked. */
  readonly demo?: boolean;
}

/** Without the database nothing is left that could be kept: the next start is not made to wait. */
const closeMs = { usual: 30_000, withoutDatabase: 3_000 };

/** The composition root of a running service: rooms are opened in order and closed in reverse. */
export async function openService(o: ServeOptions): Promise<Service> {
  const { config, log } = o;
  const clock = o.clock ?? systemClock;
  const startedAt = clock.now();
  const closers: Closer[] = [];
  let limitMs = closeMs.usual;
  const close = () => closeAll(closers, { clock, log, limitMs });
  try {
    const base = await openBase(config, { clock, log });
    closers.push(() => base.close());
    const died = base.embedded?.died ?? new Promise<Error>(() => {});
    // A question to a database that is gone may never be answered, and what begins asks many.
    const early = Promise.withResolvers<never>();
    early.promise.catch(() => undefined);
    void died.then((cause) => {
      limitMs = closeMs.withoutDatabase;
      early.reject(diedEarly(cause));
    });
    const open = async () => {
      const store = await openHomeStore({ config, clock, log, base }, { engineToo: true });
      closers.push(() => store.close());
      const opening = { config, clock, log, base, store, closers };
      const rooms = await openRooms({ ...opening, startedAt, demoWanted: o.demo === true });
      return openDoor({ ...opening, ...rooms });
    };
    const opened = open().catch((error: unknown) => {
      const told = asUnavailable(error);
      throw base.embedded && isError(told, 'store.unavailable') ? diedEarly(told) : told;
    });
    const { address } = await Promise.race([opened, early.promise]);
    return { address, died, close };
  } catch (error) {
    await close();
    throw error;
  }
}

const diedEarly = (cause: unknown) =>
  new TomteError('store.died', 'The database ended while Tomte began', { cause });

interface Opening {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly base: Base;
  readonly store: Store;
  readonly closers: Closer[];
}

interface Rooms {
  readonly place: Place;
  /** The demo while its door is open; waits while it is being opened. */
  readonly demo: () => Promise<Demo | null>;
  readonly password: { hash: string | null };
}

async function openRooms(o: Opening & { startedAt: number; demoWanted: boolean }): Promise<Rooms> {
  const { config, clock, log, base, store } = o;
  const builtIn = await loadDefinitions(config.dataFolder);
  const { dataFolder } = config;
  const own = await openUserWorkflows({
    dataFolder,
    store,
    clock,
    log,
    builtIn: builtIn.workflows,
  });
  o.closers.push(() => own.close());
  const definitions = { ...builtIn, workflows: own.workflows };
  const boot = randomBytes(8).toString('hex');
  const engine: Engine = await openEngine({
    pool:
      typeof base.connection === 'string' ? { connectionString: base.connection } : base.connection,
    workflows: definitions.workflows,
    triggers: definitions.triggers,
    version: own.version,
    clock,
    log,
    random: Math.random,
    worker: config.worker,
    boot,
  });
  o.closers.push(() => engine.close());
  const storedHash = (await readSetting(store.db, 'passwordHash')) as string | undefined;
  const password = { hash: storedHash ?? null };
  // Without a password the guard lets in the Supervisor's gateway alone.
  if (!isLoopback(config.host) && password.hash === null && config.supervisor === null) {
    throw new TomteError(
      'config.password_required',
      `Tomte would listen on ${config.host} without a password`,
    );
  }
  const common = {
    key: base.key,
    clock,
    log,
    random: Math.random,
    ...definitions,
    allowAddresses: config.allowAddresses,
    engine,
    discovers: config.discover === 'on',
    worker: config.worker,
    boot,
  };
  if (config.supervisor) await renewSupervisorToken(store, base.key, config.supervisor);
  const door = demoDoor({ log, store });
  const place = await openPlace({
    parts: { ...common, place: 'tomte', store },
    dataFolder: config.dataFolder,
    ofText: own.ofText,
    channels: definitions.channels,
    version,
    startedAt: o.startedAt,
    demoDoor: door.isOpen,
    demoTomte: async () => (await door.demo())?.place.tomte ?? null,
    shared: config.databaseUrl !== null,
    retentionDays: config.retentionDays,
    publicUrl: config.publicUrl,
    passwordSet: () => password.hash !== null,
    passwordChanged: (hash) => {
      password.hash = hash;
      place.site.live.closeAll();
    },
    onLinked: async () => door.shut(() => place.parts.publish({ type: 'demoGone' })),
  });
  o.closers.push(() => place.close());
  own.onChange(() => {
    for (const { home, triggers } of place.lives().values()) {
      triggers
        .refresh()
        .catch((error: unknown) =>
          log.error({ err: error, home }, 'what triggers listen to is read again soon'),
        );
    }
  });
  const types = keepHomeTypes({
    folder: join(config.dataFolder, 'workflows'),
    lives: () => [...place.lives().values()],
    clock,
    log,
  });
  o.closers.push(async () => types.stop());
  if (config.supervisor) o.closers.push(linkSupervised(place, config.supervisor));
  if (o.demoWanted || (!config.supervisor && (await listHomes(store.db)).length === 0)) {
    door.open({
      ...common,
      connection: base.connection,
      channels: definitions.channels,
      startedAt: o.startedAt,
    });
    o.closers.push(() => door.close());
  }
  return { place, demo: door.demo, password };
}

async function openDoor(o: Opening & Rooms): Promise<{ address: string }> {
  const { config, clock, log, place } = o;
  const credential = new Secret(randomBytes(32).toString('base64url'));
  const ended = await keepSessions({
    ...o,
    closeStreams: () => place.site.live.closeAll(),
  });
  o.closers.push(async () => ended.stop());
  const hosts = () => [
    ...config.hosts.map((name) => name.toLowerCase()),
    ...publicHost(place.settings.get().publicUrl),
  ];
  const mcp = openMcp({ tomte: place.tomte, clock, log, hosts });
  o.closers.push(() => mcp.close());
  const guard = openGuard({
    clock,
    credential,
    ended,
    sessionKey: createHmac('sha256', o.base.key).update('session').digest(),
    passwordHash: () => o.password.hash,
    ingressGateway: config.supervisor?.gateway ?? null,
    hosts,
  });
  const app = buildApi({
    clock,
    log,
    guard,
    webFolder: join(import.meta.dirname, '../../web/dist'),
    backup: oneDump(o),
    mcp: mcp.fetch,
    home: {
      ...place.site,
      receive: (hooked) => receive(place.parts, hooked),
      links: { ...place.alerts.links, headers: linkPageHeaders, refusal: renderRefusal },
    },
    demo: async () => (await o.demo())?.place.site ?? null,
  });
  const listening: Listening = await listen(app, { host: config.host, port: config.port });
  o.closers.push(() => listening.close());
  const shown = isIP(config.host) === 6 ? `[${config.host}]` : config.host;
  const address = `http://${shown}:${listening.port}/`;
  // Commands on this machine go to loopback also when the service listens on every address.
  const own = /^(0\.0\.0\.0|::)$/.test(config.host)
    ? `http://127.0.0.1:${listening.port}/`
    : address;
  await writeServiceFile(config.dataFolder, { address: own, credential, pid: process.pid });
  o.closers.push(() => removeServiceFile(config.dataFolder));
  return { address };
}

const isLoopback = (host: string) =>
  host === 'localhost' || host === '::1' || host.startsWith('127.');

const publicHost = (url: string | null): string[] => (url === null ? [] : [new URL(url).hostname]);
