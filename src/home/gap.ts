import type { Clock } from '../lib/clock.ts';
import { type HeldState, sameInstantSeconds, toMs } from './apply.ts';
import type { Call, RecordedRow } from './history.ts';
import { saysTheSame } from './noise.ts';
import { askRecorder, newestOfSnapshot, type OnUnreadable, untilWritten } from './written.ts';

/** One state that came to be in a Gap. `to` is null for a removed entity. */
export interface Rebuilt {
  readonly entityId: string;
  readonly to: HeldState | null;
  /** Epoch seconds. */
  readonly at: number;
  /** State before it, where nothing was told of the entity yet but the recorder knows. */
  readonly before?: HeldState;
  /** The recorder wrote again what it had last: it does so with every state after a restart of the home. */
  readonly isAgain?: true;
}

export interface GapOptions {
  /** What was told last, by entity; grows as stretches are delivered. */
  readonly told: ReadonlyMap<string, HeldState>;
  /** Entities told as removed, with the time of their last state, epoch seconds. */
  readonly gone: ReadonlyMap<string, number>;
  /** The home as it stands after the Gap. */
  readonly target: ReadonlyMap<string, HeldState>;
  /** Newest change told, epoch seconds of the home. */
  readonly position: number;
  /** Up to when entities absent from `told` count as told, epoch seconds: after a start of Tomte. */
  readonly otherwiseTold: number;
  /** False while the home is starting: what is not there yet may still come. */
  readonly mayRemove: boolean;
  readonly call: Call;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Hands over one stretch, in time order; the next is fetched when it has been taken. */
  readonly deliver: (rows: readonly Rebuilt[]) => Promise<void>;
  /** Entities found not to be recorded: not waited for again. */
  readonly unrecorded: Set<string>;
  /** An entity whose recorded rows are no history: its way is unknown. */
  readonly onUnreadable: OnUnreadable;
  readonly limits: GapLimits;
}

export interface GapLimits {
  /** Older changes are not rebuilt; the recorder itself keeps ten days. */
  readonly windowMaxMs: number;
  /** How long to wait for the recorder, which writes every five seconds. */
  readonly recorderMs: number;
  /** The same for entities it is known to keep: it can be told to write every half a minute. */
  readonly slowRecorderMs: number;
  readonly pollMs: number;
  /** Hours times entities asked for at once. */
  readonly entityHoursAtOnce: number;
}

export const gapLimits: GapLimits = {
  windowMaxMs: 10 * 86_400_000,
  recorderMs: 12_000,
  slowRecorderMs: 40_000,
  pollMs: 500,
  entityHoursAtOnce: 2_000,
};

/** Changes of one moment may reach us in another order than their times: look back a little further. */
const overlapSeconds = 5;
/** What is older counts as written; only the last stretch is waited for. */
const settledSeconds = 120;

/**
 * Rebuilds what happened between `told` and `target` from the recorder and hands it over in time
 * order, each change once. Answers the entities whose way there is not known: of these only the last
 * state was handed over. Throws when the Link is lost: then it can be asked again with what was told.
 */
export async function rebuildGap(o: GapOptions): Promise<{ unknownEntities: string[] }> {
  const changed = changedEntities(o);
  if (changed.length === 0) return { unknownEntities: [] };
  const end = newestOfSnapshot(o);
  const from = Math.max(o.position - overlapSeconds, end - o.limits.windowMaxMs / 1000);
  const stepSeconds = Math.max(60, (o.limits.entityHoursAtOnce / changed.length) * 3600);
  for (let start = from; ; start += stepSeconds) {
    const last = start + stepSeconds >= end - settledSeconds;
    if (last) return finish(o, start);
    const rows = await askRecorder(o, {
      entities: changed,
      from: Math.floor(start * 1000),
      to: toMs(start + stepSeconds),
      signal: o.signal,
      onUnreadable: o.onUnreadable,
    });
    if (rows === null) return finish(o, start);
    const within = inOrder(o, rows).filter((r) => r.at > start && r.at <= start + stepSeconds);
    await o.deliver(within);
  }
}

/** The last stretch: waits until the recorder has written what the snapshot already shows. */
async function finish(o: GapOptions, start: number): Promise<{ unknownEntities: string[] }> {
  // Without those whose last state stood in an earlier stretch.
  const changed = changedEntities(o);
  const rows = await untilWritten(o, changed, Math.floor(start * 1000));
  const found = inOrder(o, rows).filter((r) => r.at > start);
  const newest = new Map(found.map((r) => [r.entityId, r]));
  const unknownEntities: string[] = [];
  for (const id of changed) {
    const target = o.target.get(id) ?? null;
    const last = newest.get(id);
    if (target === null) {
      if (last?.to === null) continue;
      const at = Math.max(last?.at ?? 0, o.told.get(id)?.exact ?? 0, o.position);
      found.push({ entityId: id, to: null, at });
    } else if (last?.to !== target) {
      unknownEntities.push(id);
      found.push({ entityId: id, to: target, at: target.exact });
    }
  }
  found.sort(byTime);
  await o.deliver(found);
  return { unknownEntities };
}

function changedEntities(o: GapOptions): string[] {
  const changed: string[] = [];
  for (const [id, state] of o.target) {
    const told = o.told.get(id);
    // Not "newer": a home whose clock was set back has changed as well.
    const same = told
      ? Math.abs(told.exact - state.exact) <= sameInstantSeconds
      : state.exact <= o.otherwiseTold;
    if (!same) changed.push(id);
  }
  if (o.mayRemove) for (const id of o.told.keys()) if (!o.target.has(id)) changed.push(id);
  return changed;
}

/** Up to when an entity has been told, epoch seconds. */
function toldSeconds(o: GapOptions, id: string): number {
  const told = o.told.get(id)?.exact ?? o.gone.get(id);
  return told === undefined ? o.otherwiseTold : told + sameInstantSeconds;
}

/** History as changes to tell: newer than told, not newer than the target, the target in its own words. */
function inOrder(o: GapOptions, rows: ReadonlyMap<string, RecordedRow[]>): Rebuilt[] {
  const found: Rebuilt[] = [];
  const snapshotSeconds = newestOfSnapshot(o);
  for (const [id, recorded] of rows) {
    const after = toldSeconds(o, id);
    const target = o.target.get(id);
    let before = o.told.get(id);
    const isTold = before !== undefined;
    let last: HeldState | null = null;
    for (const { exact, state } of recorded) {
      // Row against row: the recorder leaves out attributes that the live state has.
      const isAgain = saysTheSame(last, state);
      last = state;
      if (exact <= after) {
        if (!isTold) before = state ?? undefined;
        continue;
      }
      if (target && exact > target.exact + sameInstantSeconds) break;
      // Removed for good at the snapshot: what comes after the removal belongs to the live stream.
      if (!target && exact > snapshotSeconds && !before) break;
      const isTarget = target && Math.abs(exact - target.exact) <= sameInstantSeconds;
      const to = state && isTarget ? target : state;
      found.push({
        entityId: id,
        to,
        at: exact,
        ...(before && !isTold ? { before } : {}),
        ...(isAgain ? { isAgain } : {}),
      });
      before = to ?? undefined;
    }
  }
  return found.sort(byTime);
}
const byTime = (a: Rebuilt, b: Rebuilt) => a.at - b.at;
