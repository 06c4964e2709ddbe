import type { Clock } from '../../lib/clock.ts';
import { type Host, type Limits, openHost } from './host.ts';

/** The processes of the person's workflows: one a version, started when needed, ended when idle. */
export interface Hosts {
  /** Lends the process of this version, starting it where none runs; waits while too many are busy. */
  use<T>(version: { hash: string; code: string }, work: (host: Host) => Promise<T>): Promise<T>;
  close(): void;
}

const idleMs = 30_000;
/** About 45 MB each. */
const hostsMax = 6;

interface Kept {
  readonly host: Promise<Host>;
  users: number;
  /** Cancels the end that idleness brings. */
  stay: () => void;
}

export function openHosts(o: { clock: Clock; limits?: Partial<Limits>; max?: number }): Hosts {
  const kept = new Map<string, Kept>();
  const waiting: (() => void)[] = [];
  const max = o.max ?? hostsMax;

  const end = (hash: string, one: Kept) => {
    if (kept.get(hash) === one) kept.delete(hash);
    one.stay();
    // One that never came up has nothing to close.
    one.host.then(
      (host) => host.close(),
      () => undefined,
    );
    waiting.shift()?.();
  };

  async function room(): Promise<void> {
    while (kept.size >= max) {
      const idle = [...kept].find(([, one]) => one.users === 0);
      if (idle) end(...idle);
      else await new Promise<void>((resolve) => waiting.push(resolve));
    }
  }

  function start(hash: string, code: string): Kept {
    const { clock, limits } = o;
    const host = openHost({ code, clock, ...(limits ? { limits } : {}) });
    const one: Kept = { host, users: 0, stay: () => {} };
    kept.set(hash, one);
    // One that died, or never came up, is not lent again.
    host.then(
      (up) => up.gone.then(() => end(hash, one)),
      () => end(hash, one),
    );
    return one;
  }

  return {
    async use({ hash, code }, work) {
      if (!kept.has(hash)) await room();
      const one = kept.get(hash) ?? start(hash, code);
      one.users++;
      one.stay();
      try {
        return await work(await one.host);
      } finally {
        if (--one.users === 0) {
          one.stay = o.clock.after(idleMs, () => end(hash, one));
          waiting.shift()?.();
        }
      }
    },
    close() {
      for (const [hash, one] of [...kept]) end(hash, one);
    },
  };
}
