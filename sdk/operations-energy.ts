/** What can be asked of energy: how the home is set up, and whether its sensors can be trusted. */
import { z } from 'zod';
import { op } from './operation.ts';
import * as e from './types-energy.ts';

const home = z.string().max(200);

export const energyOperations = {
  energySetup: op(
    'GET',
    'homes/:home/energy/setup',
    z.strictObject({ home }),
    e.energySetup,
    'The energy of a home as it was read, whose word each figure is, and what is wrong with its sensors.',
  ),
  answerSensor: op(
    'PUT',
    'homes/:home/energy/sensors/:sensor',
    z.strictObject({
      home,
      sensor: z.string().max(255),
      rule: z.string().max(60),
      /** The suspicion is true, the sensor is right as it is, or null: the answer is taken back. */
      answer: z.enum(['true', 'right']).nullable(),
    }),
    e.energySetup,
    'What a person says of a suspected sensor: at once it is set right, or trusted.',
  ),
} as const;
