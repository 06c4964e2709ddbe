import type { Command, CommandCall } from '../commands.ts';
import { historyRows, queryHistory } from '../recorder.ts';
import {
  bucketRows,
  gather,
  type StatisticKind,
  type StatisticRow,
  unitClassOf,
  unitFactor,
} from '../statistics.ts';
import { invalidFormat, WireError } from '../wire-error.ts';
import type { World } from '../world.ts';

const hourMs = 3_600_000;
const types = ['change', 'last_reset', 'max', 'mean', 'min', 'state', 'sum'] as const;

function timeOf(value: unknown, name: string): number {
  const t = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(t)) throw new WireError(`invalid_${name}`, `Invalid ${name}`);
  return t;
}

function duringPeriod({ world, message }: CommandCall): object {
  const from = timeOf(message.start_time, 'start_time');
  const now = world.clock.now();
  const to = message.end_time === undefined ? now : timeOf(message.end_time, 'end_time');
  if (from > now) return {};
  if (!Array.isArray(message.entity_ids)) throw invalidFormat("expected list at 'entity_ids'");
  const flag = (name: string, usual: boolean) =>
    message[name] === undefined ? usual : message[name] === true;
  const noAttributes = flag('no_attributes', false);
  const found = queryHistory(world.recorder, {
    entityIds: message.entity_ids.map(String),
    from,
    to,
    withStart: flag('include_start_time_state', true),
    significantOnly: flag('significant_changes_only', true),
    noAttributes,
  });
  const minimal = flag('minimal_response', false);
  return Object.fromEntries(
    [...found].map(([id, rows]) => [id, historyRows(rows, { minimal, noAttributes })]),
  );
}

interface Statistic {
  readonly id: string;
  readonly kind: StatisticKind;
  readonly unit: string | null;
}

/** Every recorded entity that has a state class. */
function statistics(world: World): Statistic[] {
  const out: Statistic[] = [];
  for (const { entityId, attributes } of world.states.all()) {
    const stateClass = attributes.state_class;
    if (typeof stateClass !== 'string' || world.recorder.isExcluded(entityId)) continue;
    const unit =
      typeof attributes.unit_of_measurement === 'string' ? attributes.unit_of_measurement : null;
    out.push({ id: entityId, kind: stateClass === 'measurement' ? 'mean' : 'sum', unit });
  }
  return out;
}

const described = ({ id, kind, unit }: Statistic): object => ({
  statistic_id: id,
  display_unit_of_measurement: unit,
  has_mean: kind === 'mean',
  mean_type: kind === 'mean' ? 1 : 0,
  has_sum: kind === 'sum',
  name: null,
  source: 'recorder',
  statistics_unit_of_measurement: unit,
  unit_class: unitClassOf(unit),
});

function statisticsDuring({ world, message }: CommandCall): object {
  const from = timeOf(message.start_time, 'start_time');
  const end =
    message.end_time === undefined ? world.clock.now() : timeOf(message.end_time, 'end_time');
  const period = String(message.period);
  const stepMs = period === '5minute' ? 300_000 : hourMs;
  const wanted = new Set((message.statistic_ids as unknown[]).map(String));
  const units = (message.units ?? {}) as Record<string, string>;
  const fields: readonly string[] = Array.isArray(message.types)
    ? (message.types as string[])
    : types;
  const out: Record<string, object[]> = {};
  for (const s of statistics(world)) {
    if (!wanted.has(s.id)) continue;
    // Bigger periods are cut in the home's zone, so they begin before the moment asked for.
    const begin = stepMs === hourMs && period !== 'hour' ? gatherFrom(from, period) : from;
    const fine = rowsOf(world, s, { from: begin, to: end, stepMs });
    const rows =
      period === 'hour' || period === '5minute' ? fine : gather(fine, period, world.options.zone);
    const factor = unitFactor(s.unit, units);
    const kept = rows.filter((row) => row.end > from && row.start < end);
    if (kept.length > 0) out[s.id] = kept.map((row) => wireRow(row, { fields, factor }));
  }
  return out;
}

const longestMs: Record<string, number> = { day: 26, week: 8 * 24, month: 32 * 24, year: 367 * 24 };
const gatherFrom = (from: number, period: string): number =>
  from - (longestMs[period] ?? 0) * hourMs;

/** Finished buckets only: the running hour has no hourly row yet. */
function rowsOf(
  world: World,
  s: Statistic,
  o: { from: number; to: number; stepMs: number },
): StatisticRow[] {
  const floor = (t: number) => Math.floor(t / o.stepMs) * o.stepMs;
  const oldest = floor(world.recorder.openedAt - world.options.days * 24 * hourMs) + o.stepMs;
  const now = floor(world.clock.now());
  const rows =
    o.stepMs === hourMs
      ? allHours(world, s, { oldest, now })
      : fineRows(world, s, { ...o, oldest, now });
  return rows.filter((row) => row.start >= floor(o.from) && row.start < o.to);
}

type Span = { oldest: number; now: number };

/** Sums count from the beginning, so that rows of two questions agree; kept until an hour is over. */
function allHours(world: World, s: Statistic, { oldest, now }: Span): StatisticRow[] {
  const key = `${now} ${world.recorder.rewrites} ${world.house.faults.length}`;
  const known = world.hours.get(s.id);
  if (known?.key === key) return known.rows;
  const rows = bucketRows(world.recorder.rows(s.id, oldest, now), {
    from: oldest,
    to: now,
    stepMs: hourMs,
    kind: s.kind,
  });
  world.hours.set(s.id, { key, rows });
  return rows;
}

/** Five-minute rows are asked for near now; their sums go on from the hours before. */
function fineRows(
  world: World,
  s: Statistic,
  o: Span & { from: number; to: number; stepMs: number },
): StatisticRow[] {
  const from = Math.max(o.oldest, Math.floor(o.from / hourMs) * hourMs);
  const to = Math.min(Math.ceil(o.to / o.stepMs) * o.stepMs, o.now);
  if (from >= to) return [];
  const before = allHours(world, s, {
    oldest: o.oldest,
    now: Math.floor(world.clock.now() / hourMs) * hourMs,
  });
  const sum = before.findLast((row) => row.end <= from)?.sum ?? 0;
  const rows = bucketRows(world.recorder.rows(s.id, from, to), {
    from,
    to,
    stepMs: o.stepMs,
    kind: s.kind,
  });
  return rows.map((row) => ({ ...row, sum: row.sum === null ? null : row.sum + sum }));
}

function wireRow(
  row: StatisticRow,
  { fields, factor }: { fields: readonly string[]; factor: number },
): object {
  const out: Record<string, number | null> = { start: row.start, end: row.end };
  for (const field of types) {
    if (!fields.includes(field)) continue;
    const value = field === 'last_reset' ? null : row[field];
    out[field] = value === null ? null : value * factor;
  }
  return out;
}

const info = ({ recorder }: World) => ({
  backlog: 0,
  db_in_default_location: true,
  max_backlog: 65_000,
  migration_in_progress: false,
  migration_is_live: false,
  recording: recorder.isRecording,
  thread_running: recorder.isRecording,
});

export const recorderCommands: Record<string, Command> = {
  'history/history_during_period': {
    required: ['start_time', 'entity_ids'],
    optional: [
      'end_time',
      'include_start_time_state',
      'significant_changes_only',
      'minimal_response',
      'no_attributes',
    ],
    run: duringPeriod,
  },
  'recorder/info': {
    run({ world, connection, id }) {
      const { answersAfterMs } = world.recorder;
      if (answersAfterMs === 0) return info(world);
      world.later(answersAfterMs, () =>
        connection.send({ id, type: 'result', success: true, result: info(world) }),
      );
      return undefined;
    },
  },
  'recorder/list_statistic_ids': {
    optional: ['statistic_type'],
    run: ({ world, message }) =>
      statistics(world)
        .filter((s) => message.statistic_type === undefined || s.kind === message.statistic_type)
        .map(described),
  },
  'recorder/get_statistics_metadata': {
    optional: ['statistic_ids'],
    run: ({ world, message }) =>
      statistics(world)
        .filter(
          (s) => !Array.isArray(message.statistic_ids) || message.statistic_ids.includes(s.id),
        )
        .map(described),
  },
  'recorder/statistics_during_period': {
    required: ['start_time', 'statistic_ids', 'period'],
    optional: ['end_time', 'units', 'types'],
    run: statisticsDuring,
  },
};
