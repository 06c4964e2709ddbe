import type { Clock } from '../lib/clock.ts';
import { type SimState, type StateChange, seconds, stamp } from './states.ts';

/** One recorded state; `state` is null where the entity was removed. Times in epoch ms. */
export interface RecordedRow {
  readonly at: number;
  readonly changed: number;
  readonly state: string | null;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** The past of entities that people lived with before the simulator was opened. */
export interface Past {
  /** The state at `from` first, then each change before `to`, made when asked for. Null: no past. */
  changes(entityId: string, from: number, to: number): Iterable<[at: number, state: string]> | null;
  attributes(entityId: string): Readonly<Record<string, unknown>>;
}

export interface RecorderOptions {
  readonly clock: Clock;
  /** Rows are readable only after the next commit, as in life. */
  readonly commitMs: number;
  readonly keepDays: number;
  readonly rowsMaxPerEntity: number;
  readonly isExcluded: (entityId: string) => boolean;
  readonly past: Past;
}

const dayMs = 86_400_000;
const numberExtras = ['min', 'max', 'step', 'mode'];
/** Attributes that Home Assistant shows but does not record. */
const unrecorded: Record<string, readonly string[]> = {
  input_number: [...numberExtras, 'editable'],
  number: numberExtras,
};

export class Recorder {
  readonly #o: RecorderOptions;
  readonly #rows = new Map<string, RecordedRow[]>();
  readonly openedAt: number;
  /** False as when its thread has died: it keeps nothing any more, and still answers from what it kept. */
  isRecording = true;
  /** How long it thinks before it says how it does. */
  answersAfterMs = 0;
  #flushedTo = 0;
  #rewrites = 0;

  constructor(o: RecorderOptions) {
    this.#o = o;
    this.openedAt = o.clock.now();
  }

  record({ entityId, to, at }: StateChange): void {
    if (!this.isRecording || this.#o.isExcluded(entityId)) return;
    let rows = this.#rows.get(entityId);
    if (!rows) {
      rows = [];
      this.#rows.set(entityId, rows);
    }
    rows.push(to ? recorded(to) : { at, changed: at, state: null, attributes: {} });
    if (rows.length > this.#o.rowsMaxPerEntity) rows.splice(0, Math.ceil(rows.length / 4));
  }

  /** The state that held when the simulator was opened, with the time it began. */
  seed(state: SimState): void {
    if (!this.#o.isExcluded(state.entityId)) this.#rows.set(state.entityId, [recorded(state)]);
  }

  isExcluded(entityId: string): boolean {
    return this.#o.isExcluded(entityId);
  }

  /** What a shutdown does: everything pending becomes readable. */
  flush(): void {
    this.#flushedTo = this.#o.clock.now() + 1;
  }

  /** Readable rows within `[from, to)`, the one that held at `from` first (its `at` is earlier or equal). */
  *rows(entityId: string, from: number, to: number): Generator<RecordedRow> {
    const { past, commitMs, clock } = this.#o;
    const readable = Math.max(this.#flushedTo, Math.floor(clock.now() / commitMs) * commitMs);
    const until = Math.min(to, readable);
    const own = this.#rows.get(entityId) ?? [];
    const lived =
      from < this.openedAt && !this.#o.isExcluded(entityId)
        ? past.changes(entityId, from, Math.min(until, this.openedAt))
        : null;
    const attributes = lived ? past.attributes(entityId) : {};
    for (const [at, state] of lived ?? []) yield { at, changed: at, state, attributes };
    let first = firstAfter(own, from);
    if (first > 0) first--;
    // Told by the past already.
    while (lived && first < own.length && own[first]!.at < this.openedAt) first++;
    for (let i = first; i < own.length && own[i]!.at < until; i++) yield own[i]!;
  }

  /** Puts other rows in place of those lived through from `since` on: a fault that began earlier. */
  rewrite(entityId: string, since: number, rows: readonly RecordedRow[]): void {
    this.#rewrites++;
    const own = this.#rows.get(entityId) ?? [];
    this.#rows.set(entityId, [...own.filter((row) => row.at < since), ...rows]);
  }

  /** How often the past was written anew: what was computed from it is stale then. */
  get rewrites(): number {
    return this.#rewrites;
  }

  /** The nightly purge reaches back this far. */
  keptFrom(): number {
    return this.#o.clock.now() - this.#o.keepDays * dayMs;
  }
}

export interface HistoryQuery {
  readonly entityIds: readonly string[];
  readonly from: number;
  readonly to: number;
  readonly withStart: boolean;
  readonly significantOnly: boolean;
  readonly noAttributes: boolean;
}

const attributesMatter = new Set(['climate', 'device_tracker', 'humidifier', 'water_heater']);

/** Rows of each entity that has any; the state that held at the start carries the start as its time. */
export function queryHistory(recorder: Recorder, q: HistoryQuery): Map<string, RecordedRow[]> {
  const out = new Map<string, RecordedRow[]>();
  const from = Math.max(q.from, recorder.keptFrom());
  for (const id of q.entityIds) {
    const found: RecordedRow[] = [];
    let held: RecordedRow | null = null;
    for (const row of recorder.rows(id, from, q.to)) {
      if (row.at < from) held = row;
      else found.push(row);
    }
    const domain = id.slice(0, id.indexOf('.'));
    const rows =
      q.significantOnly && !attributesMatter.has(domain)
        ? found.filter((row) => row.at === row.changed)
        : found;
    if (held && q.withStart) rows.unshift({ ...held, at: from, changed: from });
    if (rows.length > 0) out.set(id, rows);
  }
  return out;
}

/** The compressed rows of `history/history_during_period`. */
export const historyRows = (
  rows: readonly RecordedRow[],
  o: { minimal: boolean; noAttributes: boolean },
): object[] =>
  rows.map((row, i) => ({
    s: row.state,
    ...(!o.noAttributes && !(o.minimal && i > 0) && { a: row.attributes }),
    lu: seconds(row.at),
    ...(row.changed !== row.at && { lc: seconds(row.changed) }),
  }));

/** The long rows of `/api/history/period`. */
export const periodRows = (id: string, rows: readonly RecordedRow[], minimal: boolean): object[] =>
  rows.map((row, i) =>
    minimal && i > 0 && i < rows.length
      ? { state: row.state, last_changed: stamp(row.changed) }
      : {
          entity_id: id,
          state: row.state,
          attributes: row.attributes,
          last_changed: stamp(row.changed),
          last_updated: stamp(row.at),
        },
  );

function recorded(s: SimState): RecordedRow {
  const hidden = unrecorded[s.entityId.slice(0, s.entityId.indexOf('.'))];
  const attributes = hidden
    ? Object.fromEntries(Object.entries(s.attributes).filter(([name]) => !hidden.includes(name)))
    : s.attributes;
  return { at: s.lastUpdated, changed: s.lastChanged, state: s.state, attributes };
}

function firstAfter(rows: readonly RecordedRow[], t: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle]!.at <= t) low = middle + 1;
    else high = middle;
  }
  return low;
}
