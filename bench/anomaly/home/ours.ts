/** Tomte's own detectors with their default settings, as `tomte detect --jsonl` runs them. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DetectorDefinition } from '@tomte/sdk/define';
import { openStream } from '../../../src/anomaly/stream.ts';
import type { MakeJudge } from './score.ts';

const folder = join(import.meta.dirname, '../../../src/anomaly/detectors');

export async function ourDetectors(): Promise<Map<string, DetectorDefinition>> {
  const names = readdirSync(folder).filter((name) => /^[a-z-]+\.ts$/.test(name));
  const found = new Map<string, DetectorDefinition>();
  for (const name of names.sort()) {
    const { default: definition } = (await import(join(folder, name))) as {
      default: DetectorDefinition;
    };
    found.set(name.slice(0, -3), definition);
  }
  return found;
}

export const ours =
  (detectors: ReadonlyMap<string, DetectorDefinition>): MakeJudge =>
  ({ entities, zone }) => {
    const stream = openStream({ detectors, entities, zone, states: {} });
    return {
      read: (reading) =>
        stream.read([reading]).flatMap((one) =>
          one.kind === 'raised'
            ? [
                {
                  at: one.at,
                  entities: one.entities,
                  what: `${one.detector}: ${one.title}. ${one.text}`,
                },
              ]
            : [],
        ),
    };
  };
