import { isError } from '@tomte/sdk/errors';
import type { Supervisor } from '../config-supervisor.ts';
import { authorizeSupervised } from '../home/supervised.ts';
import { type Backoff, retry } from '../lib/retry.ts';
import { changeHome, listHomes } from '../store/homes.ts';
import type { Store } from '../store/open.ts';
import { type Key, seal } from '../store/seal.ts';
import { readToken, tokenFault } from './home-token.ts';
import { keepAuthorized } from './keep-home.ts';
import type { Place } from './place.ts';

/** The home may be starting for minutes after its Supervisor started us. */
const backoff: Backoff = { firstMs: 2_000, maxMs: 60_000 };

/** The token of an app is another one at each start: the home that is reached with it is given the new one. */
export async function renewSupervisorToken(
  store: Store,
  key: Key,
  { address, token }: Supervisor,
): Promise<void> {
  for (const row of await listHomes(store.db)) {
    const same = tokenFault(key, row) === null && readToken(key, row).reveal() === token.reveal();
    if (row.address !== address || same) continue;
    const token_sealed = seal(key, token.reveal(), `home:${row.id}`);
    await changeHome(store.db, row.id, { token_sealed });
  }
}

/**
 * Links the home the Supervisor belongs to, once it answers, where no home is linked yet. Answers a
 * function that gives up.
 */
export function linkSupervised(
  place: Pick<Place, 'parts' | 'lives' | 'begin' | 'end' | 'inTurn'>,
  supervisor: Supervisor,
): () => Promise<void> {
  const { clock, log, store, random } = place.parts;
  const { address, token } = supervisor;
  const stopping = new AbortController();
  const { signal } = stopping;
  const linked = async () => (await listHomes(store.db)).length > 0;
  const attempt = async (): Promise<void> => {
    if (await linked()) return;
    const found = await authorizeSupervised({ address, token, clock, log, signal });
    await place.inTurn(async () => {
      // Somebody may have linked it by hand meanwhile.
      if (await linked()) return;
      await keepAuthorized(place, { address, token: '' }, found, [], (row) =>
        place.begin(row, token),
      );
      log.info({ name: found.facts.name }, 'linked the home through its Supervisor');
    });
  };
  const done = retry(attempt, {
    ...{ clock, random, signal, backoff, attemptsMax: Number.POSITIVE_INFINITY },
    worth(error) {
      const worth = isError(error) && error.row.retry;
      if (worth) log.info({ cause: error.message }, 'the home is not linked yet; trying again');
      return worth;
    },
  }).catch((error: unknown) => {
    if (!signal.aborted) log.error({ err: error }, 'the home cannot be linked by itself');
  });
  return () => {
    stopping.abort(new Error('Tomte stops'));
    return done;
  };
}
