/** Who is told: persons and routes as they cross the wire. */
import { z } from 'zod';
import { clockPattern } from './wall-clock.ts';

/** HH:MM, 24 hours. */
export const clockWord = z.string().regex(new RegExp(`^${clockPattern}$`), 'a time such as 22:00');
/** From one time of the day to another, by the clock of the home; may go over midnight. */
export const clockSpan = z.strictObject({ from: clockWord, to: clockWord });
export type ClockSpan = z.infer<typeof clockSpan>;

export const person = z.object({
  id: z.string(),
  name: z.string(),
  /** Entity of Home Assistant that says whether they are home. */
  entity: z.string().nullable(),
  /** Ids of their channels. A channel of nobody is for everybody. */
  channels: z.array(z.string()),
  /** Nothing comes then but what needs somebody now. */
  quiet: clockSpan.nullable(),
  /** Whether their yes counts, for what must not happen without one. */
  maySayYes: z.boolean(),
  position: z.number().int(),
});
export type Person = z.infer<typeof person>;

export const routeStep = z.strictObject({
  /** Ids of persons. Empty, with `channels` empty too, is everybody. */
  persons: z.array(z.string().max(200)).max(20),
  /** Ids of channels besides. */
  channels: z.array(z.string().max(200)).max(20),
  /** Minutes after the first telling in which nobody saw it; 0 is at once. */
  afterMinutes: z.number().int().min(0).max(1440),
});
export type RouteStep = z.infer<typeof routeStep>;

export const routePresence = z.enum(['all', 'home', 'away']);

export const route = z.object({
  id: z.string().max(200),
  name: z.string().max(80),
  /** Null is every home. */
  home: z.string().max(200).nullable(),
  /** Routes are tried in this order. */
  position: z.number().int().min(0).max(1000),
  enabled: z.boolean(),
  /** Which alerts it is for; an empty list is all. Areas by name or id. */
  severities: z.array(z.enum(['now', 'today', 'digest'])),
  areas: z.array(z.string().max(200)).max(50),
  hours: clockSpan.nullable(),
  /** Of its persons all, or only who is home, or only who is away. Where none is, all of them. */
  presence: routePresence,
  /** The first is told at once; each later one when nobody has seen it by then. */
  steps: z.array(routeStep).min(1).max(5),
});
export type Route = z.infer<typeof route>;

export const routePreview = z.object({
  /** Id of the route that fits; null where none does, and everybody is told. */
  route: z.string().nullable(),
  steps: z.array(
    z.object({
      afterMinutes: z.number(),
      told: z.array(
        z.object({
          channel: z.string(),
          name: z.string(),
          person: z.string().nullable(),
          /** `digest` comes in the morning; `quiet` waits for the end of quiet hours. */
          how: z.enum(['at once', 'quiet', 'digest']),
        }),
      ),
    }),
  ),
});
export type RoutePreview = z.infer<typeof routePreview>;

/** What came of pressing a button. */
export const pressed = z.object({
  /** `asked` waits for a yes: `approval` is its id. */
  outcome: z.enum(['confirmed', 'sent', 'unconfirmed', 'refused', 'asked']),
  text: z.string(),
  approval: z.string().nullable(),
});
export type Pressed = z.infer<typeof pressed>;
