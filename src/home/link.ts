import { isError, TomteError } from '@tomte/sdk/errors';
import type { Change } from '@tomte/sdk/home';
import type { HeldState } from './apply.ts';
import { type Events, openEvents } from './events.ts';
import { gapLimits } from './gap.ts';
import { requestHome } from './http.ts';
import { type Link, type LinkOptions, usualSettings } from './link-options.ts';
import { type LinkState, openStand, type Stand } from './link-state.ts';
import { createMirror, type WritableMirror } from './mirror.ts';
import { isReal } from './noise.ts';
import { keepConnected } from './reconnect.ts';
import { type HomeSocket, openSocket } from './socket.ts';
import { type ChangeStream, type GapReport, openStream } from './stream.ts';
import { syncHome } from './sync.ts';
import { openWatchers } from './watchers.ts';

export type { HomeEvent } from './events.ts';
export type { Link, LinkOptions, LinkSettings } from './link-options.ts';
export type { LinkState } from './link-state.ts';
export type { GapReport } from './stream.ts';

/** Opens the Link and keeps it: connects, mirrors, and comes back after each loss, for ever. */
export function openLink(o: LinkOptions): Link {
  const mirror = createMirror();
  const stand = openStand(o.clock, mirror);
  const stop = new AbortController();
  const gapListeners = new Set<(gap: GapReport) => void>();
  const caughtUpListeners = new Set<() => void>();
  const wires: Wires = {
    socket: null,
    startedLate: false,
    reflexes: openWatchers(o.log),
    watchers: openWatchers(o.log),
    events: openEvents(o),
  };
  const call: Link['call'] = async (type, fields, callOptions) => {
    if (!wires.socket) throw lostError(stand.current);
    return wires.socket.call(type, fields, callOptions);
  };
  const stream = openChanges({
    o,
    mirror,
    stand,
    wires,
    call,
    signal: stop.signal,
    gapListeners,
    caughtUpListeners,
  });
  const life = keepConnected({
    ...o,
    stand,
    settings: { ...usualSettings, ...o.options },
    signal: stop.signal,
    connect: (cause) =>
      connectOnce({ o, mirror, stand, wires, stream, signal: stop.signal, cause }),
  });
  return {
    home: o.home,
    mirror,
    get state() {
      return stand.current;
    },
    get dropped() {
      return stream.dropped;
    },
    get caughtUp() {
      return stream.caughtUp;
    },
    onState: stand.subscribe,
    onGap(cb) {
      gapListeners.add(cb);
      return () => void gapListeners.delete(cb);
    },
    onCaughtUp(cb) {
      caughtUpListeners.add(cb);
      return () => void caughtUpListeners.delete(cb);
    },
    onChanges: (cb, { raw = false } = {}) => stream.subscribe(cb, { raw }),
    onReflex: wires.reflexes.add,
    onApplied: wires.watchers.add,
    onEvent: wires.events.add,
    call,
    request: (r) => requestHome({ ...o, localAddress: o.options?.localAddress ?? null }, r),
    ready: (signal) =>
      stand.until(() => stand.current.kind === 'live', stop.signal, ...(signal ? [signal] : [])),
    retryNow: life.retryNow,
    async close() {
      stop.abort(new TomteError('link.stopped', 'The Link was closed'));
      wires.socket?.close();
      life.retryNow();
      stream.close();
      await Promise.all([life.ended, stream.done]);
    },
  };
}

/** What the lives of the sockets have in common. */
interface Wires {
  socket: HomeSocket | null;
  /** True when the home took too long to start, so that it was taken as it stood. */
  startedLate: boolean;
  readonly reflexes: ReturnType<typeof openWatchers<(change: Change) => void>>;
  readonly watchers: ReturnType<typeof openWatchers<() => void>>;
  readonly events: Events;
}

interface Parts {
  readonly o: LinkOptions;
  readonly mirror: WritableMirror;
  readonly stand: Stand;
  readonly wires: Wires;
  readonly signal: AbortSignal;
}

const isRunning = (mirror: WritableMirror): boolean => mirror.config?.state === 'RUNNING';

function openChanges(
  p: Parts & {
    call: Link['call'];
    gapListeners: ReadonlySet<(gap: GapReport) => void>;
    caughtUpListeners: ReadonlySet<() => void>;
  },
): ChangeStream {
  const { o, mirror, stand, wires } = p;
  const isLive = () => stand.current.kind === 'live';
  const running = () => isRunning(mirror);
  return openStream({
    ...o,
    states: () => mirror.states,
    generation: () => mirror.generation,
    running,
    whenLive: () => stand.until(isLive, p.signal),
    whenSettled: () => stand.until(() => isLive() && (running() || wires.startedLate), p.signal),
    call: p.call,
    signal: p.signal,
    capacity: o.options?.queueCapacity ?? usualSettings.queueCapacity,
    gapLimits: { ...gapLimits, ...o.options?.gap },
    onGap(gap) {
      for (const cb of [...p.gapListeners]) cb(gap);
    },
    onCaughtUp() {
      for (const cb of [...p.caughtUpListeners]) cb();
    },
  });
}

/** One life of a socket: from the first packet to its end. */
async function connectOnce(
  p: Parts & { stream: ChangeStream; cause: TomteError | null },
): Promise<{ error: TomteError; liveMs: number }> {
  const { o, mirror, stand, wires, stream } = p;
  const settings = { ...usualSettings, ...o.options };
  const { clock } = o;
  wires.startedLate = false;
  let upkeep: { stop(): void } | null = null;
  let cancelStart = () => {};
  try {
    const socket = await openSocket({
      ...o,
      ...(o.options?.localAddress ? { localAddress: o.options.localAddress } : {}),
      ...(o.options?.limits ? { limits: o.options.limits } : {}),
      signal: p.signal,
      onFrame: () => mirror.heard(clock.now()),
    });
    wires.socket = socket;
    stand.become({ kind: 'syncing' }, stand.current.error);
    upkeep = await syncHome({ ...o, socket, mirror, limits: settings, ...listeners(p) });
    const liveSince = clock.ticks();
    stand.become({ kind: 'live' }, null);
    wires.events.attach(socket);
    cancelStart = clock.after(settings.startMaxMs, () => {
      if (isRunning(mirror)) return;
      wires.startedLate = true;
      stand.become({ kind: 'live' }, null);
    });
    const error = await socket.closed;
    // At least one: it was live, however short.
    return { error, liveMs: Math.max(1, clock.ticks() - liveSince) };
  } catch (error) {
    if (isError(error)) return { error, liveMs: 0 };
    o.log.error({ home: o.home, err: error }, 'the Link failed');
    return {
      error: new TomteError('app.internal', 'The Link failed', { cause: error }),
      liveMs: 0,
    };
  } finally {
    cancelStart();
    upkeep?.stop();
    wires.events.detach();
    wires.socket?.close();
    wires.socket = null;
  }

  function listeners({ cause }: { cause: TomteError | null }) {
    const first = o.position > 0 ? 'start' : 'first';
    return {
      onSnapshot() {
        const gap = mirror.generation > 1 && cause ? causeOf(cause) : first;
        stream.pushGap(gap, isRunning(mirror) ? new Map(mirror.states) : null);
        wires.watchers.callAll(undefined);
      },
      onApplied(id: string, from: HeldState | null, to: HeldState | null) {
        if (wires.reflexes.has(id) && isReal(from, to)) {
          const at = to!.lastUpdated;
          const { generation } = mirror;
          wires.reflexes.call(id, {
            home: o.home,
            entityId: id,
            from,
            to,
            at,
            late: false,
            generation,
          });
        }
        stream.push(id, to);
        wires.watchers.call(id, undefined);
      },
      onRunning() {
        // What was taken as it stood is looked at again, now that all is there.
        if (wires.startedLate) stream.pushGap('restart', null);
        stand.become({ kind: 'live' }, null);
      },
    };
  }
}

/** Home Assistant closes its sockets in good order when it restarts; a lost line says nothing. */
const causeOf = (error: TomteError): string =>
  error.details.code === 1000 ? 'restart' : error.code;

function lostError(state: LinkState): TomteError {
  if (state.kind === 'stopped') return state.error;
  return new TomteError('link.lost', 'The home is not connected', {
    details: state.error ? { cause: state.error.code } : {},
  });
}
