import type { Finding } from '@tomte/sdk/define';
import { saveDetectorState } from '../store/detector-states.ts';
import { endEpisode, saveEpisode } from '../store/episodes.ts';
import { savePosition } from '../store/homes.ts';
import type { Db } from '../store/tables.ts';
import type { PlaceParts } from './parts.ts';

export interface FindingsRecord {
  readonly home: string;
  readonly findings: readonly Finding[];
  /** Detector name to its state, all readings up to `position` included. */
  readonly states: Readonly<Record<string, unknown>>;
  /** Newest change in those states, epoch ms. */
  readonly position: number;
}

/**
 * What was found, the detectors' memory and the place in the stream, in one transaction together with
 * the Runs they start: after a crash either all of it happened or none, and then the stream is read again.
 */
export async function recordFindings(parts: PlaceParts, record: FindingsRecord): Promise<void> {
  const { store, detectors, engine, place } = parts;
  const runs = await store.transaction(async (tx) => {
    const begun: (() => Promise<void>)[] = [];
    for (const finding of record.findings) {
      await keepFinding(
        tx,
        record.home,
        detectors.get(finding.detector)?.about ?? finding.detector,
        finding,
      );
      const { begin } = await engine.journal(tx, place, record.home, { kind: 'anomaly', finding });
      begun.push(begin);
    }
    for (const [detector, state] of Object.entries(record.states)) {
      await saveDetectorState(tx, {
        home: record.home,
        detector,
        state,
        position: record.position,
      });
    }
    if (record.position > 0) await savePosition(tx, record.home, record.position);
    return begun;
  });
  for (const begin of runs) await begin();
}

async function keepFinding(tx: Db, home: string, about: string, finding: Finding): Promise<void> {
  const { episode, detector, since, at } = finding;
  if (finding.kind === 'cleared') {
    await endEpisode(tx, { id: episode, clearedAt: at });
    return;
  }
  await saveEpisode(tx, {
    id: episode,
    home_id: home,
    detector,
    about,
    state: 'open',
    since,
    raised_at: at,
    cleared_at: null,
    finding,
  });
}
