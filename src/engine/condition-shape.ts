import { stateConditions } from '@tomte/sdk/condition';
import { type Condition, ms } from '@tomte/sdk/define';
import { TomteError } from '@tomte/sdk/errors';
import { z } from 'zod';

const entity = z
  .string()
  .max(255)
  .regex(/^[a-z0-9_]+\.[a-z0-9_]+$/, 'expected an entity such as sensor.hall');
const words = z.union([z.string().max(255), z.array(z.string().max(255)).min(1).max(50)]);
const time = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/, 'expected a time such as 07:30');
const duration = z.union([z.number(), z.string()]).refine(
  (value) => {
    try {
      return Number.isFinite(ms(value as Parameters<typeof ms>[0]));
    } catch (error) {
      if (error instanceof RangeError) return false;
      throw error;
    }
  },
  { error: 'expected a duration such as 90s, 5m or 2h' },
);
const state = z
  .strictObject({
    entity,
    attribute: z.string().min(1).max(255).optional(),
    is: words.optional(),
    isNot: words.optional(),
    above: z.number().optional(),
    below: z.number().optional(),
    unit: z.string().max(50).optional(),
    for: duration.optional(),
  })
  .refine(({ is, isNot, above, below }) => [is, isNot, above, below].some((x) => x !== undefined), {
    error: 'expected one of is, isNot, above, below',
  });
const day = z.union([1, 2, 3, 4, 5, 6, 7].map((n) => z.literal(n as 1)));
const window = z
  .strictObject({
    after: time.optional(),
    before: time.optional(),
    weekdays: z.array(day).min(1).optional(),
  })
  .refine((w) => Object.values(w).some((x) => x !== undefined), {
    error: 'expected after, before or weekdays',
  });

const nested = z.lazy(() => shape);
const shape: z.ZodType = z.union([
  state,
  z.strictObject({ time: window }),
  z.strictObject({ all: z.array(nested).min(1).max(50) }),
  z.strictObject({ any: z.array(nested).min(1).max(50) }),
  z.strictObject({ not: nested }),
]);

const statesMax = 50;

/** A condition from outside the type checker. Throws `run.condition_invalid` with what is wrong. */
export function readCondition(value: unknown): Condition {
  const read = shape.safeParse(value);
  if (!read.success) {
    const issues = read.error.issues.flatMap((issue) =>
      issue.code === 'invalid_union' ? issue.errors.flat() : [issue],
    );
    const problems = issues.slice(0, 5).map(({ path, message }) => ({ path, message }));
    throw new TomteError('run.condition_invalid', 'The condition is not one Tomte understands', {
      details: { problems },
    });
  }
  const condition = read.data as Condition;
  if (stateConditions(condition).length > statesMax) {
    throw new TomteError('run.condition_invalid', `A condition may look at ${statesMax} entities`);
  }
  return condition;
}
