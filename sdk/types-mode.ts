/** Pause, guests, away: what holds in a home until a time. */
import { z } from 'zod';

export const modeName = z.enum(['pause', 'guests', 'away']);
export type ModeName = z.infer<typeof modeName>;

/** A mode that holds now. Times are ISO 8601 UTC. */
export const homeMode = z.object({
  home: z.string(),
  mode: modeName,
  since: z.string(),
  until: z.string(),
  setBy: z.string().nullable(),
});
export type HomeMode = z.infer<typeof homeMode>;
