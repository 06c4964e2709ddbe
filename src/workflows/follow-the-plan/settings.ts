import { planLine } from '@tomte/sdk/plan-lines';
import { z } from 'zod';

const entity = (about: string) =>
  z
    .string()
    .regex(/^([a-z0-9_]+\.[a-z0-9_]+)?$/, 'an entity such as sensor.grid_power')
    .default('')
    .describe(about);
const option = (fallback: string, about: string) =>
  z.string().max(60).default(fallback).describe(about);

export const settings = z.strictObject({
  loads: z
    .array(planLine)
    .max(20)
    .default([])
    .describe(
      'What can wait, a line each: name, what is switched, power, how long, between which times, such as Car switch.wallbox 7400 W 180 min 18:00-07:00 by 06:30 Mon-Fri in pieces level sensor.car_charge to 80 % of 60 kWh ready binary_sensor.plugged, or what is kept warm, such as Water heater switch.tank 2000 W keeps sensor.tank 48-60 °C else on',
    ),
  fuseW: z
    .number()
    .min(500)
    .max(100_000)
    .nullable()
    .default(null)
    .describe('What may be drawn from the grid at once, W; empty for no limit'),
  gridPower: entity(
    'What is drawn from the grid now, W: watched against the fuse; silent for 12 minutes, everything goes back to itself',
  ),
  tellDone: z
    .enum(['digest', 'today', 'not'])
    .default('digest')
    .describe('When what waited is done: told in the morning, at once, or not'),
  battery: entity('The select that sets what the home battery does'),
  batteryItself: option('', 'Its option for following the house by itself'),
  batteryCharge: option('', 'Its option for charging, also from the grid'),
  batteryDischarge: option('', 'Its option for covering the house; as by itself when empty'),
  batteryHold: option('', 'Its option for keeping what it holds'),
});

export type Settings = z.output<typeof settings>;
