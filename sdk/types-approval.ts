/** A person's yes: to a question of a Run, or to one exact Action. Times are ISO 8601 UTC. */
import { z } from 'zod';

export const approval = z.object({
  id: z.string(),
  home: z.string(),
  homeName: z.string(),
  kind: z.enum(['question', 'action']),
  title: z.string(),
  text: z.string(),
  options: z.array(z.object({ id: z.string(), label: z.string(), danger: z.boolean().optional() })),
  /** Taken when nobody answers before it ends. */
  fallback: z.string(),
  state: z.enum(['open', 'answered', 'expired', 'cancelled']),
  askedAt: z.string(),
  expiresAt: z.string(),
  answer: z.string().nullable(),
  answeredBy: z.string().nullable(),
  answeredAt: z.string().nullable(),
  workflow: z.string().nullable(),
  run: z.string().nullable(),
  action: z
    .object({
      domain: z.string(),
      action: z.string(),
      entities: z.array(z.string()),
      data: z.record(z.string(), z.unknown()),
    })
    .nullable(),
});
export type Approval = z.infer<typeof approval>;
