import { z } from 'zod';
import { minuteMs } from '../local-hour.ts';

export const waterSettings = z.strictObject({
  sooner: z
    .number()
    .int()
    .min(0)
    .max(6)
    .default(3)
    .describe('Tell me less often (0) or sooner (6)'),
  minimumFlowLitresPerMinute: z
    .number()
    .min(0)
    .max(10)
    .default(0.05)
    .describe('Flow below this counts as dry, in L/min'),
  unbrokenMinutes: z
    .number()
    .min(5)
    .max(1440)
    .default(45)
    .describe(
      'Tell when water runs without a break this many minutes at an hour that is usually dry; half of it once your own habits are known',
    ),
  pouringLitresPerMinute: z
    .number()
    .min(1)
    .max(200)
    .default(15)
    .describe(
      'Tell when water pours at this rate, in L/min; your own strongest use replaces it after a week',
    ),
  pouringMinutes: z
    .number()
    .min(1)
    .max(60)
    .default(2)
    .describe('Tell when water has poured for this many minutes'),
  sensors: z
    .array(z.string().max(255))
    .max(20)
    .default([])
    .describe('Water sensors to watch; leave empty to watch all that are found'),
});
export type WaterSettings = z.output<typeof waterSettings>;

/** The limits the rules use: the settings, moved by the slider. */
export interface Limits {
  readonly floorLpm: number;
  readonly unbrokenMs: number;
  readonly unbrokenLitresMin: number;
  readonly pouringLpm: number;
  readonly pouringMs: number;
  readonly pouringLitresMin: number;
  /** Litres in one run. */
  readonly muchLitresMin: number;
  readonly noDryGapMs: number;
  readonly noDryGapLitresMin: number;
  /** One hour, and hours on end, of at least this much more than usual. */
  readonly hourLitresMin: number;
  /** The least of some hours on end. */
  readonly lowLitresMin: number;
  readonly hoursLitresMin: number;
  readonly loneHourLitresMin: number;
}

const patience = [2, 1.5, 1.25, 1, 0.75, 0.6, 0.45];

export function limitsOf(settings: WaterSettings): Limits {
  const more = patience[settings.sooner]!;
  return {
    floorLpm: settings.minimumFlowLitresPerMinute,
    unbrokenMs: settings.unbrokenMinutes * minuteMs * more,
    unbrokenLitresMin: 3 * more,
    // A rate moves people less than a time: half the slider's step.
    pouringLpm: settings.pouringLitresPerMinute * Math.sqrt(more),
    pouringMs: settings.pouringMinutes * minuteMs,
    pouringLitresMin: 20 * more,
    muchLitresMin: 240 * more,
    noDryGapMs: 12 * 60 * minuteMs * more,
    noDryGapLitresMin: 10 * more,
    hourLitresMin: 8 * more,
    lowLitresMin: 6 * more,
    hoursLitresMin: 60 * more,
    loneHourLitresMin: 200 * more,
  };
}
