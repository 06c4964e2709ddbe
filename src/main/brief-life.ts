import { TomteError } from '@tomte/sdk/errors';
import { openLink } from '../home/link.ts';
import { Secret } from '../lib/secret.ts';
import { getHome } from '../store/homes.ts';
import { unseal } from '../store/seal.ts';
import { detectorSettingsOf } from './detect/settings.ts';
import type { PlaceParts } from './parts.ts';
import type { PastLife } from './past.ts';

const readyMs = 30_000;

/** Links a home for one question, without looking after it: for commands while no service runs. */
export async function briefly<T>(
  parts: Pick<PlaceParts, 'store' | 'key' | 'clock' | 'log' | 'detectors' | 'workflows'>,
  home: string,
  work: (life: PastLife) => Promise<T>,
): Promise<T> {
  const row = await getHome(parts.store.db, home);
  if (!row) throw new TomteError('home.not_found', `There is no home ${home}`);
  const token = new Secret(unseal(parts.key, row.token_sealed, `home:${row.id}`).toString('utf8'));
  const ended = new AbortController();
  const link = openLink({
    ...{ home: row.id, address: row.address, token, pin: row.pinned_certificate },
    ...{ clock: parts.clock, log: parts.log, random: () => 0.5, position: row.position },
  });
  try {
    await link.ready(AbortSignal.timeout(readyMs));
    const { id, name, time_zone: zone } = row;
    const settings = await detectorSettingsOf(parts, id);
    return await work({
      home: id,
      name,
      zone,
      link,
      ended: ended.signal,
      detectorState: () => null,
      detectorSettings: () => settings,
    });
  } finally {
    ended.abort(new TomteError('link.stopped', 'The command ended'));
    await link.close();
  }
}
