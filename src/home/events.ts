import { isError } from '@tomte/sdk/errors';
import type { Log } from '../lib/log.ts';
import { isPlain, type Plain } from './frames.ts';
import type { HomeSocket } from './socket.ts';

/** One event of the home's bus, such as a button pressed in its phone app. */
export interface HomeEvent {
  readonly type: string;
  /** As Home Assistant sent it; whoever reads it checks what is in it. */
  readonly data: Readonly<Plain>;
  /** Epoch ms of the home; null where it says none. */
  readonly at: number | null;
  readonly userId: string | null;
  readonly contextId: string | null;
}
export type OnEvent = (event: HomeEvent) => void;

/** Who listens to which events, over one socket after another. */
export interface Events {
  add(type: string, cb: OnEvent): () => void;
  /** A new connection: everything wanted is asked for. */
  attach(socket: HomeSocket): void;
  detach(): void;
}

/**
 * Most events are an administrator's alone. A refusal is the token's, and a Link has one token for life:
 * it is said once and not asked again. Whatever else fails is tried with the next connection.
 */
export function openEvents(o: { home: string; log: Log }): Events {
  const wanted = new Map<string, Set<OnEvent>>();
  const refused = new Set<string>();
  /** Of this connection: null while the answer is out, or for good after a failure. */
  const asked = new Map<string, { unsubscribe(): Promise<void> } | null>();
  let socket: HomeSocket | null = null;

  async function ask(type: string): Promise<void> {
    if (!socket || refused.has(type) || asked.has(type)) return;
    const mine = socket;
    asked.set(type, null);
    const facts = { home: o.home, event: type };
    try {
      const subscription = await mine.subscribe('subscribe_events', { event_type: type }, (event) =>
        tell(type, event),
      );
      if (socket !== mine) return;
      asked.set(type, subscription);
      if (!wanted.has(type)) await drop(type);
    } catch (error) {
      if (isError(error, 'home.not_permitted')) {
        refused.add(type);
        o.log.debug({ ...facts, err: error }, 'this token may not listen to an event');
      } else if (socket === mine) {
        o.log.warn({ ...facts, err: error }, 'an event is not listened to');
      }
    }
  }

  async function drop(type: string): Promise<void> {
    const subscription = asked.get(type);
    // One that is still being asked for is dropped when the answer comes.
    if (!subscription) return;
    asked.delete(type);
    try {
      await subscription.unsubscribe();
    } catch (error) {
      o.log.debug({ home: o.home, event: type, err: error }, 'an event could not be let go');
    }
  }

  function tell(type: string, event: unknown): void {
    const told = readEvent(type, event);
    if (!told) {
      o.log.debug({ home: o.home, event: type }, 'an event is not an object');
      return;
    }
    for (const cb of [...(wanted.get(type) ?? [])]) {
      try {
        cb(told);
      } catch (error) {
        o.log.error({ home: o.home, event: type, err: error }, 'a listener of events failed');
      }
    }
  }

  return {
    add(type, cb) {
      // An object of its own: the same function may listen twice.
      const listener: OnEvent = (event) => cb(event);
      wanted.set(type, (wanted.get(type) ?? new Set()).add(listener));
      void ask(type);
      return () => {
        const listeners = wanted.get(type);
        if (!listeners?.delete(listener) || listeners.size > 0) return;
        wanted.delete(type);
        void drop(type);
      };
    },
    attach(next) {
      socket = next;
      asked.clear();
      for (const type of wanted.keys()) void ask(type);
    },
    detach() {
      socket = null;
      asked.clear();
    },
  };
}

function readEvent(type: string, event: unknown): HomeEvent | null {
  if (!isPlain(event)) return null;
  const at = typeof event.time_fired === 'string' ? Date.parse(event.time_fired) : Number.NaN;
  const context = isPlain(event.context) ? event.context : {};
  return {
    type,
    data: isPlain(event.data) ? event.data : {},
    at: Number.isNaN(at) ? null : at,
    userId: typeof context.user_id === 'string' ? context.user_id : null,
    contextId: typeof context.id === 'string' ? context.id : null,
  };
}
