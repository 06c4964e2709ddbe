/** What can be asked of energy: set-up, sensors, prices, forecasts, story, ledger. */
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
  energyPrices: op(
    'GET',
    'homes/:home/energy/prices',
    z.strictObject({ home }),
    e.energyPrices,
    'What a kWh costs, two days on: told, or assumed and said to be.',
  ),
  listTariffs: op(
    'GET',
    'homes/:home/energy/tariffs',
    z.strictObject({ home }),
    z.array(e.tariffKind),
    'Kinds of tariffs, the form of each, and whether the home has what it needs.',
  ),
  setTariff: op(
    'PUT',
    'homes/:home/energy/tariff',
    z.strictObject({
      home,
      /** Null gives it back to what can be read from the home. */
      tariff: z.string().max(200).nullable(),
      settings: z.record(z.string(), z.unknown()).optional(),
    }),
    e.energyPrices,
    'Choose where prices come from.',
  ),
  confirmPrice: op(
    'POST',
    'homes/:home/energy/price',
    z.strictObject({
      home,
      at: z.iso.datetime({ offset: true }),
      /** What the supplier shows for that time, taxes and fees included, per kWh. */
      perKWh: z.number().min(-10).max(100),
    }),
    e.energyPrices,
    'The one number: taxes and fees follow from it.',
  ),
  setPeak: op(
    'PUT',
    'homes/:home/energy/peak',
    z.strictObject({
      home,
      /** Money a kW of the highest mean power of a month, and over how many minutes it is meant; null for none. */
      peak: z
        .strictObject({
          perKw: z.number().positive().max(10_000),
          minutes: z.union([z.literal(15), z.literal(30), z.literal(60)]).optional(),
        })
        .nullable(),
    }),
    e.energyPrices,
    'What the highest power of a month costs, where the grid company asks for it: plans then stay below it.',
  ),
  energyForecast: op(
    'GET',
    'homes/:home/energy/forecast',
    z.strictObject({ home }),
    e.energyForecast,
    'What the home will use and its panels will make, with bands, and how well past days were foreseen.',
  ),
  energyStory: op(
    'GET',
    'homes/:home/energy/story',
    z.strictObject({ home }),
    e.energyStory,
    'What is used, when and by what, what changed, and where money could be saved.',
  ),
  energyLedger: op(
    'GET',
    'homes/:home/energy/ledger',
    z.strictObject({
      home,
      /** Newest days that are over. */
      days: z.coerce.number().int().min(1).max(400).optional(),
    }),
    e.energyLedger,
    'What was saved by when things ran, day by day and by device, with how sure it is; losses as they are.',
  ),
} as const;
