/** Detectors over what the store keeps of a home's past: for previews, and for detectors that are new to a home. */
import type { DetectorDefinition, Finding } from '@tomte/sdk/define';
import type { EntityInfo, HourRow, Reading } from '@tomte/sdk/home';
import { breather } from '../../lib/breathe.ts';
import { readManyHours } from '../../store/hours.ts';
import { readManyReadings } from '../../store/readings.ts';
import { listSeries } from '../../store/series.ts';
import type { Db } from '../../store/tables.ts';

const minuteMs = 60_000;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** More than this would take seconds: the newest count. */
const readingsMax = 250_000;
const tickMs = 5 * minuteMs;

/** What is kept of some entities between two times, epoch ms. */
export interface KeptPast {
  readonly zone: string;
  readonly entities: readonly EntityInfo[];
  readonly hours: ReadonlyMap<string, readonly HourRow[]>;
  /** In time order. */
  readonly readings: readonly Reading[];
  /** When the first reading was; null where there are only hours. */
  readonly first: number | null;
  readonly from: number;
  readonly to: number;
}

/** Hours from as long before `from` as they are kept, so that what was usual then is known. */
export async function keptPast(
  db: Db,
  o: {
    home: string;
    zone: string;
    entities: readonly EntityInfo[];
    picks: readonly string[];
    from: number;
    to: number;
  },
): Promise<KeptPast> {
  const wanted = new Set(o.picks);
  const series = (await listSeries(db, o.home)).filter((one) => wanted.has(one.entity_id));
  const names = new Map(series.map(({ id, entity_id: entity }) => [id, entity]));
  const ids = [...names.keys()];
  const { from, to } = o;
  const hours = await readManyHours(db, { series: ids, from: from - 60 * dayMs, to });
  const rows = await readManyReadings(db, { series: ids, from, to, limit: readingsMax });
  return {
    ...{ zone: o.zone, entities: o.entities, from, to },
    hours: new Map([...hours].map(([id, list]) => [names.get(id)!, list])),
    readings: rows.map(({ series: id, at, value, word }) => ({
      ...{ t: at, id: names.get(id)! },
      v: value ?? word ?? 'unknown',
    })),
    first: rows[0]?.at ?? null,
  };
}

/**
 * What one detector finds in it with these settings; and what it knows at the end. Single readings are judged
 * without a look ahead; hours that no readings cover, by what all of them are like.
 */
export async function replay(
  detector: DetectorDefinition,
  past: KeptPast,
  settings: Record<string, unknown>,
): Promise<{ findings: Finding[]; state: unknown }> {
  const { zone, entities, readings, from, to } = past;
  const begin = past.first ?? to;
  const before = new Map(
    [...past.hours].map(([id, rows]) => [id, rows.filter(({ start }) => start + hourMs <= begin)]),
  );
  const state = detector.learn({ zone, entities, hours: before }, settings);
  const findings = detector
    .look({ zone, entities, hours: past.hours }, settings)
    .filter((one) => one.at >= from && one.at <= to && (one.at <= begin || !isHeard(past, one)));
  if (readings.length === 0) return { findings, state };
  const watch = detector.watch({ settings, entities, zone, state });
  let clock = begin;
  const breathe = breather();
  for (const reading of readings) {
    await breathe();
    for (clock += tickMs; clock < reading.t; clock += tickMs) findings.push(...watch.tick(clock));
    clock = reading.t;
    findings.push(...watch.read(reading));
  }
  for (clock += tickMs; clock < to; clock += tickMs) findings.push(...watch.tick(clock));
  return { findings, state: watch.save() };
}

/** Whether single readings of the sensor at fault cover that time: then they are the judges, and not the hours. */
function isHeard({ readings }: KeptPast, { entities, since, at }: Finding): boolean {
  let heard = 0;
  for (const { id, t } of readings) if (t >= since && t <= at && id === entities[0]) heard += 1;
  return heard >= 2;
}

/** One thing that was found, from its first word to its last. */
export interface Story {
  readonly episode: string;
  readonly raised: Finding;
  /** The newest that was told while it lasted. */
  readonly told: Finding;
  readonly cleared: Finding | null;
}

/** Findings by episode, in the order they were raised. */
export function storiesOf(findings: readonly Finding[]): Story[] {
  const stories = new Map<string, { -readonly [K in keyof Story]: Story[K] }>();
  for (const finding of findings) {
    const { episode } = finding;
    const known = stories.get(episode);
    if (!known) {
      if (finding.kind !== 'cleared')
        stories.set(episode, { episode, raised: finding, told: finding, cleared: null });
    } else if (finding.kind === 'cleared') known.cleared = finding;
    else known.told = finding;
  }
  return [...stories.values()];
}
