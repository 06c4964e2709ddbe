import type { DetectorDefinition, Finding } from '@tomte/sdk/define';
import { TomteError } from '@tomte/sdk/errors';
import type { EntityInfo } from '@tomte/sdk/home';
import { z } from 'zod';
import { openStream, type Stream } from './stream.ts';

const header = z.object({
  home: z.object({
    timeZone: z.string().refine(isZone, 'an IANA time zone'),
    country: z.string().nullish(),
  }),
  entities: z.array(
    z.object({
      id: z.string().min(1),
      deviceClass: z.string().nullish(),
      stateClass: z.string().nullish(),
      unit: z.string().nullish(),
      area: z.string().nullish(),
      name: z.string().nullish(),
    }),
  ),
});
const line = z.object({
  t: z.number().int().min(0).max(8_640_000_000_000_000),
  id: z.string(),
  v: z.union([z.number(), z.string()]),
});

/**
 * The engine of `tomte detect --jsonl`: takes the lines one by one and answers the lines to write.
 * The first good line describes the home, each further one is a reading in time order. A line that
 * cannot be read answers one `{"error":{…}}` and changes nothing.
 */
export function openDetection(detectors: ReadonlyMap<string, DetectorDefinition>): {
  line(text: string): string[];
} {
  let stream: Stream | null = null;
  let number = 0;
  let lastT = 0;
  return {
    line(text) {
      number += 1;
      if (text.trim() === '') return [];
      try {
        if (!stream) {
          stream = openStream({ detectors, ...homeOf(parse(header, text)), states: {} });
          return [];
        }
        const reading = parse(line, text);
        if (reading.t < lastT) throw invalid(`t ${reading.t} is before the line above, ${lastT}`);
        lastT = reading.t;
        return stream.read([reading]).flatMap(written);
      } catch (error) {
        if (!(error instanceof TomteError)) throw error;
        const { code, message, hint, details } = error;
        return [
          JSON.stringify({ error: { code, message, hint, details: { ...details, line: number } } }),
        ];
      }
    },
  };
}

/** Raised and cleared only: what is told in between is for people. */
function written(finding: Finding): string[] {
  const { kind, episode, at } = finding;
  if (kind === 'updated') return [];
  if (kind === 'cleared') return [JSON.stringify({ kind, episode, at })];
  const { detector, entities, since, severity, probability, title, text, facts } = finding;
  const whole = `${title}. ${text}`;
  return [
    JSON.stringify({
      kind,
      episode,
      detector,
      entities,
      at,
      since,
      severity,
      probability,
      text: whole,
      facts,
    }),
  ];
}

function parse<S extends z.ZodType>(schema: S, text: string): z.output<S> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw invalid('not a JSON value', cause);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalid(`${issue?.path.join('.') || 'line'}: ${issue?.message ?? 'not as expected'}`);
}

const invalid = (message: string, cause?: unknown): TomteError =>
  new TomteError('detect.input_invalid', message, cause === undefined ? {} : { cause });

function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function homeOf({ home, entities }: z.output<typeof header>): {
  zone: string;
  entities: EntityInfo[];
} {
  return {
    zone: home.timeZone,
    entities: entities.map((e) => ({
      id: e.id,
      name: e.name ?? e.id,
      domain: e.id.split('.')[0] ?? '',
      deviceClass: e.deviceClass ?? null,
      stateClass: e.stateClass ?? null,
      unit: e.unit ?? null,
      area: e.area ?? null,
      device: null,
      labels: [],
      platform: null,
    })),
  };
}
