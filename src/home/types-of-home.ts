import type { EntityInfo, EntityState } from '@tomte/sdk/home';
import type { Mirror } from './mirror.ts';
import type { Named } from './registries.ts';
import { actionTypes, type DescribedActions } from './types/actions.ts';
import { attributeShapes, domainOf } from './types/attributes.ts';
import { stateType } from './types/states.ts';
import { doc, keyed, pascal, quoted, spoken, typeNames } from './types/text.ts';

/** A home as its types need it. */
export interface HomeShape {
  readonly name: string;
  readonly entities: readonly { readonly info: EntityInfo; readonly state: EntityState }[];
  /** As `get_services` answered; empty where the home did not tell. */
  readonly actions: DescribedActions;
  readonly areas: readonly Named[];
  readonly floors: readonly Named[];
  readonly labels: readonly Named[];
}

export const shapeOf = (mirror: Mirror, name: string): HomeShape => ({
  name,
  entities: [...mirror.entities()].flatMap((state) => {
    const info = mirror.info(state.entityId);
    return info ? [{ info, state }] : [];
  }),
  actions: mirror.actions(),
  areas: mirror.named('areas'),
  floors: mirror.named('floors'),
  labels: mirror.named('labels'),
});

/** Several homes as one: what any of them has is there; where two have the same id, the first tells what it is. */
export function joinShapes(shapes: readonly HomeShape[]): HomeShape {
  const first = <T>(rows: readonly T[], idOf: (row: T) => string): T[] => [
    ...new Map(rows.toReversed().map((row) => [idOf(row), row])).values(),
  ];
  const named = (kind: 'areas' | 'floors' | 'labels') =>
    first(
      shapes.flatMap((shape) => shape[kind]),
      ({ id }) => id,
    );
  const actions: Record<string, Record<string, unknown>> = {};
  for (const shape of shapes.toReversed()) {
    for (const [domain, names] of Object.entries(shape.actions)) {
      actions[domain] = { ...actions[domain], ...names };
    }
  }
  return {
    name: shapes.map(({ name }) => name).join(', '),
    entities: first(
      shapes.flatMap(({ entities }) => entities),
      ({ info }) => info.id,
    ),
    actions,
    areas: named('areas'),
    floors: named('floors'),
    labels: named('labels'),
  };
}

/**
 * TypeScript types of a home, as text of a `home.d.ts`: the same home gives the same text. They merge
 * into `HomeTypes` of `@tomte/sdk/home-types`, which all that a workflow calls is checked against.
 * What the home does not have (no entity, no area) is left out, so that any text is accepted there.
 */
export function typesOfHome(home: HomeShape): string {
  const entities = home.entities
    .filter(({ info }) => idPattern.test(info.id))
    .sort((a, b) => (a.info.id < b.info.id ? -1 : 1));
  const states = entities.map(({ state }) => state);
  const freshName = typeNames(imported);
  const domains = domainTypes(
    entities.map(({ info }) => info.id),
    freshName,
  );
  const shapes = attributeShapes(states, freshName);
  const rows = entities.map(({ info, state }) => entityText(info, state, shapes.of(state)));
  const actions = actionTypes(
    home.actions,
    {
      states,
      hasAreas: home.areas.length > 0,
      entitiesIn: (names) =>
        [...new Set(names)].flatMap((name) => domains.get(name)?.type ?? []).join(' | ') ||
        quoted(`no ${names.join(' or ')} in this home`),
    },
    freshName,
  );
  const count = `${entities.length} entities, ${home.areas.length} areas`;
  return [
    `// Types of ${spoken(home.name)}: ${count}. Tomte writes this file anew; do not edit it.\n`,
    `import type { ${imported.join(', ')} } from '@tomte/sdk/home-types';\n\n`,
    "declare module '@tomte/sdk/home-types' {\n  interface HomeTypes {\n",
    ...(entities.length > 0
      ? ['    entities: HomeEntities;\n', '    domains: HomeDomains;\n']
      : []),
    ...(actions.list !== '' ? ['    actions: HomeActions;\n'] : []),
    ...namedPart('areas', home.areas),
    ...namedPart('floors', home.floors),
    ...namedPart('labels', home.labels),
    '  }\n}\n\n',
    `export interface HomeEntities {\n${rows.join('')}}\n\n`,
    ...[...domains.values()].map(({ text }) => text),
    `export interface HomeDomains {\n${[...domains].map(([name, { type }]) => `  ${keyed(name)}: ${type};\n`).join('')}}\n\n`,
    `export interface HomeActions {\n${actions.list}}\n\n`,
    actions.fields,
    shapes.text(),
  ].join('');
}

/** Names of the SDK's that the text uses. */
const imported = [
  ...['AreaId', 'CommonAttributes', 'Entity', 'EntityId', 'NoFields', 'OnOff', 'OpenClosed'],
];
const idPattern = /^[a-z0-9_]+\.[a-z0-9_]+$/;

function entityText(info: EntityInfo, state: EntityState, attributes: string): string {
  const unit = info.unit === null ? 'null' : quoted(info.unit);
  const parts = [stateType(state), unit, attributes];
  // As the SDK's defaults say it: most entities have neither.
  if (attributes === 'CommonAttributes') parts.pop();
  if (parts.length === 2 && unit === 'null') parts.pop();
  return [
    doc('  ', [info.name, info.area && `In ${info.area}`]),
    `  ${quoted(info.id)}: Entity<${parts.join(', ')}>;\n`,
  ].join('');
}

/** A named union for the ids of each domain: its name is what a fault of typing is told with. */
function domainTypes(
  ids: readonly string[],
  freshName: (wanted: string) => string,
): Map<string, { type: string; text: string }> {
  const found = new Map<string, { type: string; text: string }>();
  for (const [domain, own] of Map.groupBy(ids, domainOf)) {
    const type = freshName(`${pascal(domain)}Entity`);
    const lines = own.map((id) => `  | ${quoted(id)}`).join('\n');
    found.set(domain, { type, text: `export type ${type} =\n${lines};\n\n` });
  }
  return found;
}

/** Ids with their names: both are accepted where a place is named. */
function namedPart(key: string, rows: readonly Named[]): string[] {
  if (rows.length === 0) return [];
  const lines = [...rows]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ id, name }) => `      ${keyed(id)}: ${quoted(name)};\n`);
  return [`    ${key}: {\n`, ...lines, '    };\n'];
}
