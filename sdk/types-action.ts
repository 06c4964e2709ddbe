/** What was asked of a home, and what came of it. Times are ISO 8601 UTC. */
import { z } from 'zod';

export const actionRow = z.object({
  home: z.string(),
  /** Of a workflow's Action: the Run, a slash, the step. */
  key: z.string(),
  /** Such as `workflow:water-watch`. */
  askedBy: z.string(),
  domain: z.string(),
  action: z.string(),
  entities: z.array(z.string()),
  data: z.record(z.string(), z.unknown()),
  askedAt: z.string(),
  /** How often it was begun; above 1 after a crash or a passing fault. */
  attempts: z.number(),
  endedAt: z.string().nullable(),
  /** `confirmed`, `sent`, `refused`, `unconfirmed`; null while it is under way. */
  outcome: z.string().nullable(),
  /** Of a refusal. */
  rule: z.string().nullable(),
  message: z.string().nullable(),
  /** Somebody else changed the entity shortly after: `changed by somebody else 14:03`. */
  conflict: z
    .object({ entity: z.string(), at: z.string(), to: z.string(), text: z.string() })
    .nullable(),
});
export type ActionRow = z.infer<typeof actionRow>;
