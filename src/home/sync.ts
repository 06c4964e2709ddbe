import { isError, type TomteError } from '@tomte/sdk/errors';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { HeldState } from './apply.ts';
import type { WritableMirror } from './mirror.ts';
import { type Registries, readRegistry, registryEvents } from './registries.ts';
import type { HomeSocket } from './socket.ts';

export interface FreshnessLimits {
  /** Announced changes of registries are gathered this long. */
  readonly gatherMs: number;
  /** How often a starting home is asked whether it has started. */
  readonly startPollMs: number;
  /** How often last_reported is read, give or take a fifth. */
  readonly reportedEveryMs: number;
}

export interface SyncOptions {
  readonly home: string;
  readonly socket: HomeSocket;
  readonly mirror: WritableMirror;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  readonly limits: FreshnessLimits;
  /** On the socket's tick, right after the Mirror took the whole snapshot. */
  readonly onSnapshot: () => void;
  readonly onApplied: (id: string, from: HeldState | null, to: HeldState | null) => void;
  readonly onRunning: () => void;
}

const registryNames = Object.keys(readRegistry) as (keyof Registries)[];

/** Reads the whole home into the Mirror and leaves the subscriptions running. Throws `home.*`, `link.lost`. */
export async function syncHome(o: SyncOptions): Promise<{ stop(): void }> {
  const { socket, mirror } = o;
  mirror.setConfig(await socket.call('get_config'));
  const upkeep = openUpkeep(o);
  const snapshot = new Promise<void>((resolve) => {
    let taken = false;
    const onEvent = (event: unknown) => {
      if (taken) return mirror.apply(event, o.onApplied);
      mirror.restart(event);
      taken = true;
      o.onSnapshot();
      resolve();
    };
    // Failures end the socket, whose end is what the race below waits for.
    socket.subscribe('subscribe_entities', {}, onEvent).catch((error) => {
      o.log.warn({ home: o.home, err: error }, 'states cannot be subscribed to');
      socket.close();
    });
  });
  const registries = Promise.all(registryNames.map((name) => upkeep.registry(name)));
  const lost = socket.closed.then((error) => {
    throw error;
  });
  await Promise.race([Promise.all([snapshot, registries]), lost]);
  void upkeep.begin();
  return upkeep;
}

/** What the state subscription does not carry: registries, Actions, configuration, last_reported. */
function openUpkeep(o: SyncOptions) {
  const { socket, mirror, clock } = o;
  const cancels = new Map<string, () => void>();
  let stopped = false;

  /** Once, `ms` from now; asked again before that, it stays one. */
  const later = (name: string, ms: number, work: () => Promise<void>) => {
    if (stopped || cancels.has(name)) return;
    const cancel = clock.after(ms, () => {
      cancels.delete(name);
      void attempt(name, work);
    });
    cancels.set(name, cancel);
  };
  const attempt = async (what: string, work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      if (stopped) return;
      // A single list that cannot be had leaves the old one in place; the Link itself is fine.
      o.log.warn(
        { home: o.home, what, err: error as TomteError },
        'a part of the home is not read',
      );
    }
  };

  const registry = async <K extends keyof Registries>(name: K): Promise<void> => {
    try {
      mirror.setRegistry(name, await readRegistry[name](socket.call));
    } catch (error) {
      // Floors and labels came with 2024.4; older homes do not know the command.
      if (!isError(error, 'home.call_invalid', 'home.call_failed', 'home.call_timeout'))
        throw error;
      o.log.warn({ home: o.home, registry: name, err: error }, 'a registry is not read');
    }
  };
  const actions = async () => {
    mirror.setActions(await socket.call('get_services', {}, { timeoutMs: 60_000 }));
  };
  const config = async () => {
    const wasRunning = mirror.config?.state === 'RUNNING';
    mirror.setConfig(await socket.call('get_config'));
    if (mirror.config?.state !== 'RUNNING') later('config', o.limits.startPollMs, config);
    else if (!wasRunning) {
      await Promise.all(registryNames.map((name) => registry(name)));
      o.onRunning();
      await attempt('actions', actions);
    }
  };
  const reported = async () => {
    try {
      mirror.setReported(await socket.call('get_states', {}, { timeoutMs: 60_000 }));
    } finally {
      // Spread out, so that many homes or a restart do not ask all at once.
      later('reported', o.limits.reportedEveryMs * (0.8 + 0.4 * o.random()), reported);
    }
  };

  const announced = async (event: string, name: string, ms: number, work: () => Promise<void>) => {
    await attempt(event, async () => {
      await socket.subscribe('subscribe_events', { event_type: event }, () => {
        later(name, ms, work);
      });
    });
  };
  async function begin(): Promise<void> {
    if (mirror.config?.state !== 'RUNNING') later('config', o.limits.startPollMs, config);
    later('reported', o.limits.gatherMs * (2 + 8 * o.random()), reported);
    const { gatherMs } = o.limits;
    await Promise.all([
      ...registryNames.map((name) =>
        announced(registryEvents[name], name, gatherMs, () => registry(name)),
      ),
      announced('service_registered', 'actions', 5 * gatherMs, actions),
      announced('service_removed', 'actions', 5 * gatherMs, actions),
      announced('component_loaded', 'config', 2 * gatherMs, config),
      announced('core_config_updated', 'config', gatherMs, config),
      attempt('actions', actions),
    ]);
  }
  return {
    registry,
    begin,
    stop() {
      stopped = true;
      for (const cancel of cancels.values()) cancel();
      cancels.clear();
    },
  };
}
