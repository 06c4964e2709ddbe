import { TomteError } from '@tomte/sdk/errors';
import type { Failure } from './protocol.ts';

/** An error for the way through the channel. */
export function failureOf(error: unknown): Failure {
  if (error instanceof TomteError) return { body: error.toJSON() };
  if (error instanceof Error) {
    const { name, message, stack = '' } = error;
    return { name, message: message.slice(0, 2000), stack: stack.slice(0, 4000) };
  }
  return { name: 'Error', message: String(error).slice(0, 2000), stack: '' };
}

/** The first place of the stack that lies in the person's own files, such as `garden.ts:12:3`. */
export function placeOf(stack: string): string | null {
  for (const line of stack.split('\n')) {
    const [, place] =
      /(?:\(|at )(?:file:\/\/)?\/workflow\/([^()]+:\d+:\d+)\)?$/.exec(line.trim()) ?? [];
    if (place && !place.startsWith('bundle.js')) return place;
  }
  return null;
}

/** The same on the other side. Words of the person's code keep their place in its file. */
export function errorOf(failed: Failure): TomteError {
  if ('body' in failed) return TomteError.fromBody(failed.body);
  const place = placeOf(failed.stack);
  const name = failed.name === 'Error' ? '' : `${failed.name}: `;
  return new TomteError('run.failed', `${place ? `${place}: ` : ''}${name}${failed.message}`, {
    ...(place ? { details: { place } } : {}),
  });
}
