/** The recorded past of a home, for trying things on: states from the recorder and the store, hours beyond. */

import { entitiesOf } from '@tomte/sdk/condition';
import { aboutsOf, type Finding, triggersOf, type WorkflowDefinition } from '@tomte/sdk/define';
import type { Change, EntityInfo, EntityState, HourRow } from '@tomte/sdk/home';
import { openStream } from '../anomaly/stream.ts';
import { entitiesOfTriggers } from '../engine/backtest/happenings.ts';
import type { RecordedPast } from '../engine/backtest/past.ts';
import { added } from '../home/apply.ts';
import { hourStatistics, listStatistics, stateHistory } from '../home/history.ts';
import { readReadings } from '../store/readings.ts';
import { listSeries } from '../store/series.ts';
import { type DetectorSettings, withSensors } from './detect/settings.ts';
import type { HomeLife } from './home-life.ts';
import { missingWords } from './missing-words.ts';
import type { PlaceParts } from './parts.ts';
import { toReading } from './readings.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** What detectors learn from lies before what they are tried on. */
const learnDays = 60;

/** A home whose past can be read: looked after, or linked just for this. */
export type PastLife = Pick<
  HomeLife,
  'home' | 'name' | 'zone' | 'link' | 'ended' | 'detectorState' | 'detectorSettings'
>;
export type PastParts = Pick<
  PlaceParts,
  'store' | 'clock' | 'detectors' | 'workflows' | 'triggers'
>;

export interface PastRequest {
  readonly parts: PastParts;
  readonly life: PastLife;
  readonly definition: WorkflowDefinition;
  readonly settings: Record<string, unknown>;
  readonly from: number;
  readonly to: number;
  /** Entities to read besides those the definition names. */
  readonly also: readonly string[];
  readonly signal: AbortSignal;
}

/** Reads what is there. Throws `home.call_*` and `link.lost` when the home does not answer. */
export async function recordedPast(o: PastRequest): Promise<RecordedPast> {
  const { parts, life, definition, settings, from, to, signal } = o;
  const { mirror, call } = life.link;
  const infos = mirror.infos();
  const detectors = new Map(
    [...parts.detectors].filter(([, d]) => aboutsOf(definition, settings).includes(d.about)),
  );
  const set = settingsFor(detectors, life, definition, settings);
  const picks = [...new Set([...detectors].flatMap(([name, d]) => d.picks(infos, set[name])))];
  const entities = [
    ...new Set([
      ...entitiesOfTriggers(triggersOf(definition, settings), infos),
      ...(definition.conditions?.(settings) ?? []).flatMap(entitiesOf),
      ...picks,
      ...o.also,
    ]),
  ].filter((id) => mirror.info(id) !== undefined);
  const days = dayReader({ ...o, entities });
  const first = await days.firstChange();
  const hours = picks.length === 0 ? new Map<string, HourRow[]>() : await hoursOf(o, picks, first);
  const found = findingsOf({
    detectors,
    set,
    infos,
    zone: life.zone,
    hours,
    from,
    until: first ?? to,
  });
  return {
    home: { id: life.home, name: life.name, zone: life.zone, ...placeOf(mirror.config) },
    ...{ from, to, infos, told: new Set(entities), initial: await days.initial() },
    changes: days.changes,
    findings: found.findings,
    stream:
      first === null || detectors.size === 0
        ? null
        : openStream({
            ...{ detectors, entities: infos, zone: life.zone },
            ...{ states: found.states, settings: set },
          }),
    history: async (entity, window) => {
      const rows = await stateHistory(call, { entities: [entity], ...window, signal });
      return (rows.get(entity) ?? []).map((s) => toReading(s, s.lastUpdated));
    },
    statistics: async (id, window) =>
      (
        await hourStatistics(call, { ids: [id], from: window.from, to: window.to ?? to, signal })
      ).get(id) ?? [],
    missing:
      entities.length === 0
        ? []
        : missingWords({ from, to, first, hoursFrom: earliest([...hours.values()]) }),
  };
}

/** As they are set in this home, with the sensors that the workflow on trial wants watched. */
function settingsFor(
  detectors: PlaceParts['detectors'],
  life: PastLife,
  definition: WorkflowDefinition,
  settings: Record<string, unknown>,
): DetectorSettings {
  const wanted = definition.watches?.(settings) ?? {};
  return Object.fromEntries(
    [...detectors].map(([name, detector]) => {
      const whole = life.detectorSettings()[name] ?? detector.settings.parse({});
      return [name, withSensors(whole, wanted[name] ?? [])];
    }),
  );
}

const placeOf = (config: { latitude: number | null; longitude: number | null } | null) => ({
  latitude: config?.latitude ?? null,
  longitude: config?.longitude ?? null,
});

async function hoursOf(
  { life, from, to, signal }: PastRequest,
  picks: readonly string[],
  first: number | null,
): Promise<Map<string, HourRow[]>> {
  const kept = new Set((await listStatistics(life.link.call)).map(({ id }) => id));
  const ids = picks.filter((id) => kept.has(id));
  if (ids.length === 0) return new Map();
  const begin = Math.floor((from - learnDays * dayMs) / hourMs) * hourMs;
  const end = Math.ceil((first ?? to) / hourMs) * hourMs;
  return hourStatistics(life.link.call, { ids, from: begin, to: end, signal });
}

/** What hours alone tell, and what the detectors had learned when the readings begin. No look ahead. */
function findingsOf(o: {
  detectors: PlaceParts['detectors'];
  set: DetectorSettings;
  infos: readonly EntityInfo[];
  zone: string;
  hours: ReadonlyMap<string, readonly HourRow[]>;
  from: number;
  until: number;
}): { findings: Finding[]; states: Record<string, unknown> } {
  const states: Record<string, unknown> = {};
  const findings: Finding[] = [];
  const past = { zone: o.zone, entities: o.infos, hours: o.hours };
  for (const [name, detector] of o.detectors) {
    const settings = o.set[name]!;
    states[name] = detector.learn(past, settings);
    findings.push(
      ...detector.look(past, settings).filter(({ at }) => at >= o.from && at <= o.until),
    );
  }
  return { findings: findings.sort((a, b) => a.at - b.at), states };
}

interface Days {
  initial(): Promise<EntityState[]>;
  /** When the first change within the window happened; null when none is recorded. */
  firstChange(): Promise<number | null>;
  changes(): AsyncIterable<readonly Change[]>;
}

/** Day by day, so that neither the recorder nor the memory is asked for everything at once. */
function dayReader(o: PastRequest & { entities: readonly string[] }): Days {
  const days: { from: number; to: number }[] = [];
  for (let t = o.from; t < o.to; t += dayMs) days.push({ from: t, to: Math.min(o.to, t + dayMs) });
  const read = new Map<number, Promise<EntityState[]>>();
  const dayOf = (day: { from: number; to: number }) => {
    const known = read.get(day.from) ?? statesOf(o, day);
    read.set(day.from, known);
    return known;
  };
  return {
    async initial() {
      const [day] = days;
      return day ? (await dayOf(day)).filter((s) => s.lastUpdated <= day.from) : [];
    },
    async firstChange() {
      for (const day of days) {
        const found = (await dayOf(day)).find((s) => s.lastUpdated > o.from);
        if (found) return found.lastUpdated;
      }
      return null;
    },
    async *changes() {
      const now = new Map<string, EntityState>();
      for (const day of days) {
        const states = await dayOf(day);
        // A second pass reads it anew: a year does not stay in memory.
        read.delete(day.from);
        yield changesOf(states, now, o.life.home);
      }
    },
  };
}

/** States between two times, all entities together, in time order; what began before stands at the beginning. */
async function statesOf(
  o: PastRequest & { entities: readonly string[] },
  day: { from: number; to: number },
): Promise<EntityState[]> {
  if (o.entities.length === 0) return [];
  const { call } = o.life.link;
  const recorded = await stateHistory(call, { entities: o.entities, ...day, signal: o.signal });
  const silent = o.entities.filter((id) => !recorded.has(id));
  const kept = await keptStates(o, silent, day);
  return [...[...recorded.values()].flat(), ...kept].sort((a, b) => a.lastUpdated - b.lastUpdated);
}

/** What the recorder no longer has, and Tomte kept as readings. */
async function keptStates(
  { parts, life }: PastRequest,
  entities: readonly string[],
  day: { from: number; to: number },
): Promise<EntityState[]> {
  const { db } = parts.store;
  const series = (await listSeries(db, life.home)).filter((one) =>
    entities.includes(one.entity_id),
  );
  const all = await Promise.all(
    series.map(async ({ id, entity_id, unit }) => {
      const rows: readonly { at: number; value: number | null; word: string | null }[] =
        await readReadings(db, { series: id, ...day });
      const a = unit === null ? {} : { unit_of_measurement: unit };
      return rows.map((row) =>
        added(entity_id, { s: String(row.value ?? row.word ?? 'unknown'), a, lc: row.at / 1000 }),
      );
    }),
  );
  return all.flat();
}

function changesOf(
  states: readonly EntityState[],
  now: Map<string, EntityState>,
  home: string,
): Change[] {
  const changes: Change[] = [];
  for (const to of states) {
    const from = now.get(to.entityId) ?? null;
    // The first of a day is what the day before ended with.
    if (from && from.state === to.state && from.lastChanged >= to.lastChanged) continue;
    now.set(to.entityId, to);
    changes.push({
      home,
      entityId: to.entityId,
      from,
      to,
      at: to.lastUpdated,
      late: false,
      generation: 0,
    });
  }
  return changes;
}

/** When the first of these hours began, epoch ms. */
function earliest(all: readonly (readonly HourRow[])[]): number | null {
  const starts = all.flatMap((rows) => rows[0]?.start ?? []);
  return starts.length === 0 ? null : Math.min(...starts);
}
