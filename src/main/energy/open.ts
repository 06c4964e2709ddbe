import { isError } from '@tomte/sdk/errors';
import { z } from 'zod';
import { hourMs } from '../../energy/series.ts';
import type { HomeLife } from '../home-life.ts';
import { fetchFor, type Outside } from '../outside.ts';
import type { PlaceParts } from '../parts.ts';
import { type EnergyRoom, openEnergy } from './room.ts';

const hours = z.object({
  forecast: z.array(
    z.object({ at: z.iso.datetime({ offset: true }), cloudPercent: z.number().nullable() }),
  ),
});

/** The room with the ways of its place: requests through the guard, clouds of the weather connector. */
export function openEnergyOf(
  parts: PlaceParts,
  outside: Pick<Outside, 'facts'>,
  lives: () => ReadonlyMap<string, HomeLife>,
): EnergyRoom {
  async function clouds(home: string): Promise<ReadonlyMap<number, number>> {
    try {
      const { value } = await outside.facts({ home, connector: 'weather' }, { kind: 'hourly' });
      const rows = hours.safeParse(value).data?.forecast ?? [];
      return new Map(
        rows.flatMap(({ at, cloudPercent }) => {
          const start = Math.floor(Date.parse(at) / hourMs) * hourMs;
          return cloudPercent === null ? [] : [[start, cloudPercent] as const];
        }),
      );
    } catch (error) {
      // A home without a forecast has panels all the same: their own past tells.
      if (isError(error)) return new Map();
      throw error;
    }
  }
  return openEnergy({ ...parts, lives, clouds, fetch: fetchFor(parts) });
}
