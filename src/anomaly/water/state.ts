import { nobodyKnown, type People } from '../people.ts';
import type { Episode } from './episode.ts';
import type { Machines } from './machines.ts';
import { newTap, type Tap } from './tap.ts';

/** What the water detector knows. Plain JSON, saved and restored whole. */
export interface WaterState {
  readonly version: 1;
  readonly taps: Tap[];
  readonly people: People;
  readonly machines: Machines;
  episode: Episode | null;
  /** The minute the clock was last looked at without a word of water. */
  minute: number;
}

/** The saved state for these sensors; sensors that are new begin afresh, others are forgotten. */
export function readState(saved: unknown, ids: readonly string[]): WaterState {
  const kept = isState(saved) ? structuredClone(saved) : null;
  const taps = ids.map((id) => ({
    ...newTap(id),
    ...kept?.taps.find((tap) => tap.id === id),
  }));
  const episode = kept?.episode && ids.includes(kept.episode.lead) ? kept.episode : null;
  return {
    version: 1,
    taps,
    people: kept?.people ?? nobodyKnown(),
    machines: kept?.machines ?? {},
    episode,
    minute: kept?.minute ?? 0,
  };
}

/** All sensors a saved state knows. */
export const tapsOf = (saved: unknown): readonly Tap[] => (isState(saved) ? saved.taps : []);

/** State of an older program is dropped: two weeks of learning are worth less than a wrong alert. */
const isState = (saved: unknown): saved is WaterState =>
  typeof saved === 'object' &&
  saved !== null &&
  (saved as { version?: unknown }).version === 1 &&
  Array.isArray((saved as { taps?: unknown }).taps);
