/**
 * Charts as plain values. A ChartSpec is what the service computes once; `chartOption` turns it into
 * an Apache ECharts option, the same in the browser and in the PNG of an alert.
 */
import { z } from 'zod';

const point = z.tuple([z.number(), z.number().nullable()]);

/** One question, one lane. Times are epoch ms; null values are gaps and are never drawn across. */
export const chartSpec = z.object({
  title: z.string(),
  /** Sentence that says what the picture shows: the figure's caption. */
  caption: z.string(),
  /** Name of the lane, such as `Water`. */
  lane: z.string(),
  /** Unit with its resolution, such as `L/min, mean of 5 min`. */
  unit: z.string(),
  zone: z.string(),
  from: z.number(),
  to: z.number(),
  /** Where the now-line stands; null when the picture is of the past only. */
  now: z.number().nullable(),
  form: z.enum(['line', 'bars']),
  points: z.array(point),
  /** Points rebuilt after a Gap: drawn as small hollow dots. */
  late: z.array(z.number()),
  /** Band of what is usual: [t, low, high]. */
  usual: z.array(z.tuple([z.number(), z.number(), z.number()])),
  /** The unusual part: bracket on the axis and a thicker line. */
  found: z.object({ from: z.number(), to: z.number(), label: z.string() }).nullable(),
  gaps: z.array(z.object({ from: z.number(), to: z.number(), reason: z.string() })),
  nights: z.array(z.object({ from: z.number(), to: z.number() })),
});
export type ChartSpec = z.infer<typeof chartSpec>;
