import { TomteError } from '@tomte/sdk/errors';
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { z } from 'zod';
import type { Log } from '../lib/log.ts';
import { scrub } from '../lib/secret.ts';

/** Any failure as the one JSON shape. What is not ours is a fault: logged whole, answered without its words. */
export function toTomteError(error: unknown): TomteError {
  if (error instanceof TomteError) return error;
  if (error instanceof z.ZodError) {
    return new TomteError('api.invalid', 'The request has wrong fields', {
      details: { problems: problems(error) },
    });
  }
  return new TomteError('app.internal', 'Something went wrong inside Tomte', { cause: error });
}

export function answerError(c: Context, error: unknown, log: Log): Response {
  const known = toTomteError(error);
  if (known.code === 'app.internal')
    log.error({ err: known.cause ?? known, path: c.req.path }, 'fault');
  const body = scrub(JSON.stringify(known));
  return c.body(body, known.row.status as ContentfulStatusCode, {
    'content-type': 'application/json',
  });
}

/** Each problem with path, what was found and what was expected; never the value of a secret field. */
export function problems(error: z.ZodError): { path: string; expected: string }[] {
  return error.issues.map((issue) => ({
    path: issue.path.join('.') || '(all)',
    expected: issue.message,
  }));
}
