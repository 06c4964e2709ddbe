import type { EntityState } from '@tomte/sdk/home';
import { choicesOf, texts } from './states.ts';
import { isPlain, type Plain, quoted, unionOf } from './text.ts';

/** What types of fields need to know of the home. */
export interface Home {
  readonly states: readonly EntityState[];
  /** Type of the ids of all entities in these domains. */
  entitiesIn(domains: readonly string[]): string;
  /** Whether it has areas to name. */
  readonly hasAreas: boolean;
}

export interface Field {
  readonly name: string;
  readonly required: boolean;
  readonly type: string;
  /** Range, unit and example, in words. */
  readonly about: string | null;
}

/** Fields of an Action, those of its collapsed sections among them. */
export function fieldsOf(described: Plain, home: Home, domain: string): Field[] {
  const target = isPlain(described.target) ? targetDomains(described.target) : [];
  const domains = target.length > 0 ? target : [domain];
  const read = (fields: unknown): Field[] =>
    isPlain(fields)
      ? Object.entries(fields).flatMap(([name, field]) => {
          if (!isPlain(field)) return [{ name, required: false, type: 'unknown', about: null }];
          if (isPlain(field.fields)) return read(field.fields);
          return [fieldOf(name, field, home, domains)];
        })
      : [];
  return read(described.fields);
}

function targetDomains(target: Plain): string[] {
  return [target.entity]
    .flat()
    .filter(isPlain)
    .flatMap((filter) => [filter.domain].flat())
    .filter((one): one is string => typeof one === 'string');
}

function fieldOf(name: string, field: Plain, home: Home, domains: readonly string[]): Field {
  const [kind, options] = selectorOf(field.selector);
  const about = [
    textOf(field.description),
    rangeOf(kind, options),
    field.default === undefined ? null : `Default ${JSON.stringify(field.default)}`,
    field.example === undefined ? null : `Example: ${exampleOf(field.example)}`,
  ].filter((one) => one !== null);
  return {
    name,
    required: field.required === true,
    type: typeOf(kind, options, { home, domains }),
    about: about.length > 0 ? about.join('. ') : null,
  };
}

function selectorOf(selector: unknown): [kind: string, options: Plain] {
  const [first] = isPlain(selector) ? Object.entries(selector) : [];
  return first ? [first[0], isPlain(first[1]) ? first[1] : {}] : ['', {}];
}

type Reader = (options: Plain, o: { home: Home; domains: readonly string[] }) => string;

const text: Reader = () => 'string';
const number: Reader = () => 'number';
const numbers: Reader = () => 'readonly [number, number, number]';

/** A type for each kind of selector; a kind that is not known leaves the field open. */
const readers: Readonly<Record<string, Reader>> = {
  boolean: () => 'boolean',
  number,
  color_temp: number,
  color_rgb: numbers,
  constant: ({ value }) =>
    typeof value === 'string'
      ? quoted(value)
      : ['boolean', 'number'].includes(typeof value)
        ? String(value)
        : 'unknown',
  select: (options) => {
    const values = [options.options]
      .flat()
      .map((one) => (isPlain(one) ? one.value : one))
      .filter((one): one is string => typeof one === 'string');
    const union = unionOf(values, 'string');
    return options.custom_value === true && union !== 'string' ? `${union} | (string & {})` : union;
  },
  state: (options, { home, domains }) => {
    const attribute = typeof options.attribute === 'string' ? options.attribute : null;
    return unionOf(choicesOf(home.states, { domains, attribute }), 'string');
  },
  entity: (options, { home }) => {
    const filters = [options, ...[options.filter].flat().filter(isPlain)];
    const domains = filters.flatMap(({ domain }) => texts([domain].flat()));
    return domains.length === 0 ? 'EntityId' : home.entitiesIn(domains);
  },
  area: (_, { home }) => (home.hasAreas ? 'AreaId' : 'string'),
  duration: () =>
    'string | number | { days?: number; hours?: number; minutes?: number; seconds?: number; milliseconds?: number }',
  ...Object.fromEntries(
    [
      ...['text', 'time', 'date', 'datetime', 'icon', 'theme', 'template', 'attribute', 'device'],
      ...['floor', 'label', 'addon', 'backup_location', 'config_entry', 'conversation_agent'],
      ...['assist_pipeline', 'language', 'country', 'statistic', 'file', 'color_hex'],
    ].map((kind) => [kind, text]),
  ),
};

function typeOf(
  kind: string,
  options: Plain,
  o: { home: Home; domains: readonly string[] },
): string {
  const read = Object.hasOwn(readers, kind) ? readers[kind] : undefined;
  const type = read?.(options, o) ?? 'unknown';
  if (options.multiple !== true || type === 'unknown') return type;
  // Home Assistant takes one where a list may stand.
  return `${type} | readonly (${type})[]`;
}

function rangeOf(
  kind: string,
  { min, max, step, unit_of_measurement: unit }: Plain,
): string | null {
  if (kind !== 'number' && kind !== 'color_temp') return null;
  const of = kind === 'color_temp' ? ' K' : typeof unit === 'string' ? ` ${unit}` : '';
  const range =
    typeof min === 'number' && typeof max === 'number'
      ? `${min} to ${max}${of}`
      : typeof min === 'number'
        ? `At least ${min}${of}`
        : typeof max === 'number'
          ? `At most ${max}${of}`
          : of && `In${of}`;
  const steps = typeof step === 'number' && step !== 1 ? `in steps of ${step}` : '';
  return [range, steps].filter(Boolean).join(', ') || null;
}

const exampleOf = (example: unknown): string =>
  typeof example === 'string' ? example : JSON.stringify(example);
const textOf = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value : null;
