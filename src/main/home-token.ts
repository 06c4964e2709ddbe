import { isError, TomteError } from '@tomte/sdk/errors';
import { Secret } from '../lib/secret.ts';
import type { HomeRow } from '../store/homes.ts';
import { type Key, unseal } from '../store/seal.ts';

/** The stored token of a home. Throws store.secret_unreadable under another key than it was sealed with. */
export function readToken(key: Key, row: Pick<HomeRow, 'id' | 'name' | 'token_sealed'>): Secret {
  try {
    return new Secret(unseal(key, row.token_sealed, `home:${row.id}`).toString('utf8'));
  } catch (cause) {
    if (!isError(cause, 'store.secret_unreadable')) throw cause;
    const message = `The key of this Tomte does not open the token of ${row.name}`;
    throw new TomteError(cause.code, message, { cause });
  }
}

/** Why the token cannot be read, or null where it can. */
export function tokenFault(key: Key, row: HomeRow): TomteError | null {
  try {
    readToken(key, row);
    return null;
  } catch (error) {
    if (!isError(error, 'store.secret_unreadable')) throw error;
    return error;
  }
}
