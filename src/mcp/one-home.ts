import { TomteError } from '@tomte/sdk/errors';
import type { HomeSummary } from '@tomte/sdk/types';
import { z } from 'zod';
import type { ToolContext } from './tool.ts';

export const homeField = z
  .string()
  .max(200)
  .optional()
  .describe('Home id or name; needed only with several homes');

/** The home of this id or name; the only one where none is named. */
export async function oneHome(
  { tomte }: ToolContext,
  named: string | undefined,
): Promise<HomeSummary> {
  const homes = await tomte.listHomes({});
  const wanted = named?.toLowerCase();
  const found =
    wanted === undefined
      ? homes.length === 1 && homes[0]
      : homes.find(({ id, name }) => id === named || name.toLowerCase() === wanted);
  if (found) return found;
  const choice = homes.map(({ id, name }) => `${id} (${name})`).join(', ');
  throw new TomteError('home.not_found', choice === '' ? 'No home is linked' : `Homes: ${choice}`);
}
