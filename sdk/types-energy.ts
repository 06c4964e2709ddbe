/** What crosses the wire of energy: how a home is set up, faults of its sensors. */
import { z } from 'zod';
import { isoTime } from './types-alert.ts';

/** A fault of a sensor that the energy page names. */
export const sensorFault = z.object({
  rule: z.string(),
  /** Id of the statistic. */
  sensor: z.string(),
  name: z.string(),
  evidence: z.string(),
  consequence: z.string(),
  fix: z.string(),
  /** Sums and plans do without it until it is mended or answered. */
  leftOut: z.boolean(),
  /** Words of the answer that sets it right, such as `It is W`; null where only the home can. */
  answer: z.string().nullable(),
  /** What a person said. */
  answered: z.enum(['true', 'right']).nullable(),
});
export type WireSensorFault = z.infer<typeof sensorFault>;

export const energySetup = z.object({
  home: z.string(),
  asOf: isoTime,
  /** `empty` where the energy page of Home Assistant is not filled. */
  state: z.enum(['ready', 'empty']),
  /** `7 sensors, 60 days of past, 1 left out.` */
  sentence: z.string(),
  /** What is known without asking, and whose word it is. */
  figures: z.array(z.object({ what: z.string(), value: z.string(), from: z.string() })),
  faults: z.array(sensorFault),
  /** Kinds of sources of the energy page that are not known here. */
  unknown: z.array(z.string()),
});
export type EnergySetupPage = z.infer<typeof energySetup>;
