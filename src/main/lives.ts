import { TomteError } from '@tomte/sdk/errors';
import type { Action } from '@tomte/sdk/home';
import type { HomeNotes } from '@tomte/sdk/types-detect';
import { openTally, type Tally } from '../home/tally.ts';
import { oneByOne } from '../lib/one-by-one.ts';
import type { Secret } from '../lib/secret.ts';
import { sentActions } from '../store/actions.ts';
import { type HomeRow, listHomes } from '../store/homes.ts';
import { gainLease, giveUpLease, renewLease } from '../store/leases.ts';
import type { DoorParts } from './door-parts.ts';
import type { Grants } from './grants.ts';
import { type HomeLife, openHomeLife } from './home-life.ts';
import { readToken, tokenFault } from './home-token.ts';
import type { PlaceParts } from './parts.ts';

const hourMs = 3_600_000;
/** A dead worker's homes are taken over within this; alone with the database there is nobody to wait for. */
const leaseMs = { shared: 15_000, alone: 180_000 };

/** The homes this worker looks after: each under a lease, all begun and ended in one place. */
export interface Lives {
  readonly all: ReadonlyMap<string, HomeLife>;
  /** Begins to look after a home that was just linked, or whose token changed. */
  begin(row: HomeRow, token: Secret): Promise<void>;
  /** The home is about to be forgotten: with it goes what the engine and the door hold of it. */
  end(home: string): Promise<void>;
  /** Linking and unlinking, one after another: the same home may be asked for twice at once. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
  /** Begins all homes that nobody looks after. */
  beginAll(): Promise<void>;
  close(): Promise<void>;
}

export interface LivesOptions {
  readonly parts: PlaceParts;
  readonly grants: Grants;
  readonly door: (row: HomeRow) => DoorParts;
  readonly forwardsButtons: (home: string) => boolean;
  readonly notes: (home: string) => HomeNotes;
  /** The home is forgotten: so is what others hold of it. */
  readonly onForgotten: (home: string) => void;
  /** Other workers may share the database. */
  readonly shared: boolean;
  readonly onBegun: (life: HomeLife, row: HomeRow) => void;
  /** Another worker looks after one of them now. */
  readonly onLost: () => void;
}

export function openLives(o: LivesOptions): Lives {
  const { parts, grants } = o;
  const { store, clock, log } = parts;
  const ttlMs = o.shared ? leaseMs.shared : leaseMs.alone;
  const all = new Map<string, HomeLife>();
  const leases = new Map<string, number>();
  const inTurn = oneByOne();

  async function begin(row: HomeRow, token: Secret): Promise<void> {
    await leave(row.id);
    const { worker, boot } = parts;
    const lease = await gainLease(store.db, { home: row.id, worker, boot, ttlMs });
    if (lease === null) {
      log.debug({ home: row.id }, 'another worker looks after this home');
      return;
    }
    leases.set(row.id, lease);
    const life = openHomeLife({
      parts,
      row,
      token,
      door: {
        grants: (askedBy) => grants.of(row.id, askedBy),
        ...o.door(row),
        tally: await sentLately(parts, row.id),
      },
      forwardsButtons: () => o.forwardsButtons(row.id),
      notes: () => o.notes(row.id),
      lease,
    });
    all.set(row.id, life);
    await parts.engine.recover(parts.place, row.id);
    o.onBegun(life, row);
  }

  /** Looks after it no more. What its Runs have done so far stays, for who goes on with them. */
  async function leave(home: string): Promise<void> {
    const life = all.get(home);
    all.delete(home);
    const token = leases.get(home);
    leases.delete(home);
    parts.engine.release(parts.place, home);
    await life?.close();
    if (token !== undefined) await giveUpLease(store.db, { home, token });
  }

  async function renew(): Promise<void> {
    for (const [home, token] of leases) {
      if (await renewLease(store.db, { home, token, ttlMs })) continue;
      // Linked anew or let go meanwhile: that lease was ours to end.
      if (leases.get(home) !== token) continue;
      log.warn({ home }, 'another worker took this home; it is left to it');
      leases.delete(home);
      await leave(home);
      o.onLost();
    }
  }

  async function beginAll(): Promise<void> {
    for (const row of await listHomes(store.db)) {
      if (all.has(row.id)) continue;
      const fault = tokenFault(parts.key, row);
      if (fault === null) await begin(row, readToken(parts.key, row));
      // That home waits to be linked anew, the others do not.
      else log.error({ err: fault, home: row.id }, 'this home cannot be looked after');
    }
  }

  const failed = (what: string) => (error: unknown) =>
    log.warn({ err: error }, `${what} failed once; tried again later`);
  const stops = [
    clock.every(ttlMs / 3, () => void renew().catch(failed('renewing leases'))),
    ...(o.shared
      ? [
          clock.every(
            ttlMs,
            () => void inTurn(beginAll).catch(failed('looking for homes of dead workers')),
          ),
        ]
      : []),
  ];

  return {
    all,
    begin,
    inTurn,
    beginAll,
    async end(home) {
      await leave(home);
      await parts.engine.forget(parts.place, home);
      grants.drop(home);
      o.onForgotten(home);
    },
    async close() {
      for (const stop of stops) stop();
      const left = [...all.keys()].map((home) => inTurn(() => leave(home)));
      for (const one of await Promise.allSettled(left)) {
        if (one.status === 'rejected') log.error({ err: one.reason }, 'a home was not closed well');
      }
    },
  };
}

/** Limits an hour hold over a restart too. */
async function sentLately(parts: PlaceParts, home: string): Promise<Tally> {
  const since = new Date(parts.clock.now() - hourMs);
  const rows = await sentActions(parts.store.db, { home, since });
  return openTally(
    rows.map(({ key, action, asked_at }) => ({
      key,
      entities: (action as Action).entities,
      at: asked_at.getTime(),
    })),
  );
}

export function lifeOf(lives: ReadonlyMap<string, HomeLife>, home: string): HomeLife {
  const life = lives.get(home);
  if (!life) throw new TomteError('home.not_found', `There is no home ${home}`);
  return life;
}
