import type { ChartSpec } from '@tomte/sdk/chart';
import type { ChartInput, Finding } from '@tomte/sdk/define';
import type { EntityInfo, HourRow } from '@tomte/sdk/home';
import type { AlertPage } from '@tomte/sdk/types';
import { getTimes } from 'suncalc';
import { type GapRow, listGaps } from '../store/gaps.ts';
import { readHours } from '../store/hours.ts';
import { readingBefore, readLateTimes, readNumbers } from '../store/readings.ts';
import { listSeries } from '../store/series.ts';
import type { Db } from '../store/tables.ts';
import type { HomeLife } from './home-life.ts';
import type { PlaceParts } from './parts.ts';

const hourMs = 3_600_000;
const beforeMs = 5 * hourMs;

type Coordinates = { latitude: number | null; longitude: number | null } | null;

/** Time between sunset and sunrise within a window; empty where the home's place is not known. */
export function nights(
  place: Coordinates,
  from: number,
  to: number,
): { from: number; to: number }[] {
  if (place === null || place.latitude === null || place.longitude === null) return [];
  const out: { from: number; to: number }[] = [];
  for (let day = from - 24 * hourMs; day <= to + 24 * hourMs; day += 24 * hourMs) {
    const set = getTimes(new Date(day), place.latitude, place.longitude).sunset?.getTime();
    const rise = getTimes(
      new Date(day + 24 * hourMs),
      place.latitude,
      place.longitude,
    ).sunrise?.getTime();
    if (!Number.isFinite(set) || !Number.isFinite(rise)) continue;
    const night = { from: Math.max(from, set as number), to: Math.min(to, rise as number) };
    const last = out.at(-1);
    if (night.from < night.to && (last === undefined || night.from >= last.to)) out.push(night);
  }
  return out;
}

/** Picture of a finding of the past, from hours alone: the day around it. */
export function findingChart(
  parts: Pick<PlaceParts, 'detectors'>,
  o: {
    zone: string;
    finding: Finding;
    until: number | null;
    hours: readonly HourRow[];
    info: EntityInfo | undefined;
    place: Coordinates;
    state: unknown;
  },
): ChartSpec | null {
  const detector = parts.detectors.get(o.finding.detector);
  if (!detector || o.hours.length === 0) return null;
  const from = o.finding.since - 12 * hourMs;
  const to = (o.until ?? o.finding.at) + 12 * hourMs;
  const points = o.hours
    .filter((h) => h.start >= from && h.start <= to)
    .map((h) => [h.start, h.change ?? h.mean] as const);
  return detector.chart(o.finding, {
    zone: o.zone,
    from,
    to,
    now: null,
    points,
    hourly: true,
    unit: o.info?.unit ?? null,
    until: o.until,
    gaps: [],
    nights: nights(o.place, from, to),
    state: o.state,
  });
}

/** Picture of an alert, or of a watched entity on Today: readings where there are some, else hours. */
export async function alertChart(
  parts: PlaceParts,
  life: HomeLife | undefined,
  alert: Pick<AlertPage, 'home' | 'entities' | 'since' | 'resolvedAt' | 'facts' | 'title'> & {
    detector: string | null;
  },
): Promise<ChartSpec | null> {
  const detector = alert.detector ? parts.detectors.get(alert.detector) : undefined;
  const entity = alert.entities[0];
  if (!detector || !entity || !life || !alert.facts) return null;
  const since = Date.parse(alert.since);
  const over = alert.resolvedAt ? Date.parse(alert.resolvedAt) : null;
  const now = parts.clock.now();
  const to = over === null ? now : Math.min(now, over + hourMs);
  const from = Math.min(since, to) - beforeMs;
  const input = await seriesInput(parts, life, { home: alert.home, entity, from, to });
  if (!input) return null;
  return detector.chart(
    { entities: alert.entities, since, facts: alert.facts, title: alert.title },
    {
      ...input,
      now: over === null ? now : null,
      until: over,
      state: life.detectorState(alert.detector as string),
    },
  );
}

async function seriesInput(
  parts: PlaceParts,
  life: HomeLife,
  o: { home: string; entity: string; from: number; to: number },
): Promise<Omit<ChartInput, 'now' | 'until' | 'state'> | null> {
  await life.flush();
  const known = await knownOf(parts.store.db, o);
  return (
    known && {
      ...known,
      zone: life.zone,
      from: o.from,
      to: o.to,
      unit: life.link.mirror.info(o.entity)?.unit ?? null,
      nights: nights(life.link.mirror.config, o.from, o.to),
    }
  );
}

/** What is kept of one entity over a window: readings where there are some, else hours; else null. */
export async function knownOf(
  db: Db,
  o: { home: string; entity: string; from: number; to: number },
): Promise<Pick<ChartInput, 'points' | 'hourly' | 'gaps' | 'late'> | null> {
  const series = (await listSeries(db, o.home)).find((s) => s.entity_id === o.entity)?.id;
  if (series === undefined) return null;
  const rows = await listGaps(db, o);
  const gaps = gapsOf(rows, o.entity);
  const span = { series, from: o.from, to: o.to };
  const readings = await readNumbers(db, span);
  // No reading means unchanged: what held before the window holds at its left edge.
  const before = await readingBefore(db, { series, at: o.from });
  if (before) readings.unshift([o.from, before.value]);
  // Words such as on and off are no line: a picture without a number would be an empty frame.
  if (readings.some(([, value]) => value !== null)) {
    const late = rows.length > 0 ? await readLateTimes(db, span) : [];
    return { gaps, late, hourly: false, points: readings };
  }
  const hours = await readHours(db, span);
  if (hours.length === 0) return null;
  return { gaps, hourly: true, points: hours.map((h) => [h.start, h.change ?? h.mean] as const) };
}

/** A gap hides an entity only where its changes could not be rebuilt. */
const gapsOf = (rows: readonly GapRow[], entity: string): ChartInput['gaps'] =>
  rows
    .filter((row) => row.unknown_entities.includes(entity))
    .map((row) => ({ from: row.began_at, to: row.ended_at, reason: 'Link lost' }));

/** Today's picture: water where there is some, else the first watched entity, over the last day against what is usual. */
export async function watchedChart(parts: PlaceParts, life: HomeLife): Promise<ChartSpec | null> {
  const infos = life.link.mirror.infos();
  const watching = [...parts.detectors].filter(([, d]) => d.subjects(infos).length > 0);
  const chosen = watching.find(([, d]) => d.about === 'water') ?? watching[0];
  const entity = chosen?.[1].subjects(infos)[0];
  if (!entity || !chosen) return null;
  const [name, detector] = chosen;
  const now = parts.clock.now();
  const input = await seriesInput(parts, life, {
    home: life.home,
    entity,
    from: now - 24 * hourMs,
    to: now,
  });
  if (!input) return null;
  const quiet = {
    is: '',
    usually: '',
    since: '',
    around: [],
    probably: null,
    check: null,
    numbers: {},
  };
  return detector.chart(
    { entities: [entity], since: now, facts: quiet, title: '' },
    { ...input, now, until: now, state: life.detectorState(name) },
  );
}
