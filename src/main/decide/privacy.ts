/** What of a home is never said outside unless a person allows it: who lives there, and where it is. */
import type { DecideSettings } from '@tomte/sdk/types-decide';
import type { Privacy } from '../../decide/facts.ts';
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
  const { mirror } = life?.link ?? {};
  const named = (domain: string) =>
    [...(mirror?.entities() ?? [])]
      .filter(({ entityId }) => entityId.startsWith(`${domain}.`))
      .flatMap(({ entityId, attributes }) => {
        const { friendly_name: name } = attributes;
        return [entityId.slice(domain.length + 1), ...(typeof name === 'string' ? [name] : [])];
      });
  const persons = leaves.people ? [] : (await listPersons(db)).map(({ name }) => name);
  const places = [life?.name ?? '', mirror?.config?.location_name ?? '', ...named('zone')];
  return {
    people: leaves.people ? null : standIns([...persons, ...named('person')], 'person'),
    places: leaves.places ? null : standIns(places, 'place'),
    names: leaves.names,
  };
}

/** Whole names first, then their parts: `Anna Berg`, `Anna` and `Berg` are one person. */
export function standIns(names: readonly string[], what: string): Map<string, string> {
  const found = new Map<string, string>();
  const whole = [...new Set(names.map((name) => name.trim().toLowerCase()).filter(Boolean))];
  const numbers = new Map<string, string>();
  for (const name of whole.sort((a, b) => b.length - a.length || (a < b ? -1 : 1))) {
    const parts = name.split(/[\s_]+/).filter((part) => part.length > 2 && !common.has(part));
    if (parts.length === 0) continue;
    const before = parts.map((part) => numbers.get(part)).find((one) => one !== undefined);
    const word = before ?? `${what} ${new Set(numbers.values()).size + 1}`;
    for (const part of parts) numbers.set(part, numbers.get(part) ?? word);
    found.set(name, word);
    found.set(name.replaceAll('_', ' '), word);
  }
  for (const [part, word] of numbers) if (!found.has(part)) found.set(part, word);
  return found;
}
