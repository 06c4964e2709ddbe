import type { Finding } from '@tomte/sdk/define';
import type { EntityInfo, EntityState, HourRow, Reading } from '@tomte/sdk/home';
import type { FirstLook } from '@tomte/sdk/types';
import { hourStatistics, listStatistics, stateHistory } from '../home/history.ts';
import type { Link } from '../home/link.ts';
import { breather } from '../lib/breathe.ts';
import { iso } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { readDetectorState } from '../store/detector-states.ts';
import { readFirstLook, saveFirstLook } from '../store/first-looks.ts';
import type { HomeRow } from '../store/homes.ts';
import { keepHours } from '../store/hours.ts';
import { keepReadings } from '../store/readings.ts';
import { seriesOf } from '../store/series.ts';
import { keptPast, replay } from './detect/replay.ts';
import type { DetectorSettings } from './detect/settings.ts';
import { composeFirstLook } from './first-look.ts';
import type { PlaceParts } from './parts.ts';
import { keptEntities, toReading } from './readings.ts';
import { toRow } from './readings-writer.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const pastDays = 60;
/** The recorder keeps ten days by default; detectors need the last day to know what goes on right now. */
const recentMs = 10 * dayMs;
const chunkDays = 10;

export interface Learned {
  readonly picks: string[];
  readonly states: Readonly<Record<string, unknown>>;
  /** Recent readings of watched entities, to be read by the detectors in time order; empty after a restart. */
  readonly recent: Reading[];
  look(): FirstLook;
}

export interface LearnOptions {
  readonly parts: PlaceParts;
  readonly settings: DetectorSettings;
  readonly row: HomeRow;
  readonly link: Link;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** Reads a home's past once, right after it was linked; on a later start only what was kept is loaded. */
export async function learnHome(o: LearnOptions): Promise<Learned> {
  const { parts, row, link } = o;
  const infos = link.mirror.infos();
  const picks = picksOf(parts, infos, o.settings);
  const known: Record<string, unknown> = {};
  for (const detector of parts.detectors.keys()) {
    const kept = await readDetectorState(parts.store.db, { home: row.id, detector });
    if (kept) known[detector] = kept.state;
  }
  const lookKept = await readFirstLook(parts.store.db, row.id);
  if (Object.keys(known).length > 0 && lookKept?.state === 'done') {
    const states = { ...(await learnedSince(o, known)), ...known };
    return { picks, states, recent: [], look: () => lookKept };
  }
  return firstReading(o, picks);
}

/** Detectors that came after this home was linked learn from what is kept of it. */
async function learnedSince(
  o: LearnOptions,
  known: Readonly<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  const { parts, row, link, log } = o;
  const entities = link.mirror.infos();
  const to = row.position || parts.clock.now();
  const states: Record<string, unknown> = {};
  for (const [name, detector] of parts.detectors) {
    const settings = o.settings[name]!;
    const picks = detector.picks(entities, settings);
    if (Object.hasOwn(known, name) || picks.length === 0) continue;
    const span = { from: to - pastDays * dayMs, to };
    const home = { home: row.id, zone: row.time_zone };
    const past = await keptPast(parts.store.db, { ...home, entities, picks, ...span });
    states[name] = (await replay(detector, past, settings)).state;
    log.info({ detector: name, readings: past.readings.length }, 'a new detector learned the past');
  }
  return states;
}

/** What the detectors would watch among these. */
export const picksOf = (
  parts: Pick<PlaceParts, 'detectors'>,
  infos: readonly EntityInfo[],
  settings: DetectorSettings,
): string[] => [
  ...new Set([...parts.detectors].flatMap(([name, d]) => d.picks(infos, settings[name]))),
];

/** What they look after. */
export const subjectsOf = (
  parts: Pick<PlaceParts, 'detectors'>,
  infos: readonly EntityInfo[],
  settings: DetectorSettings,
): string[] => [
  ...new Set([...parts.detectors].flatMap(([name, d]) => d.subjects(infos, settings[name]))),
];

async function firstReading(o: LearnOptions, picks: string[]): Promise<Learned> {
  const { parts, row, link, signal, log } = o;
  const { clock } = parts;
  const startedAt = clock.now();
  let look = running(row.id, startedAt, 0);
  const progress = (done: number, what: string) => {
    look = { ...look, progress: { done, of: pastDays, what } };
    parts.publish({ type: 'firstLook', home: row.id, progress: look.progress, state: 'running' });
  };

  const infos = link.mirror.infos();
  const kept = keptEntities(infos, picks);
  const metas = (await listStatistics(link.call)).filter((m) => kept.has(m.id));
  const hours = new Map<string, HourRow[]>();
  const now = clock.now();
  // On the hour, so that no hour falls in two of the parts.
  const to = Math.ceil(now / hourMs) * hourMs;
  for (let day = pastDays; day > 0; day -= chunkDays) {
    const part = await hourStatistics(link.call, {
      ids: metas.map((m) => m.id),
      from: to - day * dayMs,
      to: to - (day - chunkDays) * dayMs,
      signal,
    });
    for (const [id, rows] of part) hours.set(id, [...(hours.get(id) ?? []), ...rows]);
    progress(pastDays - day + chunkDays, `Reading ${pastDays} days`);
  }
  const states = await stateHistory(link.call, {
    entities: [...kept],
    from: now - recentMs,
    to: now,
    signal,
  });
  await keep(o, hours, states);

  const past = { zone: row.time_zone, entities: infos, hours };
  const learnedStates: Record<string, unknown> = {};
  const found: Finding[] = [];
  const breathe = breather();
  for (const [name, detector] of parts.detectors) {
    const settings = o.settings[name]!;
    learnedStates[name] = detector.learn(past, settings);
    await breathe();
    found.push(...detector.look(past, settings));
    await breathe();
  }
  look = await composeFirstLook({
    parts,
    row,
    link,
    hours,
    found,
    startedAt,
    picks,
    learnedStates,
  });
  await saveFirstLook(parts.store.db, look);
  parts.publish({ type: 'firstLook', home: row.id, progress: look.progress, state: look.state });
  log.info(
    { ms: clock.now() - startedAt, series: hours.size, watched: picks.length },
    'first look done',
  );
  return { picks, states: learnedStates, recent: recentReadings(picks, states), look: () => look };
}

const running = (home: string, at: number, done: number): FirstLook => ({
  home,
  state: 'running',
  progress: { done, of: pastDays, what: `Reading ${pastDays} days` },
  startedAt: iso(at),
  finishedAt: null,
  days: 0,
  have: [],
  unusual: [],
  broken: [],
  couldSwitchOn: [],
  error: null,
});

async function keep(
  o: LearnOptions,
  hours: ReadonlyMap<string, readonly HourRow[]>,
  states: ReadonlyMap<string, readonly EntityState[]>,
): Promise<void> {
  const { db } = o.parts.store;
  const { mirror } = o.link;
  const entities = [...new Set([...hours.keys(), ...states.keys()])];
  const ids = await seriesOf(
    db,
    o.row.id,
    entities.map((id) => ({ id, unit: mirror.info(id)?.unit ?? null })),
  );
  for (const [id, rows] of hours) if (ids.has(id)) await keepHours(db, ids.get(id)!, rows);
  for (const [id, list] of states) {
    if (!ids.has(id)) continue;
    await keepReadings(
      db,
      list.map((s) => toRow(toReading(s, s.lastUpdated), ids.get(id)!)),
    );
  }
}

function recentReadings(
  picks: readonly string[],
  states: ReadonlyMap<string, readonly EntityState[]>,
): Reading[] {
  const all = picks.flatMap((id) => (states.get(id) ?? []).map((s) => toReading(s, s.lastUpdated)));
  return all.sort((a, b) => a.t - b.t);
}
