import type { EntityInfo, Reading } from '@tomte/sdk/home';
import { hearPerson, nobodyKnown, type People } from './people.ts';
import { isOutdoors, peopleSensors } from './people-sensors.ts';
import { celsiusOf, isDegrees, numberOf } from './units.ts';

/** What happens around a finding: who is about, how cold it is outside, and other numbers. Plain JSON. */
export interface Around {
  readonly people: People;
  /** Newest numbers of the sensors around, by entity, in °C or the sensor's own unit; since when. */
  readonly numbers: Record<string, { v: number; at: number; since: number }>;
}
export const nothingAround = (): Around => ({ people: nobodyKnown(), numbers: {} });

/** Which entities tell what happens around. */
export interface AroundSensors {
  readonly motion: ReadonlySet<string>;
  readonly who: ReadonlyMap<string, EntityInfo>;
  readonly outdoor: EntityInfo | null;
  /** Temperatures indoors and other numbers that rules may ask for. */
  readonly numbers: ReadonlyMap<string, EntityInfo>;
}

const isOutdoorTemperature = (e: EntityInfo): boolean =>
  e.domain === 'sensor' && e.deviceClass === 'temperature' && isDegrees(e.unit) && isOutdoors(e);

export function aroundSensors(
  entities: readonly EntityInfo[],
  numbers: readonly EntityInfo[] = [],
): AroundSensors {
  const { motion, who } = peopleSensors(entities);
  const outdoor = entities.find(isOutdoorTemperature) ?? null;
  const byId = new Map(entities.map((e) => [e.id, e]));
  return {
    motion: new Set(motion),
    who: new Map(who.map((id) => [id, byId.get(id)!])),
    outdoor,
    numbers: new Map([...numbers, ...(outdoor ? [outdoor] : [])].map((e) => [e.id, e])),
  };
}

export const aroundIds = (sensors: AroundSensors): string[] => [
  ...sensors.motion,
  ...sensors.who.keys(),
  ...sensors.numbers.keys(),
];

export function hearAround(around: Around, reading: Reading, sensors: AroundSensors): void {
  if (sensors.motion.has(reading.id)) hearPerson(around.people.motion, reading);
  else if (sensors.who.has(reading.id)) hearPerson(around.people.who, reading);
  else if (sensors.numbers.has(reading.id)) {
    const v = numberOf(reading.v);
    if (v === null) return;
    const known = celsiusOf(v, sensors.numbers.get(reading.id)?.unit ?? null) ?? v;
    const before = around.numbers[reading.id];
    const since = before?.v === known ? before.since : reading.t;
    around.numbers[reading.id] = { v: known, at: reading.t, since };
  }
}

/** Since when everybody is away, epoch ms; null when somebody is home or nobody knows. */
export function awaySince(people: People): number | null {
  let since: number | null = null;
  for (const one of Object.values(people.who)) {
    if (one.v === 'home') return null;
    since = Math.max(since ?? 0, one.at);
  }
  return since;
}

/** Names of those at home, `Maja, Ola`; null when nobody is known to be. */
export function atHome(around: Around, sensors: AroundSensors): string | null {
  const names = [...sensors.who].flatMap(([id, e]) =>
    around.people.who[id]?.v === 'home' ? [e.name === e.id ? 'somebody' : e.name] : [],
  );
  return names.length === 0 ? null : [...new Set(names)].join(', ');
}
