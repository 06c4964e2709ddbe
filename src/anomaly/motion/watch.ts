import type { DetectorContext, Watch } from '@tomte/sdk/define';
import type { EntityInfo } from '@tomte/sdk/home';
import { count } from '@tomte/sdk/words';
import { z } from 'zod';
import { type Around, aroundSensors, atHome, awaySince } from '../around.ts';
import { nameOf } from '../fit.ts';
import { localHours, minuteMs } from '../local-hour.ts';
import { peopleSensors } from '../people-sensors.ts';
import { chosenSensors, sooner } from '../sooner.ts';
import { partOf, watchParts } from '../watch-parts.ts';
import { hearMotion, type MotionPart, marksMin, newMotion } from './part.ts';
import { passMotion } from './pass.ts';
import { motionRules } from './rules.ts';
import { beginVisit } from './visit.ts';
import { type ToldMotion, wordMotion, wordMotionOver } from './words.ts';

export const motionSettings = z.strictObject({ sooner, sensors: chosenSensors });
type MotionSettings = z.output<typeof motionSettings>;

export function motionSensors(
  entities: readonly EntityInfo[],
  chosen: readonly string[] = [],
): string[] {
  const { motion } = peopleSensors(entities);
  return chosen.length === 0 ? motion : motion.filter((id) => chosen.includes(id));
}
export const robots = (entities: readonly EntityInfo[]): EntityInfo[] =>
  entities.filter((e) => e.domain === 'vacuum' || e.domain === 'lawn_mower');

const whole = 'home';
const stillMs = 30 * minuteMs;

/** Watches for motion with nobody home, and at hours the home never moves. */
export function watchMotion(context: DetectorContext<MotionSettings>): Watch {
  const { settings, entities, zone } = context;
  const motion = motionSensors(entities, settings.sensors);
  const infos = new Map(entities.map((e) => [e.id, e]));
  const local = localHours(zone);
  const around = aroundSensors(entities.filter((e) => e.domain !== 'sensor'));
  const rules = motionRules({ sooner: settings.sooner, local });
  const feeds = new Map([...motion, ...robots(entities).map((e) => e.id)].map((id) => [id, whole]));
  // The part's clock is moved before it is judged, and it needs to know who is home.
  let away: number | null = null;

  return watchParts<MotionPart>({
    ids: motion.length === 0 ? [] : [whole],
    feeds: motion.length === 0 ? new Map() : feeds,
    around,
    state: context.state,
    fresh: newMotion,
    rules: () => ({
      detector: 'motion',
      pass() {},
      hear: (part, { id, v }) => hearMotion(part, id, v),
      suspect(part, at, now, frozen) {
        away = awaySince(now.people);
        passMotion(part, at, { away, frozen, local, busyMarks: rules.busyMarks(part) });
        return rules.suspect(part, at, away);
      },
      isOver(part, { episode, at }) {
        const last = Math.max(0, ...Object.values(part.rooms).map((room) => room.last));
        return at - last >= stillMs || (episode.rule === 'away' && away === null);
      },
      begin: beginVisit,
      entities: (part, episode) =>
        placesOf(part, episode.since, infos).map(({ entity }) => entity.id),
      tell(part, { kind, episode, at, around: now }) {
        const told = toldOf(part, {
          rule: episode.rule,
          since: episode.since,
          at,
          zone,
          infos,
          now,
        });
        const named = { ...told, home: atHome(now, around) };
        return {
          ...(kind === 'cleared' ? wordMotionOver(named) : wordMotion(named)),
          probability: 0.8,
        };
      },
    }),
  });
}

/** The smallest thing it tells of a motion sensor. */
export function smallestOfMotion(
  _: EntityInfo,
  { state }: Pick<DetectorContext<MotionSettings>, 'state'>,
): { text: string; days: number } {
  const days = partOf<MotionPart>(state, whole)?.usual.days ?? 0;
  return { text: `motion in ${count(marksMin, 'minute')} with nobody home`, days };
}

/** Sensors that moved since then, the first first; the newest where none did. */
function placesOf(
  part: MotionPart,
  since: number,
  infos: ReadonlyMap<string, EntityInfo>,
): { entity: EntityInfo; first: number }[] {
  const all = Object.entries(part.rooms).flatMap(([id, room]) => {
    const entity = infos.get(id);
    return entity ? [{ entity, first: Math.max(room.first, since), last: room.last }] : [];
  });
  const since30 = all.filter((one) => one.last >= since - minuteMs);
  const shown = since30.length > 0 ? since30 : all.sort((a, b) => b.last - a.last).slice(0, 1);
  return shown.sort((a, b) => a.first - b.first);
}

function toldOf(
  part: MotionPart,
  o: {
    rule: string;
    since: number;
    at: number;
    zone: string;
    infos: ReadonlyMap<string, EntityInfo>;
    now: Around;
  },
): Omit<ToldMotion, 'home'> {
  const rooms = placesOf(part, o.since, o.infos);
  const docked = Object.entries(part.robots).find(([, v]) => v === 'docked' || v === 'idle');
  const robot = docked ? o.infos.get(docked[0]) : undefined;
  return {
    rule: o.rule,
    rooms,
    since: o.since,
    now: o.at,
    zone: o.zone,
    marks: rooms.reduce((sum, { entity }) => sum + (part.rooms[entity.id]?.marks ?? 0), 0),
    awaySince: awaySince(o.now.people),
    days: part.usual.days,
    robot: robot ? `${nameOf(robot)} is docked.` : null,
  };
}
