/** What of a home is never said outside unless a person allows it: who lives there, and where it is. */
import type { DecideSettings } from '@tomte/sdk/types-decide';
import type { Privacy } from '../../decide/facts.ts';
import { plain } from '../../decide/untrusted.ts';
import type { Mirror } from '../../home/mirror.ts';
import { listPersons } from '../../store/persons.ts';
import type { Db } from '../../store/tables.ts';
import type { HomeLife } from '../home-life.ts';

/** Words that any home has, and that say nothing of this one. */
const common = new Set([
  'home',
  'house',
  'admin',
  'user',
  'zone',
  'tomte',
  'work',
  'school',
  'the',
]);

export async function privacyOf(
  db: Db,
  life: Pick<HomeLife, 'link' | 'name'> | undefined,
  { leaves }: Pick<DecideSettings, 'leaves'>,
): Promise<Privacy> {
  const persons = leaves.people ? [] : (await listPersons(db)).map(({ name }) => name);
  return privacyIn(life?.link.mirror, { persons, home: life?.name ?? '', leaves });
}

/** Of what the home says of itself, and who Tomte knows beside. */
export function privacyIn(
  mirror: Pick<Mirror, 'entities' | 'config'> | undefined,
  o: { readonly persons: readonly string[]; readonly home: string } & Pick<
    DecideSettings,
    'leaves'
  >,
): Privacy {
  const { leaves } = o;
  const people = [...o.persons];
  const places = [o.home, mirror?.config?.location_name ?? ''];
  // Once over all there is: a home may have thousands, and each question asks.
  for (const { entityId, attributes } of mirror?.entities() ?? []) {
    const named = entityId.startsWith('person.')
      ? people
      : entityId.startsWith('zone.')
        ? places
        : null;
    if (named === null) continue;
    named.push(entityId.slice(entityId.indexOf('.') + 1));
    if (typeof attributes.friendly_name === 'string') named.push(attributes.friendly_name);
  }
  return {
    people: leaves.people ? null : standIns(people, 'person'),
    places: leaves.places ? null : standIns(places, 'place'),
    names: leaves.names,
  };
}

/**
 * Whole names first, then their parts: `Anna Berg`, `Anna` and `Berg` are one person. Each as somebody
 * wrote it, where it is written in several ways the one with capitals: so it is called again at home.
 */
export function standIns(names: readonly string[], what: string): Map<string, string> {
  const written = new Map<string, string>();
  const note = (text: string) => {
    const key = text.toLowerCase();
    const before = written.get(key);
    if (before === undefined || before === key) written.set(key, text);
  };
  const all = names.map((name) => plain(name, 80)).filter(Boolean);
  for (const name of all) {
    for (const text of [name, name.replaceAll('_', ' '), ...partsOf(name)]) note(text);
  }
  const found = new Map<string, string>();
  const numbers = new Map<string, string>();
  const whole = new Set(all.map((name) => name.toLowerCase()));
  for (const name of [...whole].sort((a, b) => b.length - a.length || (a < b ? -1 : 1))) {
    const parts = partsOf(name).filter((part) => part.length > 2 && !common.has(part));
    if (parts.length === 0) continue;
    const before = parts.map((part) => numbers.get(part)).find((one) => one !== undefined);
    const word = before ?? `${what} ${new Set(numbers.values()).size + 1}`;
    for (const part of parts) numbers.set(part, numbers.get(part) ?? word);
    // With spaces first: by that it is called again.
    found.set(written.get(name.replaceAll('_', ' '))!, word);
    found.set(written.get(name)!, word);
  }
  for (const [part, word] of numbers) {
    const text = written.get(part)!;
    if (!found.has(text)) found.set(text, word);
  }
  return found;
}

const partsOf = (name: string): string[] => name.split(/[\s_]+/).filter(Boolean);
