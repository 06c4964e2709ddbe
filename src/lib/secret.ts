import { inspect } from 'node:util';

export const masked = '«secret»';

const known = new Set<string>();

/** A value that cannot print itself. `reveal()` is called only where it goes on the wire or into a cipher. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
    if (value.length >= 8) known.add(value);
  }

  reveal(): string {
    return this.#value;
  }
  get length(): number {
    return this.#value.length;
  }
  toString(): string {
    return masked;
  }
  toJSON(): string {
    return masked;
  }
  [inspect.custom](): string {
    return masked;
  }
}

/**
 * Text with every known secret masked: the last net under logs, error answers and crash output,
 * for secrets that came in by another way (an echo of a proxy, a message of a library).
 */
export function scrub(text: string): string {
  let out = text;
  for (const value of known) if (out.includes(value)) out = out.replaceAll(value, masked);
  return out;
}
