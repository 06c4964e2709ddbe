import type { DetectorContext, Watch } from '@tomte/sdk/define';
import type { EntityInfo } from '@tomte/sdk/home';
import { clockTime, duration, moment } from '@tomte/sdk/words';
import { z } from 'zod';
import { type Around, type AroundSensors, aroundIds, aroundSensors, atHome } from '../around.ts';
import { isCold } from '../cold/sensors.ts';
import { fit, nameOf, titled, type Worded } from '../fit.ts';
import { minuteMs } from '../local-hour.ts';
import { isOutdoors, wordsOf } from '../people-sensors.ts';
import { chosenSensors } from '../sooner.ts';
import { celsiusOf, degrees, isDegrees, numberOf } from '../units.ts';
import { watchParts } from '../watch-parts.ts';

export const safetySettings = z.strictObject({
  frostDegrees: z
    .number()
    .min(-10)
    .max(15)
    .default(4)
    .describe('A room that was warm and falls below this is told, in °C'),
  sensors: chosenSensors,
});
type SafetySettings = z.output<typeof safetySettings>;

type SafetyKind = 'smoke' | 'carbon_monoxide' | 'gas' | 'moisture' | 'room';
interface SafetySensor {
  readonly entity: EntityInfo;
  readonly kind: SafetyKind;
}
/** One sensor; °C, epoch ms. Plain JSON. */
interface SafetyPart {
  readonly id: string;
  at: number;
  /** Since when it warns; null while all is well. */
  since: number | null;
  value: number | null;
  /** It has been warm: a cellar that is always cold is no news. */
  warmUntil: number | null;
}

const warnings = ['smoke', 'carbon_monoxide', 'gas', 'moisture'] as const;
const warmAbove = 8;
const warmMs = 21 * 24 * 60 * minuteMs;
const frostMs = 30 * minuteMs;
const notRooms =
  /cpu|chip|processor|disk|board|water|boiler|flow|heat ?pump|supply|return|floor|weather|forecast|dew|device temp|garage|shed|attic|loft|cellar|greenhouse/i;

export function safetySensors(
  entities: readonly EntityInfo[],
  chosen: readonly string[] = [],
): SafetySensor[] {
  return entities.flatMap((entity): SafetySensor[] => {
    if (chosen.length > 0 && !chosen.includes(entity.id)) return [];
    const kind = warnings.find((one) => one === entity.deviceClass);
    if (entity.domain === 'binary_sensor' && kind) return [{ entity, kind }];
    return isRoom(entity) ? [{ entity, kind: 'room' }] : [];
  });
}

const isRoom = (e: EntityInfo): boolean =>
  e.domain === 'sensor' &&
  e.deviceClass === 'temperature' &&
  isDegrees(e.unit) &&
  !isCold(e) &&
  !isOutdoors(e) &&
  !notRooms.test(wordsOf(e));

const who = (entities: readonly EntityInfo[]): AroundSensors =>
  aroundSensors(entities.filter((e) => e.domain === 'person' || e.domain === 'device_tracker'));

export function safetyPicks(
  entities: readonly EntityInfo[],
  chosen: readonly string[] = [],
): string[] {
  const sensors = safetySensors(entities, chosen).map(({ entity }) => entity.id);
  return sensors.length === 0 ? [] : [...sensors, ...aroundIds(who(entities))];
}

/** Smoke, gas and water on the floor at once and whatever is usual; frost in rooms that were warm. */
export function watchSafety(context: DetectorContext<SafetySettings>): Watch {
  const { settings, entities, zone } = context;
  const sensors = new Map(safetySensors(entities, settings.sensors).map((s) => [s.entity.id, s]));
  const around = who(entities);
  return watchParts<SafetyPart>({
    ids: [...sensors.keys()],
    around,
    state: context.state,
    fresh: (id) => ({ id, at: 0, since: null, value: null, warmUntil: null }),
    rules: () => ({
      detector: 'safety',
      pass(part, to) {
        part.at = to;
      },
      hear: (part, { v }) => hear(part, v, sensors.get(part.id)!, settings),
      suspect(part, at) {
        if (part.since === null) return null;
        const { kind } = sensors.get(part.id)!;
        if (kind !== 'room') return { rule: kind, since: part.since, size: 1, severity: 'now' };
        if (at - part.since < frostMs) return null;
        const severity = part.value !== null && part.value < 2 ? 'now' : 'today';
        return { rule: 'frost', since: part.since, size: 1, severity };
      },
      isOver: (part) => part.since === null,
      tell(part, { kind, episode, at, around: now }) {
        const sensor = sensors.get(part.id)!;
        const told = {
          sensor,
          part,
          since: episode.since,
          now: at,
          zone,
          home: homeWords(now, around),
        };
        return { ...(kind === 'cleared' ? wordOver(told) : word(told)), probability: 0.95 };
      },
    }),
  });
}

/** The smallest thing it tells of one sensor. */
export function smallestOfSafety(
  entity: EntityInfo,
  { settings }: Pick<DetectorContext<SafetySettings>, 'settings'>,
): { text: string; days: null } {
  const room = safetySensors([entity]).some(({ kind }) => kind === 'room');
  const text = room
    ? `below ${degrees(settings.frostDegrees, entity.unit)} for ${duration(frostMs)}`
    : 'any warning, at once';
  return { text, days: null };
}

const homeWords = (now: Around, around: AroundSensors): string | null => {
  const names = atHome(now, around);
  return names === null ? null : `At home: ${names}`;
};

function hear(
  part: SafetyPart,
  v: number | string,
  sensor: SafetySensor,
  settings: SafetySettings,
): void {
  if (sensor.kind !== 'room') {
    // A warning that falls silent has not ended.
    if (v === 'on') part.since ??= part.at;
    else if (v === 'off') part.since = null;
    return;
  }
  const value = numberOf(v);
  const celsius = value === null ? null : celsiusOf(value, sensor.entity.unit);
  // −127 and 85 are what broken sensors say.
  if (celsius === null || celsius < -40 || celsius > 60) return;
  if (celsius > warmAbove) part.warmUntil = part.at;
  part.value = celsius;
  const wasWarm = part.warmUntil !== null && part.at - part.warmUntil < warmMs;
  if (celsius >= settings.frostDegrees + 1) part.since = null;
  else if (celsius < settings.frostDegrees && wasWarm) part.since ??= part.at;
}

interface Told {
  readonly sensor: SafetySensor;
  readonly part: SafetyPart;
  readonly since: number;
  readonly now: number;
  readonly zone: string;
  readonly home: string | null;
}

const what: Record<SafetyKind, { title: string; is: string; check: string }> = {
  smoke: {
    title: 'Smoke: ',
    is: 'Smoke',
    check: 'Get everybody out first, then call the fire brigade',
  },
  carbon_monoxide: {
    title: 'Carbon monoxide: ',
    is: 'Carbon monoxide',
    check: 'Open the windows, get everybody out, then call for help',
  },
  gas: { title: 'Gas: ', is: 'Gas', check: 'Open the windows, switch nothing, close the gas tap' },
  moisture: {
    title: 'Water on the floor: ',
    is: 'Water on the floor',
    check: 'Close the main tap first',
  },
  room: { title: 'Frost: ', is: '', check: 'Look at the heating and at pipes in outer walls' },
};

function word(told: Told): Worded {
  const { sensor, part, since, now, zone, home } = told;
  const { title: begin, is, check } = what[sensor.kind];
  const name = nameOf(sensor.entity);
  const shown = degrees(part.value ?? 0, sensor.entity.unit);
  const from = moment(since, now, zone);
  const room = sensor.kind === 'room';
  const title = room ? titled(name, ` is at ${shown}`) : titled(`${begin}${name}`, '');
  const text = fit(title, [
    room ? `It was warm before. Below what pipes bear since ${from}.` : `Warning since ${from}.`,
    `${check}.`,
  ]);
  return {
    title,
    text,
    lines: home ? [home] : [],
    facts: {
      is: room ? shown : is,
      usually: room ? 'warmer' : 'no warning',
      since: `${from}, ${duration(now - since)}`,
      around: home ? [home] : [],
      probably: null,
      check,
      numbers: { rule: sensor.kind, degrees: room ? (part.value ?? 0) : null },
    },
  };
}

function wordOver(told: Told): Worded {
  const title = titled(`Over: ${nameOf(told.sensor.entity)}`, '');
  const text = `The warning ended at ${clockTime(told.now, told.zone)}, after ${duration(told.now - told.since)}.`;
  return { title, text, lines: [], facts: { ...word(told).facts, check: null } };
}
