import { isError, type TomteError } from '@tomte/sdk/errors';
import { type HeldState, sameInstantSeconds, toMs } from './apply.ts';
import type { GapOptions } from './gap.ts';
import { heldHistory, type RecordedRow } from './history.ts';

/** Times of one home are one clock's; this much more is beyond doubt later. */
const laterSeconds = 1;
const witnessesMax = 50;
/** Between two looks the pause grows to this many times the first. */
const pauseGrowthMax = 4;

/**
 * Recorded rows from `fromMs` on, asked for until they hold what the snapshot shows of each entity.
 * One is given up early only on proof: a row newer than what is missing, read in an earlier turn,
 * for the recorder writes everything in order. Rows and proof of a single turn may come from two sides
 * of one of its commits, and the row that opens a window carries the window's time: neither proves anything.
 * Without proof time runs out. Only who has no row at all, against proof, is remembered as not recorded.
 */
export async function untilWritten(
  o: GapOptions,
  changed: readonly string[],
  fromMs: number,
): Promise<Map<string, RecordedRow[]>> {
  const found = new Map<string, RecordedRow[]>();
  const missing = new Set(changed);
  const unreadable = new Set<string>();
  const snapshotSeconds = newestOfSnapshot(o);
  const pointOf = (id: string): number => o.target.get(id)?.exact ?? snapshotSeconds;
  const beganAt = o.clock.ticks();
  let writtenUpTo = 0;
  let pauseMs = o.limits.pollMs;
  for (;;) {
    const rows = await askRecorder(o, {
      entities: [...missing],
      from: fromMs,
      signal: o.signal,
      onUnreadable(id, error) {
        unreadable.add(id);
        o.onUnreadable(id, error);
      },
    });
    if (rows === null) return found;
    for (const [id, own] of rows) found.set(id, own);
    const waitedMs = o.clock.ticks() - beganAt;
    const awaited: string[] = [];
    for (const id of [...missing]) {
      const own = rows.get(id);
      // Any row, however old, shows that it is recorded after all.
      if (own) o.unrecorded.delete(id);
      if (unreadable.has(id) || isReached(o, id, own)) {
        missing.delete(id);
        continue;
      }
      const isPast = writtenUpTo > pointOf(id) + laterSeconds;
      if (isPast && !own) o.unrecorded.add(id);
      if (isPast || o.unrecorded.has(id)) continue;
      // A removal is not always recorded; a state of a recorded entity is.
      const isCertain = own !== undefined && o.target.has(id);
      const patienceMs = isCertain ? o.limits.slowRecorderMs : o.limits.recorderMs;
      if (waitedMs < patienceMs) awaited.push(id);
    }
    if (awaited.length === 0) return found;
    for (const own of rows.values()) writtenUpTo = Math.max(writtenUpTo, newestWithin(own, fromMs));
    const oldest = Math.min(...awaited.map(pointOf));
    writtenUpTo = Math.max(writtenUpTo, await askWitnesses(o, oldest + laterSeconds));
    await o.clock.sleep(pauseMs, o.signal);
    pauseMs = Math.min(pauseMs * 1.5, o.limits.pollMs * pauseGrowthMax);
  }
}

/** The newest of all that the snapshot shows and of all that was told, epoch seconds. */
export function newestOfSnapshot(o: Pick<GapOptions, 'target' | 'position'>): number {
  let newest = o.position;
  for (const { exact } of o.target.values()) newest = Math.max(newest, exact);
  return newest;
}

function isReached(o: GapOptions, id: string, own: readonly RecordedRow[] | undefined): boolean {
  const target = o.target.get(id);
  const newest = own?.at(-1)?.exact ?? 0;
  if (target) return newest >= target.exact - sameInstantSeconds;
  return (own ?? []).some((row) => row.state === null && row.exact > (o.told.get(id)?.exact ?? 0));
}

/** How far the recorder has come with what changes most in this home, epoch seconds; 0 when it does not say. */
async function askWitnesses(o: GapOptions, fromSeconds: number): Promise<number> {
  const newestFirst = (a: HeldState, b: HeldState) => b.exact - a.exact;
  const witnesses = [...o.target.values()]
    .filter((state) => !o.unrecorded.has(state.entityId))
    .sort(newestFirst)
    .slice(0, witnessesMax);
  if (witnesses.length === 0) return 0;
  const from = toMs(fromSeconds);
  const rows = await askRecorder(o, {
    entities: witnesses.map((state) => state.entityId),
    from,
    signal: o.signal,
    // Said of those that are missed; a witness that cannot be read is none.
    onUnreadable() {},
  });
  let newest = 0;
  for (const own of rows?.values() ?? []) newest = Math.max(newest, newestWithin(own, from));
  return newest;
}

/** The newest row that began within the window; 0 for none. */
function newestWithin(rows: readonly RecordedRow[], fromMs: number): number {
  const exact = rows.at(-1)?.exact ?? 0;
  return exact > fromMs / 1000 + sameInstantSeconds ? exact : 0;
}

/** Null when the home keeps no history at all. */
export async function askRecorder(
  o: Pick<GapOptions, 'call'>,
  request: Parameters<typeof heldHistory>[1],
): Promise<Map<string, RecordedRow[]> | null> {
  try {
    return await heldHistory(o.call, request);
  } catch (error) {
    if (isError(error, 'home.call_invalid', 'home.not_permitted')) return null;
    throw error;
  }
}

export type OnUnreadable = (id: string, error: TomteError) => void;
