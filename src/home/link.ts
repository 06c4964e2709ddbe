import { isError, TomteError } from '@tomte/sdk/errors';
import type { Change } from '@tomte/sdk/home';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { backoffMs } from '../lib/retry.ts';
import type { Secret } from '../lib/secret.ts';
import type { HeldState } from './apply.ts';
import type { CallOptions } from './calls.ts';
import { type GapLimits, gapLimits } from './gap.ts';
import { type HttpAnswer, type HttpRequest, requestHome } from './http.ts';
import { isFinal, type LinkState, pauseMaxMs } from './link-state.ts';
import { createMirror, type Mirror } from './mirror.ts';
import { isReal } from './noise.ts';
import { type HomeSocket, openSocket, type SocketLimits } from './socket.ts';
import { type GapReport, type OnChanges, openStream } from './stream.ts';
import { type FreshnessLimits, syncHome } from './sync.ts';
import { openWatchers } from './watchers.ts';

export type { LinkState } from './link-state.ts';
export type { GapReport } from './stream.ts';

/** The authorised connection to one home, for as long as Tomte looks after it. */
export interface Link {
  readonly home: string;
  readonly state: LinkState;
  readonly mirror: Mirror;
  onState(cb: (state: LinkState) => void): () => void;
  /**
   * Each change once, in order; what was missed comes first and late. The next batch waits for the
   * callback. Noise (unavailable, restored) is left out unless `raw`.
   */
  onChanges(cb: OnChanges, o?: { raw?: boolean }): () => void;
  onGap(cb: (gap: GapReport) => void): () => void;
  /** Real changes of these entities on the socket's own tick, before anything else. Must not block. */
  onReflex(entityIds: readonly string[], cb: (change: Change) => void): () => void;
  /** Every change of these entities on the socket's own tick, noise included. */
  onApplied(entityIds: readonly string[], cb: () => void): () => void;
  /** Throws TomteError `home.call_*`, `home.not_permitted`; `link.lost` while there is no connection. */
  call(type: string, fields?: object, o?: CallOptions): Promise<unknown>;
  /** One HTTP request to the home with the token, by the same certificate and address rules. */
  request(request: HttpRequest): Promise<HttpAnswer>;
  /** Changes left out as noise, by reason, since the start. */
  readonly dropped: Readonly<Record<string, number>>;
  /** False while changes of a Gap are still to come through `onChanges`. */
  readonly caughtUp: boolean;
  /** Resolves when it is live; throws what stopped it. */
  ready(signal?: AbortSignal): Promise<void>;
  /** Tries at once instead of waiting out the pause. */
  retryNow(): void;
  close(): Promise<void>;
}

export interface LinkSettings extends FreshnessLimits {
  readonly backoff: { readonly firstMs: number; readonly maxMs: number };
  /** Live for this long means the connection is good again. */
  readonly steadyMs: number;
  /** How long a starting home is waited for before what is missing counts as missing. */
  readonly startMaxMs: number;
  /** Changes that may wait for their consumer. */
  readonly queueCapacity: number;
}

export interface LinkOptions {
  readonly home: string;
  /** Origin, such as http://192.168.1.20:8123. */
  readonly address: string;
  readonly token: Secret;
  /** SHA-256 of the pinned certificate. */
  readonly pin: string | null;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  /** Epoch ms of the newest change handled in an earlier life; 0 for none. */
  readonly position: number;
  readonly options?: Partial<LinkSettings> & {
    readonly limits?: Partial<SocketLimits>;
    readonly gap?: Partial<GapLimits>;
    readonly localAddress?: string;
  };
}

const usual: LinkSettings = {
  backoff: { firstMs: 1_000, maxMs: 60_000 },
  steadyMs: 30_000,
  startMaxMs: 120_000,
  queueCapacity: 20_000,
  gatherMs: 1_000,
  startPollMs: 2_000,
  reportedEveryMs: 600_000,
};

/** Opens the Link and keeps it: connects, mirrors, and comes back after each loss, for ever. */
export function openLink(o: LinkOptions): Link {
  const settings = { ...usual, ...o.options };
  const { clock, log } = o;
  const mirror = createMirror();
  const stop = new AbortController();
  const stateListeners = new Set<(state: LinkState) => void>();
  const gapListeners = new Set<(gap: GapReport) => void>();
  const reflexes = openWatchers<(change: Change) => void>(log);
  const watchers = openWatchers<() => void>(log);
  let socket: HomeSocket | null = null;
  let wake = () => {};
  let settledLate = false;
  let state: LinkState = {
    kind: 'connecting',
    attempt: 0,
    since: clock.now(),
    asOf: null,
    generation: 0,
    error: null,
    nextAttemptAt: null,
  };

  type Step =
    | { kind: 'connecting' | 'stale'; attempt: number; nextAttemptAt: number | null }
    | { kind: 'syncing' | 'live' }
    | { kind: 'stopped' };
  function become(step: Step, error: TomteError | null): void {
    const since = step.kind === state.kind ? state.since : clock.now();
    const common = { since, error, nextAttemptAt: null };
    state = { asOf: mirror.asOf, generation: mirror.generation, ...common, ...step } as LinkState;
    for (const cb of [...stateListeners]) cb(state);
  }
  /** The state with what moves on between two steps. */
  const current = (): LinkState =>
    state.asOf === mirror.asOf && state.generation === mirror.generation
      ? state
      : { ...state, asOf: mirror.asOf, generation: mirror.generation };

  const call: Link['call'] = async (type, fields, callOptions) => {
    if (!socket) throw lostError(state);
    return socket.call(type, fields, callOptions);
  };
  const until = (holds: () => boolean, signal: AbortSignal = stop.signal) =>
    waitForState({
      holds,
      state: () => state,
      listeners: stateListeners,
      signals: [stop.signal, signal],
    });
  const isLive = () => state.kind === 'live';
  const running = () => mirror.config?.state === 'RUNNING';

  const stream = openStream({
    home: o.home,
    position: o.position,
    states: () => mirror.states,
    generation: () => mirror.generation,
    running,
    whenLive: () => until(isLive),
    whenSettled: () => until(() => isLive() && (running() || settledLate)),
    call,
    clock,
    log,
    signal: stop.signal,
    capacity: settings.queueCapacity,
    gapLimits: { ...gapLimits, ...o.options?.gap },
    onGap: (gap) => {
      for (const cb of [...gapListeners]) cb(gap);
    },
  });

  function onApplied(id: string, from: HeldState | null, to: HeldState | null): void {
    if (reflexes.has(id) && isReal(from, to)) {
      const at = to!.lastUpdated;
      const { generation } = mirror;
      reflexes.call(id, { home: o.home, entityId: id, from, to, at, late: false, generation });
    }
    stream.push(id, to);
    watchers.call(id, undefined);
  }
  function onSnapshot(cause: string): void {
    stream.pushGap(cause, running() ? new Map(mirror.states) : null);
    watchers.callAll(undefined);
  }

  /** One life of a socket: from the first packet to its end. Answers why it ended. */
  async function connectOnce(cause: string): Promise<{ error: TomteError; liveMs: number }> {
    settledLate = false;
    let upkeep: { stop(): void } | null = null;
    let liveSince: number | null = null;
    let cancelStart = () => {};
    try {
      const opened = await openSocket({
        address: o.address,
        token: o.token,
        pin: o.pin,
        ...(o.options?.localAddress ? { localAddress: o.options.localAddress } : {}),
        clock,
        signal: stop.signal,
        log,
        ...(o.options?.limits ? { limits: o.options.limits } : {}),
        onFrame: () => mirror.heard(clock.now()),
      });
      socket = opened;
      become({ kind: 'syncing' }, state.error);
      const sync = { home: o.home, socket: opened, mirror, clock, log, random: o.random };
      upkeep = await syncHome({
        ...sync,
        limits: settings,
        onSnapshot: () => onSnapshot(cause),
        onApplied,
        onRunning: () => {
          // What the timeout let pass as it stood is looked at again, now that all is there.
          if (settledLate) stream.pushGap('restart', null);
          become({ kind: 'live' }, null);
        },
      });
      liveSince = clock.ticks();
      become({ kind: 'live' }, null);
      cancelStart = clock.after(settings.startMaxMs, () => {
        if (running()) return;
        settledLate = true;
        become({ kind: 'live' }, null);
      });
      const error = await opened.closed;
      return { error, liveMs: clock.ticks() - liveSince };
    } catch (error) {
      if (!isError(error)) log.error({ home: o.home, err: error }, 'the Link failed');
      const known = isError(error)
        ? error
        : new TomteError('app.internal', 'The Link failed', { cause: error });
      return { error: known, liveMs: 0 };
    } finally {
      cancelStart();
      upkeep?.stop();
      socket?.close();
      socket = null;
    }
  }

  async function live(): Promise<void> {
    let attempt = 0;
    let lostAt = clock.ticks();
    let cause = o.position > 0 ? 'start' : 'first';
    let wasLive = false;
    let saidGoodbye = false;
    while (!stop.signal.aborted) {
      const { error, liveMs } = await connectOnce(cause);
      if (stop.signal.aborted) return;
      if (isFinal(error)) return become({ kind: 'stopped' }, error);
      if (liveMs > 0) {
        wasLive = true;
        lostAt = clock.ticks();
        saidGoodbye = error.details.code === 1000;
      }
      if (mirror.generation > 0) cause = error.code;
      attempt = liveMs >= settings.steadyMs ? 0 : attempt + 1;
      const lostForMs = clock.ticks() - lostAt;
      const maxMs = pauseMaxMs({ lostForMs, saidGoodbye, maxMs: settings.backoff.maxMs });
      const pauseMs = backoffMs(attempt, { ...settings.backoff, maxMs }, o.random);
      const kind = wasLive ? 'stale' : 'connecting';
      log.info(
        { home: o.home, code: error.code, pauseMs: Math.round(pauseMs) },
        'the Link is lost',
      );
      become({ kind, attempt, nextAttemptAt: clock.now() + pauseMs }, error);
      await pause(pauseMs);
      if (!stop.signal.aborted) become({ kind, attempt, nextAttemptAt: null }, error);
    }
  }
  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = clock.after(ms, () => wake());
      wake = () => {
        cancel();
        wake = () => {};
        resolve();
      };
    });
  }
  const ended = live();

  return {
    home: o.home,
    mirror,
    get state() {
      return current();
    },
    get dropped() {
      return stream.dropped;
    },
    get caughtUp() {
      return stream.caughtUp;
    },
    onState: (cb) => subscribeTo(stateListeners, cb),
    onGap: (cb) => subscribeTo(gapListeners, cb),
    onChanges: (cb, { raw = false } = {}) => stream.subscribe(cb, { raw }),
    onReflex: (ids, cb) => reflexes.add(ids, cb),
    onApplied: (ids, cb) => watchers.add(ids, cb),
    call,
    request: (request) =>
      requestHome({ ...o, localAddress: o.options?.localAddress ?? null }, request),
    ready: (signal) => until(isLive, signal),
    retryNow: () => wake(),
    async close() {
      stop.abort(new TomteError('link.stopped', 'The Link was closed'));
      socket?.close();
      wake();
      stream.close();
      await Promise.all([ended, stream.done]);
    },
  };
}

function subscribeTo<T>(listeners: Set<T>, cb: T): () => void {
  listeners.add(cb);
  return () => void listeners.delete(cb);
}

function lostError(state: LinkState): TomteError {
  if (state.kind === 'stopped') return state.error;
  return new TomteError('link.lost', 'The home is not connected', {
    details: state.error ? { cause: state.error.code } : {},
  });
}

/** Resolves when it holds; throws what stopped the Link, or `link.stopped` when aborted. */
function waitForState(o: {
  holds: () => boolean;
  state: () => LinkState;
  listeners: Set<(state: LinkState) => void>;
  signals: readonly AbortSignal[];
}): Promise<void> {
  const signal = AbortSignal.any([...o.signals]);
  return new Promise((resolve, reject) => {
    const look = () => {
      const { error, kind } = o.state();
      if (o.holds()) finish(resolve);
      else if (kind === 'stopped') finish(() => reject(error));
    };
    const onAbort = () =>
      finish(() => reject(new TomteError('link.stopped', 'The Link was closed')));
    const finish = (then: () => void) => {
      o.listeners.delete(look);
      signal.removeEventListener('abort', onAbort);
      then();
    };
    if (signal.aborted) return onAbort();
    o.listeners.add(look);
    signal.addEventListener('abort', onAbort, { once: true });
    look();
  });
}
