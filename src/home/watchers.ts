import type { Log } from '../lib/log.ts';

/** Callbacks by entity, called on the socket's tick: one that throws must not cost the connection. */
export interface Watchers<T extends (argument: never) => void> {
  add(ids: readonly string[], cb: T): () => void;
  has(id: string): boolean;
  call(id: string, argument: Parameters<T>[0]): void;
  callAll(argument: Parameters<T>[0]): void;
}

export function openWatchers<T extends (argument: never) => void>(log: Log): Watchers<T> {
  const byId = new Map<string, Set<T>>();
  function run(callbacks: Iterable<T>, argument: Parameters<T>[0]): void {
    for (const cb of [...callbacks]) {
      try {
        cb(argument as never);
      } catch (error) {
        log.error({ err: error }, 'a watcher of states failed');
      }
    }
  }
  return {
    add(ids, cb) {
      for (const id of ids) byId.set(id, (byId.get(id) ?? new Set()).add(cb));
      return () => {
        for (const id of ids) {
          const callbacks = byId.get(id);
          callbacks?.delete(cb);
          if (callbacks?.size === 0) byId.delete(id);
        }
      };
    },
    has: (id) => byId.has(id),
    call(id, argument) {
      const callbacks = byId.get(id);
      if (callbacks) run(callbacks, argument);
    },
    callAll(argument) {
      const all = new Set<T>();
      for (const callbacks of byId.values()) for (const cb of callbacks) all.add(cb);
      run(all, argument);
    },
  };
}
