import { TomteError } from '@tomte/sdk/errors';

/** `key=value` pairs as settings: a value that is JSON (a number, true, a list) is that, else text. */
export function readSettings(pairs: readonly string[]): Record<string, unknown> | undefined {
  if (pairs.length === 0) return undefined;
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw new TomteError('cli.usage', `--set ${pair} is not KEY=VALUE`);
      return [pair.slice(0, at), jsonOrText(pair.slice(at + 1))];
    }),
  );
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}
