/** A form made of a JSON schema: what each setting is, and the value it holds. Pure. */

export interface Choice {
  readonly value: string | number;
  readonly word: string;
}

interface Common {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly required: boolean;
  readonly fallback: unknown;
}

export type Field = Common &
  (
    | { readonly kind: 'text' | 'secret' | 'long' | 'address' }
    | {
        readonly kind: 'number';
        readonly min: number | null;
        readonly max: number | null;
        readonly whole: boolean;
      }
    | { readonly kind: 'switch' }
    | { readonly kind: 'choice'; readonly choices: readonly Choice[] }
    | { readonly kind: 'list' }
    | { readonly kind: 'json' }
  );

type Schema = Record<string, unknown>;

export const keptSecret = '«secret»';

export function fieldsOf(schema: Schema): Field[] {
  const properties = (schema.properties ?? {}) as Record<string, Schema>;
  const required = new Set((schema.required ?? []) as string[]);
  return Object.entries(properties).map(([name, one]) => field(name, one, required.has(name)));
}

function field(name: string, outer: Schema, required: boolean): Field {
  const schema = { ...outer, ...single(outer) };
  const common: Common = {
    name,
    title: typeof schema.title === 'string' ? schema.title : words(name),
    about: typeof schema.description === 'string' ? schema.description : '',
    required: required && !('default' in schema),
    fallback: schema.default,
  };
  const choices = choicesOf(schema);
  if (choices) return { ...common, kind: 'choice', choices };
  if (schema.type === 'boolean') return { ...common, kind: 'switch' };
  if (schema.type === 'number' || schema.type === 'integer')
    return {
      ...common,
      kind: 'number',
      min: bound(schema.minimum),
      max: bound(schema.maximum),
      whole: schema.type === 'integer',
    };
  if (schema.type === 'array' && (schema.items as Schema | undefined)?.type === 'string')
    return { ...common, kind: 'list' };
  if (schema.type === 'string') return { ...common, kind: textKind(name, schema) };
  return { ...common, kind: 'json' };
}

/** `anyOf: [X, null]` is an optional X. */
function single(schema: Schema): Schema {
  const options = ((schema.anyOf ?? schema.oneOf ?? []) as Schema[]).filter(
    (o) => o.type !== 'null',
  );
  return options.length === 1 ? options[0]! : {};
}

function choicesOf(schema: Schema): Choice[] | null {
  const options = (schema.anyOf ?? schema.oneOf) as Schema[] | undefined;
  const values = Array.isArray(schema.enum)
    ? schema.enum
    : options && options.length > 1 && options.every((o) => 'const' in o)
      ? options.map((o) => o.const)
      : null;
  return values?.every((v) => typeof v === 'string' || typeof v === 'number')
    ? values.map((value) => ({ value, word: words(String(value)) }))
    : null;
}

function textKind(name: string, schema: Schema): 'text' | 'secret' | 'long' | 'address' {
  if (schema.writeOnly === true || schema.format === 'password' || schema.secret === true)
    return 'secret';
  if (/token|password|secret/i.test(name)) return 'secret';
  if (schema.format === 'uri' || schema.format === 'url') return 'address';
  return Number(schema.maxLength) > 1_000 ? 'long' : 'text';
}

// Whole numbers of zod carry JavaScript's own limits; those are not worth telling.
const bound = (value: unknown): number | null =>
  typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER ? value : null;

/** `flowMinLitres` -> `Flow min litres`. */
export function words(name: string): string {
  const text = name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/[_-]+/g, ' ')
    .toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What a setting is about, in whole sentences, with what holds when the field is left empty. */
export function aboutOf(field: Field): string {
  const { about, fallback, kind } = field;
  const ended = about === '' || /[.!?…]$/.test(about) ? about : `${about}.`;
  const unset = fallback === undefined || fallback === null || String(fallback) === '';
  if (unset || kind === 'switch' || kind === 'json') return ended;
  const word = kind === 'choice' ? field.choices.find((c) => c.value === fallback)?.word : null;
  return `${ended} Without a value: ${word ?? String(fallback)}.`.trim();
}

/** What stands in a field at first. */
export function shown(field: Field, value: unknown): string | boolean {
  const is = value === undefined ? field.fallback : value;
  if (field.kind === 'switch') return is === true;
  if (field.kind === 'list') return Array.isArray(is) ? is.join('\n') : '';
  if (field.kind === 'json') return is === undefined ? '' : JSON.stringify(is);
  return is === undefined || is === null ? '' : String(is);
}

/** The settings to send. An emptied field is left out, so that its default holds. */
export function read(
  fields: readonly Field[],
  form: Readonly<Record<string, string | boolean>>,
): { settings: Record<string, unknown>; wrong: Record<string, string> } {
  const settings: Record<string, unknown> = {};
  const wrong: Record<string, string> = {};
  for (const field of fields) {
    const value = form[field.name];
    if (typeof value === 'boolean') {
      settings[field.name] = value;
      continue;
    }
    const text = (value ?? '').trim();
    if (text === '') {
      if (field.required) wrong[field.name] = 'This is needed.';
      continue;
    }
    const got = parse(field, text);
    if (typeof got === 'object' && got !== null && 'wrong' in got)
      wrong[field.name] = got.wrong as string;
    else settings[field.name] = got;
  }
  return { settings, wrong };
}

function parse(field: Field, text: string): unknown {
  switch (field.kind) {
    case 'number':
      return parseNumber(field, text);
    case 'choice':
      return field.choices.find((c) => String(c.value) === text)?.value ?? text;
    case 'list':
      return text
        .split(/[\n,]/)
        .map((part) => part.trim())
        .filter(Boolean);
    case 'json':
      try {
        return JSON.parse(text);
      } catch (cause) {
        return { wrong: `This is not JSON: ${(cause as Error).message}` };
      }
    case 'switch':
    case 'text':
    case 'secret':
    case 'long':
    case 'address':
      return text;
  }
}

function parseNumber(field: Field & { kind: 'number' }, text: string): unknown {
  const value = Number(text.replace(',', '.'));
  if (!Number.isFinite(value) || (field.whole && !Number.isInteger(value)))
    return { wrong: field.whole ? 'This is a whole number.' : 'This is a number.' };
  if (field.min !== null && value < field.min) return { wrong: `At least ${field.min}.` };
  if (field.max !== null && value > field.max) return { wrong: `At most ${field.max}.` };
  return value;
}
