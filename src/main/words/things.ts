/** Which entities of a home a wish means: by name, and by what the wish needs of them. Pure. */
import type { EntityInfo } from '@tomte/sdk/home';
import { findNames } from '../why/names.ts';
import { otherWords, rootOf } from './synonyms.ts';
import type { Wish } from './wish.ts';

export interface ThingFound {
  readonly info: EntityInfo;
  /** 0 to 1. */
  readonly score: number;
}

const foundMax = 6;
const openClasses = ['door', 'window', 'garage_door', 'opening'];

/** Units that mean the same in a wish. */
const unitWords: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^(?:°|degrees)/, ['°C', '°F', 'K']],
  [/^(?:%|percent)/, ['%']],
  [/^k?w(?:atts?)?$/, ['W', 'kW']],
  [/^kwh$/, ['kWh', 'Wh']],
  [/^ppm$/, ['ppm']],
  [/^l\/min$/, ['L/min']],
  [/^lux$/, ['lx']],
];

/** Best first. Only entities that can be what the wish asks of them. */
export function thingsMeant(wish: Wish, infos: readonly EntityInfo[]): ThingFound[] {
  const able = infos.filter((info) => canBe(wish, info));
  if (wish.names.length === 0) return [];
  const things = able.map((info) => ({
    kind: 'entity' as const,
    id: info.id,
    names: namesOf(info),
  }));
  const byId = new Map(able.map((info) => [info.id, info]));
  const best = new Map<string, number>();
  for (const words of spellings(wish.names)) {
    for (const { thing, score } of findNames(words, things)) {
      best.set(thing.id, Math.max(best.get(thing.id) ?? 0, score));
    }
  }
  return [...best]
    .map(([id, score]) => ({ info: byId.get(id)!, score: score + preference(wish, byId.get(id)!) }))
    .filter(({ score }) => score >= 0.5)
    .sort((a, b) => b.score - a.score || a.info.id.localeCompare(b.info.id))
    .slice(0, foundMax);
}

const namesOf = ({ name, id, area, device }: EntityInfo): string[] => [
  ...[name, id.slice(id.indexOf('.') + 1).replaceAll('_', ' ')],
  ...(area === null ? [] : [`${area} ${name}`]),
  ...(device === null ? [] : [device]),
];

/** As it was said, and with other words for the same thing in place of each. */
function spellings(names: readonly string[]): string[][] {
  const joined = names.join(' ');
  const alternatives = names.map((word) => otherWords(word));
  const whole = otherWords(joined.replaceAll(' ', ''));
  const found = [[...names], ...whole.map((word) => [word])];
  for (const [at, words] of alternatives.entries()) {
    for (const word of words) found.push(names.map((own, place) => (place === at ? word : own)));
  }
  return found.slice(0, 40);
}

/** Whether the entity can be in the state, or past the limit, that the wish names. */
function canBe(wish: Wish, info: EntityInfo): boolean {
  const { domain, deviceClass, unit } = info;
  const limit = wish.above ?? wish.below;
  if (limit) {
    if (unit === null && domain !== 'input_number' && domain !== 'number') return false;
    const wanted = unitWords.find(([pattern]) => pattern.test(limit.unit ?? ''))?.[1];
    return wanted === undefined || wanted.includes(unit ?? '');
  }
  if (wish.done) return deviceClass === 'power' || deviceClass === 'running' || isStateful(info);
  switch (wish.state) {
    case 'open':
    case 'closed':
      return (
        (domain === 'binary_sensor' && openClasses.includes(deviceClass ?? '')) ||
        domain === 'cover'
      );
    case 'locked':
    case 'unlocked':
      return domain === 'lock';
    case 'wet':
      return deviceClass === 'moisture';
    case 'moving':
      return ['motion', 'occupancy', 'presence'].includes(deviceClass ?? '');
    case 'on':
    case 'off':
      return ['light', 'switch', 'fan', 'input_boolean', 'binary_sensor', 'media_player'].includes(
        domain,
      );
    case null:
      return false;
  }
}

const isStateful = ({ domain, id }: EntityInfo): boolean =>
  domain === 'sensor' && /(?:status|state|operation|program|job)/.test(id);

/** Power says when a machine is done whatever it is called; a light is meant before a sensor of it. */
function preference(wish: Wish, { domain, deviceClass }: EntityInfo): number {
  if (wish.done) return deviceClass === 'power' ? 0.1 : 0;
  if (wish.state === 'on' || wish.state === 'off') return domain === 'light' ? 0.05 : 0;
  return 0;
}

/** Roots of all that was said, for search. */
export const rootsOf = (words: readonly string[]): string[] => words.map(rootOf);
