/** What crosses the wire of detectors: what is watched, what would have been told, what a person answered. */
import { z } from 'zod';
import { chartSpec } from './chart.ts';
import { errorShape, facts, isoTime, severity } from './types.ts';
import { answerChoice, answerId } from './types-answer.ts';

export * from './types-answer.ts';

/** What a person answered, and what follows from it until it is undone. */
export const givenAnswer = z.object({
  id: z.string(),
  home: z.string(),
  detector: z.string(),
  episode: z.string(),
  /** Title of the finding it was given to. */
  title: z.string(),
  answer: answerId,
  label: z.string(),
  by: z.string().nullable(),
  at: isoTime,
  /** What is no longer told because of it, in words; null where nothing is. */
  hides: z.string().nullable(),
  /** How many findings of the last 60 days it hides, and how many of that detector are still told. */
  hidden: z.number(),
  kept: z.number(),
  /** The consequence in one sentence: `Hides 2 in 60 days, keeps 1.` */
  sentence: z.string(),
  undone: z.boolean(),
});
export type GivenAnswer = z.infer<typeof givenAnswer>;

export const findingRow = z.object({
  episode: z.string(),
  detector: z.string(),
  about: z.string(),
  title: z.string(),
  text: z.string(),
  severity,
  since: isoTime,
  /** When it was found. */
  at: isoTime,
  /** When it was over; null while it lasts. */
  until: isoTime.nullable(),
  entities: z.array(z.string()),
  facts,
  /** Not told, because of what a person answered to one like it. */
  hidden: z.boolean(),
  /** What a person said of it. */
  answer: answerId.nullable(),
  answers: z.array(answerChoice),
});
export type FindingRow = z.infer<typeof findingRow>;

export const detectorRow = z.object({
  name: z.string(),
  home: z.string(),
  about: z.string(),
  title: z.string(),
  /** What a person set; the rest is as the schema says. */
  settings: z.record(z.string(), z.unknown()),
  schema: z.record(z.string(), z.unknown()),
  /** Place on the slider, 0 (less often) to 6 (sooner); null where it has none. */
  sooner: z.number().nullable(),
  /** Sensors it looks after here. */
  sensors: z.array(z.string()),
  /** Workflows that tell what it finds, and are on or only watch. */
  toldBy: z.array(z.string()),
  answers: z.array(answerChoice),
});
export type DetectorRow = z.infer<typeof detectorRow>;

/** What a detector would have told in the past, at each stop of its slider. */
export const preview = z.object({
  home: z.string(),
  detector: z.string(),
  title: z.string(),
  from: isoTime,
  to: isoTime,
  /** Single readings are kept from here on; before, only hours. Null where there are none. */
  readingsFrom: isoTime.nullable(),
  /** Place of the slider now. */
  sooner: z.number().nullable(),
  stops: z.array(
    z.object({
      sooner: z.number().nullable(),
      told: z.number(),
      /** `Would have told you 3 times in 60 days.` */
      sentence: z.string(),
      /** Against the place of the slider now: episodes that come and go. */
      adds: z.array(z.string()),
      drops: z.array(z.string()),
      episodes: z.array(z.string()),
    }),
  ),
  /** All of all stops, newest first. */
  findings: z.array(findingRow.extend({ chart: chartSpec.nullable() })),
  /** What of the past is not there, in words. */
  missing: z.array(z.string()),
  tookMs: z.number(),
});
export type Preview = z.infer<typeof preview>;

export const watchedSensor = z.object({
  entity: z.string(),
  name: z.string(),
  area: z.string().nullable(),
  detector: z.string(),
  about: z.string(),
  /** Smallest thing that is told, in words: `0.1 L/min for 25 min`. */
  smallest: z.string(),
  /** Days behind what is usual; null where nothing has to be learned. */
  days: z.number().nullable(),
  lastReported: isoTime.nullable(),
  /** Why it sees nothing right now; null while it does. */
  blind: z.string().nullable(),
  /** A workflow tells what it finds. */
  told: z.boolean(),
});
export type WatchedSensor = z.infer<typeof watchedSensor>;

export const heartbeat = z.object({
  /** Host of the address that is called each minute; null where none is set. */
  host: z.string().nullable(),
  lastBeatAt: isoTime.nullable(),
  /** Why the newest beat failed, or was kept back on purpose. */
  error: errorShape.nullable(),
  held: z.string().nullable(),
});
export type Heartbeat = z.infer<typeof heartbeat>;

/** Proof of watching. */
export const watching = z.object({
  home: z.string(),
  asOf: isoTime.nullable(),
  /** `31 of 31 sensors reported in the last hour.` */
  sentence: z.string(),
  watched: z.array(watchedSensor),
  notWatched: z.array(
    z.object({
      what: z.string(),
      why: z.string(),
      entity: z.string().nullable(),
      detector: z.string().nullable(),
    }),
  ),
  heartbeat,
});
export type Watching = z.infer<typeof watching>;
