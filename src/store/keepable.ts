/**
 * Text as PostgreSQL can keep it. A home may send any text; one zero character in a name or a state
 * would make every statement that carries it fail, and with it all that is kept of that home.
 */

const replacement = '\uFFFD';

/** JSON text without what jsonb refuses: zero characters and halves of a surrogate pair. */
export function keepableJson(value: unknown): string {
  const text = JSON.stringify(value);
  // What JSON.stringify leaves of surrogates as an escape has no other half.
  return text.includes('\\u')
    ? text.replace(/\\(u0000|ud[89a-f][0-9a-f]{2}|.)/g, (whole, code: string) =>
        /^u(0000|d)/.test(code) ? replacement : whole,
      )
    : text;
}

/** A parameter of a statement. */
export function keepable(value: unknown): unknown {
  if (typeof value === 'string') {
    return value.includes('\0') ? value.replaceAll('\0', replacement) : value;
  }
  if (Array.isArray(value)) return value.map(keepable);
  const plain = typeof value === 'object' && value !== null && isPlain(value);
  return plain ? keepableJson(value) : value;
}

const isPlain = (value: object): boolean => {
  const prototype = Object.getPrototypeOf(value) as unknown;
  return prototype === Object.prototype || prototype === null;
};
