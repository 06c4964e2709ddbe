/**
 * A simulated Home Assistant over real HTTP and WebSocket: the demo home, the test kit and the contract suite use it.
 * It does what the contract (test/contract) tests, and no more.
 */
import { type Clock, systemClock } from '../lib/clock.ts';
import { type Log, silentLog } from '../lib/log.ts';
import type { SimUser } from './auth.ts';
import { type Cut, cutAll } from './cuts.ts';
import { beginFault, endFault, type FaultOptions } from './faults.ts';
import { comeBackEarly, comeBackLate, furnish, live } from './furnish.ts';
import type { FaultName } from './house.ts';
import { crowd, startChanges } from './scale.ts';
import { openServer, type SimServer } from './server.ts';
import type { SimState } from './states.ts';
import { makeWorld, type World, type WorldOptions } from './world.ts';

export interface SimOptions {
  readonly seed?: number;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  readonly clock?: Clock;
  readonly log?: Log;
  /** Days of past, 60 by default. */
  readonly days?: number;
  /** At least so many entities; those beyond the house are plain sensors. */
  readonly entities?: number;
  /** Whether people go on living in it; off for tests that move everything themselves. */
  readonly living?: boolean;
  /** The toilet that ran nine nights ago; on by default. */
  readonly pastToilet?: boolean;
  readonly options?: Partial<Omit<WorldOptions, 'seed' | 'days' | 'isExcluded'>>;
  /** Entities the recorder does not keep. */
  readonly exclude?: (entityId: string) => boolean;
}

export interface Restart {
  /** How long it is away, 4 s by default; or until this resolves. */
  readonly downMs?: number;
  readonly downUntil?: Promise<unknown>;
  readonly startMs?: number;
}

export interface Sim {
  readonly url: string;
  readonly port: number;
  /** Long-lived tokens of an administrator and of a resident. */
  readonly tokens: { readonly admin: string; readonly resident: string };
  readonly users: { readonly admin: SimUser; readonly resident: SimUser };
  readonly world: World;
  state(entityId: string): SimState | undefined;
  /** A state by hand; people no longer move this entity. Appears when it is new. */
  set(entityId: string, state: string, attributes?: object): void;
  remove(entityId: string): void;
  /** Gives an entity back to the people. */
  release(entityId: string): void;
  cut(kind: 'reset' | 'half-open' | 'silence' | 'restart', o?: { ms?: number }): void;
  /** Closes every socket, refuses connections, comes back starting, then running. */
  restart(o?: Restart): Promise<void>;
  /**
   * A leak began 95 minutes ago, a burst 3, a failed freezer 300, or as `minutesAgo` says;
   * the toilet ran nine nights ago.
   */
  fault(name: FaultName, o?: FaultOptions): void;
  clearFault(name: FaultName): void;
  /** Whether it records, and how late it says so. */
  recorder(o: { records?: boolean; answersAfterMs?: number }): void;
  /** A token for any user, such as an expired one. */
  token(o: { user: SimUser; lifespanDays?: number; issuedAt?: number }): string;
  /** Numbered changes spread over the plain sensors; the answer stops them. */
  changes(o: { perSecond: number }): () => void;
  /** Open and logged-in sockets. */
  readonly connections: number;
  close(): Promise<void>;
}

const defaults: Omit<WorldOptions, 'seed' | 'days' | 'isExcluded'> = {
  name: 'Villa Berg',
  zone: 'Europe/Berlin',
  version: '2026.11.0',
  latencyMs: 0,
  commitMs: 1000,
  banAfter: -1,
  seenFrom: 'local',
  onboarded: true,
  recoveryMode: false,
  restoredFirst: false,
  without: [],
  richEnergy: false,
  homeBattery: false,
};

export async function openSim(o: SimOptions = {}): Promise<Sim> {
  const clock = o.clock ?? systemClock;
  const isExcluded = o.exclude ?? (() => false);
  const options = {
    ...defaults,
    ...o.options,
    seed: o.seed ?? 18_208,
    days: o.days ?? 60,
    isExcluded,
  };
  const world = makeWorld({ options, clock, log: o.log ?? silentLog });
  if (o.pastToilet !== false) beginFault(world, 'toilet');
  furnish(world);
  crowd(world, o.entities ?? 0);
  const users = {
    admin: world.auth.addUser({ name: 'Maja', owner: true }),
    resident: world.auth.addUser({ name: 'Resident' }),
  };
  const longLived = (user: SimUser) =>
    world.auth.issue({ user, clientName: 'tests', lifespanDays: 3650 });
  const tokens = { admin: longLived(users.admin), resident: longLived(users.resident) };
  const server = await openServer(world, o.port ?? 0);
  world.auth.onTokenGone((id) => {
    for (const c of server.connections) if (c.token?.id === id) c.close();
  });
  const stopLiving = o.living === false ? () => {} : keepLiving(world);
  const restart = (r: Restart = {}) => restartHome(world, server, r);
  world.restart = () => void restart();
  return {
    url: `http://127.0.0.1:${server.port}`,
    port: server.port,
    tokens,
    users,
    world,
    ...doors(world),
    restart,
    cut: (kind, c = {}) =>
      kind === 'restart'
        ? void restart({ downMs: c.ms ?? 1000 })
        : cutAll(server.connections, { kind, ...c } as Cut),
    changes: (c) => startChanges(world, c),
    get connections() {
      return [...server.connections].filter((c) => c.token !== null).length;
    },
    async close() {
      stopLiving();
      world.close();
      await server.close();
    },
  };
}

const doors = (world: World) => ({
  state: (entityId: string) => world.states.get(entityId),
  set(entityId: string, state: string, attributes?: object) {
    world.held.add(entityId);
    world.set(entityId, state, attributes ? { attributes } : {});
  },
  remove: (entityId: string) => void world.states.remove(entityId),
  release: (entityId: string) => void world.held.delete(entityId),
  fault: (name: FaultName, o?: FaultOptions) => beginFault(world, name, o),
  clearFault: (name: FaultName) => endFault(world, name),
  recorder({ records, answersAfterMs }: { records?: boolean; answersAfterMs?: number }) {
    world.recorder.isRecording = records ?? world.recorder.isRecording;
    world.recorder.answersAfterMs = answersAfterMs ?? world.recorder.answersAfterMs;
  },
  token: (t: { user: SimUser; lifespanDays?: number; issuedAt?: number }) =>
    world.auth.issue({ lifespanDays: 3650, clientName: `tests ${world.id()}`, ...t }),
});

/** People go on: each sensor looks again every few seconds and speaks when its minute has something new. */
function keepLiving(world: World): () => void {
  let hour = Math.floor(world.clock.now() / 3_600_000);
  return world.clock.every(5000, () => {
    if (world.phase !== 'RUNNING') return;
    live(world);
    const now = Math.floor(world.clock.now() / 3_600_000);
    if (now !== hour) world.fire('recorder_hourly_statistics_generated', {});
    hour = now;
  });
}

async function restartHome(world: World, server: SimServer, o: Restart): Promise<void> {
  if (world.phase !== 'RUNNING') return;
  world.phase = 'STOPPING';
  const before = new Map(
    [...world.states.all()].map((s) => [s.entityId, { state: s.state, attributes: s.attributes }]),
  );
  world.recorder.flush();
  await server.stopListening();
  world.states.clear();
  const wait = (ms: number) => new Promise<void>((resolve) => world.later(ms, resolve));
  await (o.downUntil ?? wait(o.downMs ?? 4000));
  world.phase = 'NOT_RUNNING';
  comeBackEarly(world, before);
  await server.listenAgain();
  await wait((o.startMs ?? 3000) / 2);
  comeBackLate(world, before);
  await wait((o.startMs ?? 3000) / 2);
  world.phase = 'RUNNING';
  world.fire('homeassistant_started', {});
}
