/** TypeScript as text: what a home calls itself must not break out of a string or a comment. */

export type Plain = Readonly<Record<string, unknown>>;
export const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Characters that a reader does not see, or that turn the text around, besides line ends. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** A string literal, `'°C'`. */
export const quoted = (text: string): string =>
  `'${text
    .replace(/[\\']/g, '\\$&')
    .replace(unseen, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`)}'`;

/** A key of an interface: bare where that is allowed, else quoted. */
export const keyed = (name: string): string =>
  /^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name);

/** Text for a comment on one line, at most 200 characters. */
export const spoken = (text: string): string =>
  text.replace(/\s+/g, ' ').replace(unseen, '').replaceAll('*/', '* /').trim().slice(0, 200);

/** A doc comment with its line end and indentation, or nothing where there is nothing to say. */
export function doc(indent: string, parts: readonly (string | null | undefined)[]): string {
  const text = parts.flatMap((part) => (part ? [spoken(part)] : [])).join('. ');
  return text === '' ? '' : `${indent}/** ${text}${/[.?]$/.test(text) ? '' : '.'} */\n`;
}

/** A union of literals; `otherwise` where there are none, or so many that nobody reads them. */
export function unionOf(values: Iterable<string>, otherwise: string): string {
  const all = [...new Set(values)];
  return all.length === 0 || all.length > unionMax ? otherwise : all.map(quoted).join(' | ');
}
const unionMax = 500;

/** `water_heater` -> `WaterHeater`. */
export const pascal = (name: string): string =>
  name
    .split(/[^a-z0-9]+/i)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')
    .replace(/^(?=\d|$)/, '_');

/** Names of types, each given once: a name that is taken gets a number. */
export function typeNames(taken: readonly string[]): (wanted: string) => string {
  const given = new Set(taken);
  return (wanted) => {
    let name = wanted;
    for (let at = 2; given.has(name); at++) name = `${wanted}${at}`;
    given.add(name);
    return name;
  };
}
