/** Proof of watching: what is watched and how small a thing is seen, what is not watched and why. */
import { aboutsOf } from '@tomte/sdk/define';
import type { EntityInfo } from '@tomte/sdk/home';
import type { Heartbeat, WatchedSensor, Watching } from '@tomte/sdk/types-detect';
import { count } from '@tomte/sdk/words';
import { isOutdoors } from '../../anomaly/people-sensors.ts';
import { settingsFor } from '../../engine/fire.ts';
import { isoOrNull } from '../../lib/clock.ts';
import { listWorkflowSettings } from '../../store/workflow-settings.ts';
import type { HomeLife } from '../home-life.ts';
import type { PlaceParts } from '../parts.ts';

const hourMs = 3_600_000;
const shownMax = 2_000;

type Parts = Pick<PlaceParts, 'store' | 'clock' | 'detectors' | 'workflows'>;

/** What tells of a home: kinds of findings that a workflow which is not off is about, with its title. */
export async function tellersOf(
  parts: Pick<PlaceParts, 'store' | 'workflows'>,
  home: string,
): Promise<Map<string, string[]>> {
  const tellers = new Map<string, string[]>();
  for (const row of await listWorkflowSettings(parts.store.db, home)) {
    const { workflow, mode } = row;
    const definition = parts.workflows.get(workflow);
    const settings = mode === 'off' || !definition ? null : await settingsFor(definition, row);
    if (!definition || settings === null) continue;
    for (const about of new Set(aboutsOf(definition, settings)))
      tellers.set(about, [...(tellers.get(about) ?? []), workflow]);
  }
  return tellers;
}

export async function watchingPage(
  parts: Parts,
  life: HomeLife,
  heartbeat: Heartbeat,
): Promise<Watching> {
  const tellers = await tellersOf(parts, life.home);
  const titles = await titlesOf(parts);
  const infos = life.link.mirror.infos();
  const now = parts.clock.now();
  const watched: WatchedSensor[] = [];
  const notWatched: Watching['notWatched'] = [];
  for (const [name, detector] of parts.detectors) {
    const settings = life.detectorSettings()[name]!;
    const ids = detector.subjects(infos, settings);
    const told = tellers.has(detector.about);
    const state = life.detectorState(name);
    const context = { settings, entities: infos, zone: life.zone, state };
    if (ids.length === 0) {
      const needs = detector.needs ?? 'a sensor that fits';
      notWatched.push({
        ...{ what: detector.title, entity: null, detector: name },
        why: `This home has no ${needs.replace(/^an? /, '')}.`,
      });
      continue;
    }
    if (!told)
      notWatched.push({
        what: detector.title,
        entity: null,
        detector: name,
        why: offWords(titles.get(detector.about)),
      });
    for (const id of ids) {
      const entity = life.link.mirror.info(id);
      if (!entity) continue;
      const smallest = detector.smallest?.(entity, context) ?? {
        text: 'what is far from usual',
        days: null,
      };
      watched.push({
        ...{
          entity: id,
          name: entity.name,
          area: entity.area,
          detector: name,
          about: detector.about,
        },
        ...{ smallest: smallest.text, days: smallest.days, told },
        lastReported: isoOrNull(lastReport(life, id)),
        blind: blindOf(life, id),
      });
    }
    notWatched.push(...leftOut({ name, chosen: ids, all: detector.subjects(infos), infos }));
  }
  notWatched.push(...outdoors(infos));
  const sensors = new Map(watched.map((one) => [one.entity, one]));
  const recent = [...sensors.values()].filter(
    ({ lastReported }) => lastReported !== null && now - Date.parse(lastReported) < hourMs,
  );
  return {
    home: life.home,
    asOf: isoOrNull(life.link.state.asOf),
    sentence: `${recent.length} of ${count(sensors.size, 'sensor')} reported in the last hour.`,
    watched: watched.slice(0, shownMax),
    notWatched: notWatched.slice(0, shownMax),
    heartbeat,
  };
}

function lastReport(life: HomeLife, id: string): number | null {
  const { mirror } = life.link;
  const at = Math.max(mirror.lastReported(id) ?? 0, mirror.entity(id)?.lastUpdated ?? 0);
  return at === 0 ? null : at;
}

function blindOf(life: HomeLife, id: string): string | null {
  if (life.link.state.kind !== 'live') return 'The home is not heard now';
  const state = life.link.mirror.entity(id)?.state;
  if (state === undefined) return 'It is gone from Home Assistant';
  return state === 'unavailable' || state === 'unknown' ? `It is ${state}` : null;
}

/** Titles of the workflows that would tell, by what they are about. */
async function titlesOf(parts: Parts): Promise<Map<string, string>> {
  const titles = new Map<string, string>();
  for (const workflow of parts.workflows.values()) {
    const settings = await settingsFor(workflow, undefined);
    if (settings === null) continue;
    for (const about of aboutsOf(workflow, settings))
      if (!titles.has(about)) titles.set(about, workflow.title);
  }
  return titles;
}

const offWords = (title: string | undefined): string =>
  title === undefined
    ? 'It is learned, and no workflow tells it.'
    : `It is learned, and nobody is told: “${title}” is off.`;

/** Sensors of the kind that a person left out by naming others. */
function leftOut(o: {
  name: string;
  chosen: readonly string[];
  all: readonly string[];
  infos: readonly EntityInfo[];
}): Watching['notWatched'] {
  return o.infos
    .filter(({ id }) => o.all.includes(id) && !o.chosen.includes(id))
    .map(({ id, name }) => ({ what: name, why: 'You left it out.', entity: id, detector: o.name }));
}

const outdoors = (infos: readonly EntityInfo[]): Watching['notWatched'] =>
  infos
    .filter(
      (e) =>
        e.domain === 'binary_sensor' &&
        ['motion', 'occupancy', 'presence'].includes(e.deviceClass ?? '') &&
        isOutdoors(e),
    )
    .map(({ id, name }) => ({
      ...{ what: name, entity: id, detector: 'motion' },
      why: 'It is outdoors: cats, rain and passers-by move there.',
    }));
