import { isError } from '@tomte/sdk/errors';
import { type Prefs, readPrefs } from '../../energy/setup/prefs.ts';
import type { Call } from '../../home/history.ts';

/** What the home's energy page names; null where there is none. */
export async function readEnergyPage(call: Call, signal?: AbortSignal): Promise<Prefs | null> {
  try {
    return readPrefs(await call('energy/get_prefs', {}, signal ? { signal } : {}));
  } catch (error) {
    // `not_found` where it was never filled, an unknown command where there is no energy page.
    if (isError(error, 'home.call_failed', 'home.call_invalid')) return null;
    throw error;
  }
}
