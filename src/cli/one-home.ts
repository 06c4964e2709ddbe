import { TomteError } from '@tomte/sdk/errors';
import type { Tomte } from '@tomte/sdk/operations';
import type { HomeSummary } from '@tomte/sdk/types';

/** The home of this id or name; the only one where none is named. */
export async function oneHome(tomte: Tomte, named: string | undefined): Promise<HomeSummary> {
  const homes = await tomte.listHomes({});
  const choice = homes.map(({ id }) => id).join(', ');
  if (named === undefined) {
    const [only, another] = homes;
    if (only && !another) return only;
    if (!only) throw new TomteError('home.not_found', 'No home is linked');
    throw new TomteError('cli.usage', `Say which home: ${choice}`);
  }
  const found =
    homes.find(({ id }) => id === named) ??
    homes.find(({ name }) => name.toLowerCase() === named.toLowerCase());
  if (!found) throw new TomteError('home.not_found', `There is no home ${named}`);
  return found;
}
