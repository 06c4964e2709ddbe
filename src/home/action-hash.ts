import { createHmac, type KeyObject } from 'node:crypto';
import type { Action } from '@tomte/sdk/home';

/**
 * What a yes is bound to: the exact Action in one home, whatever order it is written in. With our key, so
 * that nobody who reads it finds a short code by trying all.
 */
export function actionHash(key: KeyObject, home: string, action: Action): string {
  const { domain, action: name, entities, data } = action;
  const exact = { home, domain, action: name, entities: [...entities].sort(), data };
  return createHmac('sha256', key)
    .update(`action: ${canonical(exact)}`)
    .digest('hex');
}

/** JSON with the keys of every object in order. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`);
  return `{${fields.join()}}`;
}
