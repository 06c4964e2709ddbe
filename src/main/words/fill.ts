/** Settings of a ready-made workflow that a wish names: times, urgency, entities. By the form alone. Pure. */
import type { EntityInfo } from '@tomte/sdk/home';
import { findNames } from '../why/names.ts';
import type { Wish } from './wish.ts';

type Property = {
  readonly type?: string;
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly description?: string;
  readonly items?: Property;
};

const clockPattern = /\\d\|2\[0-3\]/;
const hours = /(\d+(?:[.,]\d+)?|an?|one|two|three|four|five)\s*h(?:ours?)?\b/i;
const words: Readonly<Record<string, number>> = {
  ...{ a: 1, an: 1, one: 1, two: 2, three: 3, four: 4, five: 5 },
};

/** Only what the wish says; the rest keeps its value or default. */
export function filled(
  schema: Record<string, unknown>,
  wish: Wish,
  infos: readonly EntityInfo[],
): Record<string, unknown> {
  const settings: Record<string, unknown> = {};
  const times = [...wish.times];
  const properties = (schema.properties ?? {}) as Record<string, Property>;
  for (const [name, property] of Object.entries(properties)) {
    const value = valueFor(name, property, { wish, infos, times });
    if (value !== undefined) settings[name] = value;
  }
  return settings;
}

function valueFor(
  name: string,
  property: Property,
  o: { wish: Wish; infos: readonly EntityInfo[]; times: string[] },
): unknown {
  const { wish, infos, times } = o;
  if (property.enum && wish.urgency !== null && property.enum.includes(wish.urgency)) {
    return wish.urgency;
  }
  if (property.type === 'string' && clockPattern.test(property.pattern ?? '')) return times.shift();
  if (property.type === 'number' && name === 'hours') {
    const said = hours.exec(wish.text)?.[1]?.toLowerCase();
    return said === undefined ? undefined : (words[said] ?? Number(said.replace(',', '.')));
  }
  if (property.type === 'string' && takesEntity(property)) return entityFor(property, wish, infos);
  return undefined;
}

const takesEntity = ({ pattern = '' }: Property): boolean => {
  try {
    const test = new RegExp(pattern);
    return (
      pattern !== '' && (test.test('switch.x') || test.test('valve.x')) && !test.test('free text')
    );
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
};

function entityFor(
  { pattern = '', description = '' }: Property,
  wish: Wish,
  infos: readonly EntityInfo[],
): string | undefined {
  const wants = new RegExp(pattern);
  if (/price/i.test(description)) {
    const isPrice = ({ unit, deviceClass, id }: EntityInfo) =>
      deviceClass === 'monetary' || /\/k?Wh$/.test(unit ?? '') || /price/.test(id);
    return infos.find((info) => info.domain === 'sensor' && wants.test(info.id) && isPrice(info))
      ?.id;
  }
  // What is to be switched is named in the settings' own words: `such as switch.boiler`.
  const domain = /such as ([a-z_]+)\./.exec(description)?.[1];
  const able = infos.filter(
    (info) => wants.test(info.id) && (domain === undefined || info.domain === domain),
  );
  const things = able.map(({ id, name }) => ({ kind: 'entity' as const, id, names: [name, id] }));
  const [best] = findNames(wish.names, things);
  return best && best.score >= 0.4 ? best.thing.id : undefined;
}
