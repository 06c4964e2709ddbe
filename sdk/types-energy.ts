/** What crosses the wire of energy: how a home is set up, its sensors, prices, forecasts and story. */
import { z } from 'zod';
import { errorShape, isoTime } from './types-alert.ts';

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

export const wireRate = z.object({
  start: isoTime,
  end: isoTime,
  /** Paid for a kWh, and brought by a kWh fed in; currency of the home. */
  buy: z.number(),
  sell: z.number(),
  /** Not told yet, taken from a day before. */
  assumed: z.boolean(),
});
export type WireRate = z.infer<typeof wireRate>;

export const tariffKind = z.object({
  name: z.string(),
  title: z.string(),
  text: z.string(),
  schema: z.record(z.string(), z.unknown()),
  /** True where the home has what it needs. */
  fits: z.boolean(),
});
export type TariffKind = z.infer<typeof tariffKind>;

export const energyPrices = z.object({
  home: z.string(),
  currency: z.string(),
  /** When prices were last told; null where they never were. */
  asOf: isoTime.nullable(),
  tariff: z
    .object({
      name: z.string(),
      title: z.string(),
      /** A person chose it, or it was read from the home. */
      by: z.enum(['person', 'home']),
      settings: z.record(z.string(), z.unknown()),
    })
    .nullable(),
  /** `Now 31.4 ct/kWh; cheapest 18.2 at 03:00.` */
  sentence: z.string(),
  /** The one number: what a person compares with the supplier; null where no price is told. */
  check: z
    .object({ at: isoTime, perKWh: z.number(), text: z.string(), confirmed: z.boolean() })
    .nullable(),
  rates: z.array(wireRate),
  /** What is assumed, in words, and what that guess is usually off by. */
  assumed: z.string().nullable(),
  assumedFrom: isoTime.nullable(),
  /** What is not known about what is fed in, in words. */
  selling: z.string().nullable(),
  /** What the highest mean power of a month costs; null where a person set none. */
  peak: z
    .object({
      ...{ perKw: z.number(), minutes: z.number(), text: z.string() },
      /** Highest mean import of an hour of this month. */
      reachedW: z.number(),
    })
    .nullable(),
  error: errorShape.nullable(),
});
export type EnergyPricesPage = z.infer<typeof energyPrices>;

export const forecastSlot = z.object({
  start: isoTime,
  end: isoTime,
  /** Mean W, and the band in which eight of ten fall. */
  expected: z.number(),
  low: z.number(),
  high: z.number(),
});

const score = z
  .object({ days: z.number(), lossW: z.number(), baselineLossW: z.number() })
  .nullable();

export const energyForecast = z.object({
  home: z.string(),
  asOf: isoTime,
  /** `About 9.1 kWh until tomorrow evening, 3.2 of them from the sun.` */
  sentence: z.string(),
  load: z.array(forecastSlot),
  solar: z.array(forecastSlot),
  /** Mean W of the hours of the last day that are over, to be drawn before. */
  came: z.array(
    z.object({ start: isoTime, load: z.number().nullable(), solar: z.number().nullable() }),
  ),
  /** From sunset to sunrise; empty where the home does not say where it is. */
  nights: z.array(z.object({ from: isoTime, to: isoTime })),
  /** Whose word the sky is. */
  sky: z.enum(['service', 'clouds', 'past']),
  /** How well days that are over were foreseen, in words; null before one was. */
  proof: z.string().nullable(),
  scores: z.object({ load: score, solar: score }),
});
export type EnergyForecastPage = z.infer<typeof energyForecast>;

export const energyStory = z.object({
  home: z.string(),
  asOf: isoTime,
  currency: z.string(),
  sentence: z.string(),
  lines: z.array(z.string()),
  /** All of it in a few sentences: by the rule, or in the words of a model, from the same numbers. */
  told: z.object({ text: z.string(), decidedBy: z.enum(['rule', 'model']) }),
  perDay: z.number().nullable(),
  before: z.number().nullable(),
  baseLoad: z
    .object({ nowW: z.number(), beforeW: z.number().nullable(), yearCost: z.number().nullable() })
    .nullable(),
  devices: z.array(
    z.object({
      sensor: z.string(),
      name: z.string(),
      perDay: z.number(),
      before: z.number().nullable(),
      share: z.number().nullable(),
    }),
  ),
  /** Mean kWh by hour of the day and by day of the week, Monday first. */
  byHour: z.array(z.number().nullable()),
  byWeekday: z.array(z.number().nullable()),
  savings: z.array(
    z.object({
      kind: z.enum(['shift', 'base-load', 'grown']),
      title: z.string(),
      text: z.string(),
      sensor: z.string().nullable(),
      perMonth: z.number(),
      low: z.number(),
      high: z.number(),
      days: z.number(),
    }),
  ),
});
export type EnergyStoryPage = z.infer<typeof energyStory>;

const saved = { saved: z.number(), low: z.number(), high: z.number() };
const day = z.string();

export const energyLedger = z.object({
  home: z.string(),
  asOf: isoTime,
  currency: z.string(),
  sentence: z.string(),
  /** What it is held against, in words; null before a habit is known. */
  baseline: z.string().nullable(),
  /** First and last local date that is told, `2026-11-26`. */
  since: day.nullable(),
  until: day.nullable(),
  /** Against the usual hours, with the band in which it lies; below 0 it lost. */
  ...saved,
  /** Days on which it lost, and how much on those alone. */
  lost: z.object({ days: z.number(), money: z.number() }),
  devices: z.array(
    z.object({
      /** A home battery is held against itself as it follows the house; its runs are days, its kWh came out of it. */
      kind: z.enum(['device', 'battery']),
      ...{ sensor: z.string(), name: z.string(), runs: z.number(), kWh: z.number() },
      ...{ paid: z.number(), usual: z.number() },
      ...saved,
      /** When it usually began, or what else it is held against, in words. */
      habit: z.string().nullable(),
    }),
  ),
  /** Newest first; money is null where nothing ran that could be held against a habit. */
  days: z.array(
    z.object({
      day,
      saved: z.number().nullable(),
      low: z.number().nullable(),
      high: z.number().nullable(),
      /** Of a day on which it lost: by what. */
      text: z.string().nullable(),
    }),
  ),
  /** Runs that could not be held against anything. */
  left: z.array(
    z.object({
      kind: z.enum(['device', 'battery']),
      ...{ sensor: z.string(), name: z.string(), why: z.string(), runs: z.number() },
    }),
  ),
});
export type EnergyLedgerPage = z.infer<typeof energyLedger>;
