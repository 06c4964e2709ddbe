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

type Named = Pick<Mirror, 'entities' | 'entity' | 'shape' | 'config'>;
const namedOf = new WeakMap<Named, { shape: number; ids: readonly string[] }>();

/** People and zones. A home may have thousands of things, and each question asks: looked for when they change. */
function namedIn(mirror: Named): readonly string[] {
  const kept = namedOf.get(mirror);
  if (kept?.shape === mirror.shape) return kept.ids;
  const ids = [...mirror.entities()]
    .map(({ entityId }) => entityId)
    .filter((id) => id.startsWith('person.') || id.startsWith('zone.'));
  namedOf.set(mirror, { shape: mirror.shape, ids });
  return ids;
}

/** Of what the home says of itself, and who Tomte knows beside. */
export function privacyIn(
  mirror: Named | undefined,
  o: { readonly persons: readonly string[]; readonly home: string } & Pick<
    DecideSettings,
    'leaves'
  >,
): Privacy {
  const { leaves } = o;
  const people = [...o.persons];
  const places = [o.home, mirror?.config?.location_name ?? ''];
  for (const id of mirror ? namedIn(mirror) : []) {
    const named = id.startsWith('person.') ? people : places;
    named.push(id.slice(id.indexOf('.') + 1));
    const name = mirror?.entity(id)?.attributes.friendly_name;
    if (typeof name === 'string') named.push(name);
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
