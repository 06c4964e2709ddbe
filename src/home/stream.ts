import { isError } from '@tomte/sdk/errors';
import type { Change } from '@tomte/sdk/home';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { BoundedQueue } from '../lib/queue.ts';
import { type HeldState, toMs } from './apply.ts';
import { type GapLimits, type Rebuilt, rebuildGap } from './gap.ts';
import type { Call } from './history.ts';
import { type NoiseReason, openNoiseFilter, saysTheSame } from './noise.ts';

export type OnChanges = (batch: readonly Change[]) => void | Promise<void>;

export interface GapReport {
  /** Epoch ms of the home. */
  readonly beganAt: number;
  readonly endedAt: number;
  /**
   * Code of the error that began it, `restart` for Home Assistant's own, `overflow` for a consumer that was
   * too slow, `start` for Tomte's own: then `beganAt` is only "not before", the last that was kept.
   */
  readonly cause: string;
  /** Changes rebuilt and handed over. */
  readonly rebuilt: number;
  readonly unknownEntities: string[];
  /** What was no news, by reason. */
  readonly dropped: Record<string, number>;
}

interface LiveItem {
  readonly entityId: string;
  readonly to: HeldState | null;
  /** Epoch seconds. */
  readonly at: number;
}
interface GapItem {
  readonly gap: string;
  /** The snapshot after the Gap; null: whatever the Mirror shows when its turn comes. */
  readonly target: ReadonlyMap<string, HeldState> | null;
}

export interface StreamOptions {
  readonly home: string;
  /** Newest change told in an earlier life, epoch ms; 0 for none. */
  readonly position: number;
  readonly states: () => ReadonlyMap<string, HeldState>;
  readonly generation: () => number;
  /** False until Home Assistant has finished starting. */
  readonly running: () => boolean;
  /** Resolves when requests can be made. */
  readonly whenLive: () => Promise<void>;
  /** Resolves when the home is live and has finished starting, or took too long to. */
  readonly whenSettled: () => Promise<void>;
  readonly call: Call;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly capacity: number;
  readonly gapLimits: GapLimits;
  readonly onGap: (gap: GapReport) => void;
  readonly onCaughtUp: () => void;
}

/** The hand-off from the socket to those who work with changes: ordered, each change once. */
export interface ChangeStream {
  push(entityId: string, to: HeldState | null): void;
  /** From here on changes come from the recorder until the stream has caught up. */
  pushGap(cause: string, target: ReadonlyMap<string, HeldState> | null): void;
  subscribe(cb: OnChanges, o: { raw: boolean }): () => void;
  readonly dropped: Readonly<Record<string, number>>;
  readonly waiting: number;
  /** False while changes of a Gap are still to come: time must not move on past them. */
  readonly caughtUp: boolean;
  close(): void;
  /** Resolves when nothing runs any more. */
  readonly done: Promise<void>;
}

const batchMax = 500;
const attemptsMax = 4;
/** Snapshots of a Link that comes and goes, kept until their turn; beyond this one covers them all. */
const gapsMax = 4;

export function openStream(o: StreamOptions): ChangeStream {
  const queue = new BoundedQueue<LiveItem | GapItem>(o.capacity + 1);
  const told = new Map<string, HeldState>();
  const gone = new Map<string, number>();
  const unrecorded = new Set<string>();
  const noise = openNoiseFilter();
  const dropped: Record<string, number> = {};
  const subscribers = new Set<{ cb: OnChanges; raw: boolean }>();
  let position = o.position / 1000;
  let began = false;
  let overflowing = false;
  let gapsWaiting = 0;
  let catchingUp = false;

  function push(entityId: string, to: HeldState | null): void {
    if (overflowing) return;
    queue.push({ entityId, to, at: to?.exact ?? 0 });
    if (queue.size > o.capacity) overflow('overflow');
  }
  function pushGap(cause: string, target: ReadonlyMap<string, HeldState> | null): void {
    // A target read later covers all that happens until then.
    if (overflowing) return;
    if (target === null || gapsWaiting >= gapsMax) overflow(cause);
    else {
      gapsWaiting++;
      queue.push({ gap: cause, target });
    }
  }
  function overflow(cause: string): void {
    overflowing = true;
    for (const item of queue.take(queue.size)) if ('gap' in item && item.target) gapsWaiting--;
    queue.push({ gap: cause, target: null });
  }

  const isCaughtUp = () => gapsWaiting === 0 && !overflowing && !catchingUp;
  async function run(): Promise<void> {
    for await (const batch of queue.batches(batchMax)) {
      let live: LiveItem[] = [];
      for (const item of batch) {
        if (o.signal.aborted) return;
        if (!('gap' in item)) live.push(item);
        else {
          await deliver(live, false, dropped);
          live = [];
          catchingUp = true;
          await catchUp(item);
          catchingUp = false;
          if (isCaughtUp()) o.onCaughtUp();
        }
      }
      await deliver(live, false, dropped);
    }
  }
  async function catchUp(item: GapItem): Promise<void> {
    let target = item.target;
    if (target === null) {
      await o.whenSettled();
      target = new Map(o.states());
      overflowing = false;
    } else gapsWaiting--;
    if (!began) {
      began = true;
      if (o.position === 0) return begin(target);
      for (const [id, state] of target) if (toMs(state.exact) <= o.position) told.set(id, state);
    }
    const beganAt = toMs(position);
    const lost: Record<string, number> = {};
    const counts = { rebuilt: 0, unknownEntities: [] as string[] };
    await rebuild(target, lost, counts);
    for (const [reason, n] of Object.entries(lost)) dropped[reason] = (dropped[reason] ?? 0) + n;
    // A removal is looked at again only where the next Gap looks back.
    for (const [id, at] of gone) if (at < position - 60) gone.delete(id);
    const gap = { beganAt, endedAt: toMs(position), cause: item.gap, ...counts, dropped: lost };
    o.onGap({ ...gap, endedAt: Math.max(gap.beganAt, o.clock.now()) });
  }

  /** The first snapshot of all is no news. */
  function begin(target: ReadonlyMap<string, HeldState>): void {
    for (const [id, state] of target) {
      told.set(id, state);
      if (state.exact > position) position = state.exact;
    }
  }

  async function rebuild(
    target: ReadonlyMap<string, HeldState>,
    lost: Record<string, number>,
    counts: { rebuilt: number; unknownEntities: string[] },
  ): Promise<void> {
    const once = async (call: Call, limits: GapLimits) => {
      const { unknownEntities } = await rebuildGap({
        told,
        gone,
        target,
        position,
        otherwiseTold: o.position === 0 ? 0 : o.position / 1000 + 0.0005,
        mayRemove: o.running(),
        call,
        clock: o.clock,
        signal: o.signal,
        unrecorded,
        onUnreadable: (entity, error) =>
          o.log.warn(
            { home: o.home, entity, err: error },
            'the history of an entity is unreadable',
          ),
        limits,
        deliver: async (rows) => {
          counts.rebuilt += await deliver(rows, true, lost);
        },
      });
      counts.unknownEntities.push(...unknownEntities);
    };
    for (let attempt = 1; attempt <= attemptsMax; attempt++) {
      await o.whenLive();
      try {
        return await once(o.call, o.gapLimits);
      } catch (error) {
        if (o.signal.aborted) throw error;
        // A lost Link is waited for; anything else gets a few chances.
        if (isError(error, 'link.lost')) attempt--;
        else o.log.warn({ home: o.home, err: error }, 'a gap could not be rebuilt yet');
        await o.clock.sleep(o.gapLimits.pollMs, o.signal);
      }
    }
    // The recorder does not answer: the last states are told, the way there stays unknown.
    await once(async () => ({}), { ...o.gapLimits, recorderMs: 0 });
  }

  /** Answers how many changes there were; what is noise is counted in `lost`. */
  async function deliver(
    rows: readonly (LiveItem | Rebuilt)[],
    late: boolean,
    lost: Record<string, number>,
  ): Promise<number> {
    if (rows.length === 0) return 0;
    const raw: Change[] = [];
    const news: Change[] = [];
    const restarting = !o.running();
    for (const row of rows) {
      const change = next(row, late);
      if (!change) continue;
      if (late && (('isAgain' in row && row.isAgain) || saysTheSame(change.from, change.to))) {
        count(lost, 'restored');
        continue;
      }
      raw.push(change);
      const verdict = noise.judge(change, { restarting });
      if (typeof verdict === 'string') count(lost, verdict);
      else news.push(verdict);
    }
    for (const { cb, raw: wantsAll } of [...subscribers]) {
      const batch = wantsAll ? raw : news;
      if (batch.length > 0) await hand(cb, batch);
    }
    return raw.length;
  }

  /** A consumer that fails gets the same batch again; news waits meanwhile, bounded by the queue. */
  async function hand(cb: OnChanges, batch: readonly Change[]): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await cb(batch);
      } catch (error) {
        o.log.error({ home: o.home, err: error, attempt }, 'changes could not be taken in');
        if (attempt === attemptsMax) {
          dropped.consumer = (dropped.consumer ?? 0) + batch.length;
          return;
        }
        await o.clock.sleep(o.gapLimits.pollMs * attempt, o.signal);
      }
    }
  }

  function next(row: LiveItem | Rebuilt, late: boolean): Change | null {
    const { entityId, to } = row;
    const from = told.get(entityId) ?? ('before' in row ? row.before : null) ?? null;
    if (to === null) {
      if (!told.delete(entityId)) return null;
      gone.set(entityId, from?.exact ?? position);
    } else {
      told.set(entityId, to);
      gone.delete(entityId);
    }
    if (row.at > position) position = row.at;
    // A removal carries no time of its own; the newest one known never runs ahead of the home.
    const at = toMs(to === null ? Math.max(row.at, position) : row.at);
    return { home: o.home, entityId, from, to, at, late, generation: o.generation() };
  }

  const done = run().catch((error) => {
    if (o.signal.aborted || isError(error, 'link.stopped')) return;
    throw error;
  });
  return {
    push,
    pushGap,
    subscribe(cb, { raw }) {
      const entry = { cb, raw };
      subscribers.add(entry);
      return () => void subscribers.delete(entry);
    },
    dropped,
    get caughtUp() {
      return isCaughtUp();
    },
    get waiting() {
      return queue.size;
    },
    close: () => queue.close(),
    done,
  };
}

function count(counts: Record<string, number>, reason: NoiseReason): void {
  counts[reason] = (counts[reason] ?? 0) + 1;
}
