/** The past of entities in a few numbers each: from hours where they are kept, else from single states. */
import { TomteError } from '@tomte/sdk/errors';
import type { EntityInfo, EntityState, HourRow } from '@tomte/sdk/home';
import type { Tomte } from '@tomte/sdk/operations';
import type { HistorySummary } from '@tomte/sdk/types-mcp';
import { hourStatistics, stateHistory } from '../../home/history.ts';
import { iso } from '../../lib/clock.ts';
import type { HomeLife } from '../home-life.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const entitiesMax = 10;
/** Single states of longer ago are too many to ask for at once. */
const statesMaxMs = 31 * dayMs;
const piecesMax = 14;
const statesShown = 8;

interface Stretch {
  /** Epoch ms, both. */
  readonly from: number;
  readonly to: number;
}

/** Throws `home.entity_unknown`, and what the home answers with. */
export async function summarise(
  life: Pick<HomeLife, 'link' | 'ended'>,
  input: Parameters<Tomte['summariseHistory']>[0],
  now: number,
): Promise<HistorySummary[]> {
  const ids = [...new Set(input.entities.split(',').map((id) => id.trim()))].filter((id) => id);
  const { mirror, call } = life.link;
  const unknown = ids.find((id) => mirror.info(id) === undefined);
  if (ids.length === 0 || ids.length > entitiesMax || unknown !== undefined) {
    const message =
      unknown === undefined
        ? `Name one to ${entitiesMax} entities`
        : `There is no entity ${unknown}`;
    throw new TomteError('home.entity_unknown', message);
  }
  const to = Math.min(now, input.to === undefined ? now : Date.parse(input.to));
  const from = to - Number(input.days ?? 1) * dayMs;
  const stretch = { from, to };
  const hours = await hourStatistics(call, { ids, ...stretch, signal: life.ended });
  const rest = ids.filter((id) => !hours.get(id)?.length);
  const states =
    rest.length === 0
      ? new Map<string, EntityState[]>()
      : await stateHistory(call, {
          ...{ entities: rest, to, from: Math.max(from, to - statesMaxMs), signal: life.ended },
        });
  return ids.map((id) => {
    const about = { info: mirror.info(id)!, now: mirror.entity(id)?.state ?? null };
    const rows = hours.get(id);
    return rows?.length
      ? ofHours(about, rows, stretch)
      : ofStates(about, states.get(id) ?? [], stretch);
  });
}

interface About {
  readonly info: EntityInfo;
  readonly now: string | null;
}

const blank = ({ info, now }: About): HistorySummary => ({
  ...{ entity: info.id, name: info.name, unit: info.unit, from: 'none', now },
  ...{ min: null, max: null, mean: null, growth: null, changes: null, states: [], pieces: [] },
});

/** Pure. */
export function ofHours(about: About, rows: readonly HourRow[], stretch: Stretch): HistorySummary {
  const numbers = (key: 'mean' | 'min' | 'max' | 'change', of: readonly HourRow[] = rows) =>
    of.flatMap((row) => row[key] ?? []);
  const isMeter = numbers('change').length > 0 && numbers('mean').length === 0;
  const worth = (of: readonly HourRow[]) =>
    isMeter ? sum(numbers('change', of)) : mean(numbers('mean', of));
  return {
    ...blank(about),
    from: 'hours',
    min: least(numbers('min')),
    max: most(numbers('max')),
    mean: isMeter ? null : round(mean(numbers('mean'))),
    growth: isMeter ? round(sum(numbers('change'))) : null,
    pieces: piecesOf(stretch).map((piece) => {
      const within = rows.filter(({ start }) => start >= piece.from && start < piece.to);
      return { from: iso(piece.from), value: within.length > 0 ? round(worth(within)) : null };
    }),
  };
}

/** Pure. A state holds until the next one. */
export function ofStates(
  about: About,
  states: readonly EntityState[],
  { from, to }: Stretch,
): HistorySummary {
  if (states.length === 0) return blank(about);
  const held = states.map((one, at) => ({
    state: one.state,
    ms: Math.max(
      0,
      Math.min(to, states[at + 1]?.lastUpdated ?? to) - Math.max(from, one.lastUpdated),
    ),
  }));
  const changes = states.filter((one, at) => at > 0 && one.state !== states[at - 1]!.state).length;
  const numbers = held.flatMap(({ state, ms }) =>
    state.trim() !== '' && Number.isFinite(Number(state)) ? [{ value: Number(state), ms }] : [],
  );
  const common = { ...blank(about), from: 'states' as const, changes };
  if (numbers.length > held.length / 2) {
    const time = sum(numbers.map(({ ms }) => ms));
    const values = numbers.map(({ value }) => value);
    return {
      ...common,
      ...{ min: least(values), max: most(values) },
      mean: time > 0 ? round(sum(numbers.map(({ value, ms }) => value * ms)) / time) : null,
    };
  }
  const byState = new Map<string, { ms: number; times: number }>();
  for (const { state, ms } of held) {
    const known = byState.get(state) ?? { ms: 0, times: 0 };
    byState.set(state, { ms: known.ms + ms, times: known.times + 1 });
  }
  const longest = [...byState].sort(([, a], [, b]) => b.ms - a.ms).slice(0, statesShown);
  return {
    ...common,
    states: longest.map(([state, { ms, times }]) => ({
      ...{ state, minutes: Math.round(ms / 60_000), times },
    })),
  };
}

/** Whole hours each, so that no hour lies in two. */
function piecesOf({ from, to }: Stretch): Stretch[] {
  const hours = Math.max(1, Math.ceil((to - from) / hourMs));
  const perPiece = Math.max(1, Math.ceil(hours / piecesMax)) * hourMs;
  const first = Math.floor(from / hourMs) * hourMs;
  const count = Math.ceil((to - first) / perPiece);
  return Array.from({ length: count }, (_, at) => ({
    from: first + at * perPiece,
    to: first + (at + 1) * perPiece,
  }));
}

const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0);
const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : sum(values) / values.length;
const least = (values: readonly number[]): number | null =>
  values.length === 0 ? null : round(Math.min(...values));
const most = (values: readonly number[]): number | null =>
  values.length === 0 ? null : round(Math.max(...values));

/** Three figures behind the point are more than any sensor means. */
export function round(value: number): number;
export function round(value: number | null): number | null;
export function round(value: number | null): number | null {
  return value === null ? null : Number(value.toFixed(3));
}
