import type { Finding } from '@tomte/sdk/define';
import { saveDetectorState } from '../store/detector-states.ts';
import { applyFinding } from '../store/episodes.ts';
import { setPosition } from '../store/homes.ts';
import type { PlaceParts } from './parts.ts';

export interface FindingsRecord {
  readonly home: string;
  readonly findings: readonly Finding[];
  /** Detector name to its state, all readings up to `position` included. */
  readonly states: ReadonlyMap<string, unknown>;
  /** Newest change in those states, epoch ms. */
  readonly position: number;
}

/**
 * What was found, the detectors' memory and the place in the stream, in one transaction together with
 * the Runs they start: after a crash either all of it happened or none, and then the stream is read again.
 */
export async function recordFindings(parts: PlaceParts, record: FindingsRecord): Promise<void> {
  const { store, detectors, engine, place } = parts;
  const fired = await store.transaction(async (tx) => {
    for (const finding of record.findings) {
      await applyFinding(tx, record.home, detectors.get(finding.detector)?.about ?? finding.detector, finding);
    }
    for (const [detector, state] of record.states) {
      await saveDetectorState(tx, record.home, detector, state, record.position);
    }
    if (record.position > 0) await setPosition(tx, record.home, record.position);
    const runs: string[] = [];
    for (const finding of record.findings) {
      runs.push(...(await engine.journal(place, record.home, { kind: 'anomaly', finding }, tx)));
    }
    return runs;
  });
  await engine.startRuns(place, fired);
}
