import { isError, type TomteError } from '@tomte/sdk/errors';
import type { EntityState, HourRow } from '@tomte/sdk/home';
import { iso } from '../lib/clock.ts';
import { added, type HeldState } from './apply.ts';
import { invalid, isPlain, type Plain } from './frames.ts';

export type Call = (
  type: string,
  fields?: object,
  o?: { timeoutMs?: number; signal?: AbortSignal },
) => Promise<unknown>;

/** A recorder on a small computer may think about a day of a hundred entities for a while. */
const historyMs = 60_000;
const entitiesAtOnce = 100;

export interface HistoryRequest {
  readonly entities: readonly string[];
  /** Epoch ms. */
  readonly from: number;
  /** Epoch ms; left out it means up to now. */
  readonly to?: number;
  readonly signal?: AbortSignal;
  /** Takes the entity whose rows are no history, which is then absent; left out, such rows are thrown. */
  readonly onUnreadable?: (id: string, error: TomteError) => void;
}

/** One recorded moment of an entity. */
export interface RecordedRow {
  /** Epoch seconds; the window's start for what began before it. */
  readonly exact: number;
  /** Null where the entity was removed. */
  readonly state: HeldState | null;
}

/**
 * Recorded states in time order, by entity id. The first of each is the state at `from`, with `from` as
 * its time; from a removal on it is `unavailable`. Attributes are those the recorder keeps.
 * Throws `home.call_*`, `home.frame_invalid`.
 */
export async function stateHistory(
  call: Call,
  request: HistoryRequest,
): Promise<Map<string, EntityState[]>> {
  const found = new Map<string, EntityState[]>();
  for (const [id, rows] of await heldHistory(call, request)) {
    const away = (lu: number) => added(id, { s: 'unavailable', lc: lu });
    found.set(
      id,
      rows.map((row) => row.state ?? away(row.exact)),
    );
  }
  return found;
}

export async function heldHistory(
  call: Call,
  r: HistoryRequest,
): Promise<Map<string, RecordedRow[]>> {
  const found = new Map<string, RecordedRow[]>();
  for (let at = 0; at < r.entities.length; at += entitiesAtOnce) {
    const asked = r.entities.slice(at, at + entitiesAtOnce);
    const answer = await call(
      'history/history_during_period',
      {
        start_time: iso(r.from),
        ...(r.to === undefined ? {} : { end_time: iso(r.to) }),
        entity_ids: asked,
        significant_changes_only: false,
        minimal_response: false,
        no_attributes: false,
      },
      { timeoutMs: historyMs, ...(r.signal ? { signal: r.signal } : {}) },
    );
    if (!isPlain(answer)) throw invalid('history is not an object');
    for (const id of asked) {
      const rows = answer[id];
      if (rows === undefined) continue;
      try {
        found.set(id, historyRows(id, rows));
      } catch (error) {
        if (!r.onUnreadable || !isError(error, 'home.frame_invalid')) throw error;
        r.onUnreadable(id, error);
      }
    }
  }
  return found;
}

/** Rows give `lu` always and `lc` only where it differs: the reverse of the live form. */
function historyRows(id: string, rows: unknown): RecordedRow[] {
  if (!Array.isArray(rows)) throw invalid('history of an entity is not a list');
  const found: RecordedRow[] = [];
  let attributes: unknown = {};
  for (const row of rows) {
    if (!isPlain(row)) throw invalid('a row of history is not an object');
    attributes = row.a ?? attributes;
    const isRemoval = row.s === null;
    const s = isRemoval ? '' : row.s;
    const state = added(id, { s, a: attributes, lc: row.lc ?? row.lu, lu: row.lu });
    found.push({ exact: state.exact, state: isRemoval ? null : state });
  }
  return found.sort((a, b) => a.exact - b.exact);
}

export interface StatisticMeta {
  readonly id: string;
  readonly name: string | null;
  /** Unit of the rows when no `units` are asked for. */
  readonly unit: string | null;
  /** `volume`, `energy`, `power`, … */
  readonly unitClass: string | null;
  readonly hasSum: boolean;
  readonly meanType: 'none' | 'arithmetic' | 'circular';
  /** `recorder` for an entity of the home, else the integration that brought it. */
  readonly source: string;
}

/** What long-term statistics the home keeps. */
export async function listStatistics(call: Call): Promise<StatisticMeta[]> {
  const rows = await call('recorder/list_statistic_ids');
  if (!Array.isArray(rows)) throw invalid('the statistics are not a list');
  return rows.map((row) => {
    if (!isPlain(row) || typeof row.statistic_id !== 'string') {
      throw invalid('a statistic has no id');
    }
    const text = (key: string) => (typeof row[key] === 'string' ? row[key] : null);
    return {
      id: row.statistic_id,
      name: text('name'),
      unit: text('display_unit_of_measurement') ?? text('statistics_unit_of_measurement'),
      unitClass: text('unit_class'),
      hasSum: row.has_sum === true,
      meanType: meanTypes[Number(row.mean_type ?? (row.has_mean ? 1 : 0))] ?? 'none',
      source: text('source') ?? 'recorder',
    };
  });
}
const meanTypes = ['none', 'arithmetic', 'circular'] as const;

/**
 * Hours of long-term statistics, by statistic id, oldest first; ids without any are absent.
 * `units` fixes the unit of a class: `{ energy: 'kWh', volume: 'L' }`.
 */
export async function hourStatistics(
  call: Call,
  r: {
    ids: readonly string[];
    /** Epoch ms, both. */
    from: number;
    to: number;
    units?: Readonly<Record<string, string>>;
    signal?: AbortSignal;
  },
): Promise<Map<string, HourRow[]>> {
  const found = new Map<string, HourRow[]>();
  for (let at = 0; at < r.ids.length; at += entitiesAtOnce) {
    const asked = r.ids.slice(at, at + entitiesAtOnce);
    const answer = await call(
      'recorder/statistics_during_period',
      {
        start_time: iso(r.from),
        end_time: iso(r.to),
        statistic_ids: asked,
        period: 'hour',
        types: ['mean', 'min', 'max', 'change'],
        ...(r.units ? { units: r.units } : {}),
      },
      { timeoutMs: historyMs, ...(r.signal ? { signal: r.signal } : {}) },
    );
    if (!isPlain(answer)) throw invalid('statistics are not an object');
    for (const id of asked) {
      const rows = answer[id];
      if (Array.isArray(rows)) found.set(id, rows.map(hourRow));
    }
  }
  return found;
}

function hourRow(row: unknown): HourRow {
  if (!isPlain(row) || typeof row.start !== 'number') throw invalid('an hour has no start');
  const number = (value: Plain[string]) =>
    typeof value === 'number' && Number.isFinite(value) ? value : null;
  return {
    start: row.start,
    mean: number(row.mean),
    min: number(row.min),
    max: number(row.max),
    change: number(row.change),
  };
}
