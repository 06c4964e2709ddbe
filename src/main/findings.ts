import type { Finding } from '@tomte/sdk/define';
import type { HomeNotes } from '@tomte/sdk/types-detect';
import { type Hide, isHidden } from '../anomaly/hide.ts';
import { listAnswers } from '../store/answers.ts';
import { saveDetectorState } from '../store/detector-states.ts';
import { endEpisode, saveEpisode } from '../store/episodes.ts';
import { savePosition } from '../store/homes.ts';
import type { Db } from '../store/tables.ts';
import { withNotes } from './detect/notes.ts';
import type { PlaceParts } from './parts.ts';

export interface FindingsRecord {
  readonly home: string;
  /** IANA. */
  readonly zone: string;
  readonly notes: HomeNotes;
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
  const { home } = record;
  const runs = await store.transaction(async (tx) => {
    const begun: (() => Promise<void>)[] = [];
    const hides = record.findings.length === 0 ? [] : await hidesOf(tx, home);
    for (const found of record.findings) {
      const about = detectors.get(found.detector)?.about ?? found.detector;
      const finding = withNotes(found, record.notes);
      const isHiddenNow = hides.some((hide) => isHidden(finding, hide, record.zone));
      const told = await keepFinding(tx, home, { about, finding, hidden: isHiddenNow });
      if (!told) continue;
      const fired = { kind: 'anomaly', about, finding: told } as const;
      const { begin } = await engine.journal(tx, place, home, fired);
      begun.push(begin);
    }
    for (const [detector, state] of Object.entries(record.states)) {
      await saveDetectorState(tx, { home, detector, state, position: record.position });
    }
    if (record.position > 0) await savePosition(tx, home, record.position);
    return begun;
  });
  for (const begin of runs) await begin();
}

const hidesOf = async (tx: Db, home: string): Promise<Hide[]> =>
  (await listAnswers(tx, { home })).flatMap(({ hides }) => (hides === null ? [] : [hides as Hide]));

/** Answers what is to be told of it; null where a person said that such as this is not. */
async function keepFinding(
  tx: Db,
  home: string,
  { about, finding, hidden }: { about: string; finding: Finding; hidden: boolean },
): Promise<Finding | null> {
  const { episode, detector, since, at } = finding;
  if (finding.kind === 'cleared') {
    const ended = await endEpisode(tx, { id: episode, clearedAt: at });
    return ended?.hidden ? null : finding;
  }
  const before = await saveEpisode(tx, {
    id: episode,
    home_id: home,
    ...{ detector, about, hidden, since, finding },
    ...{ state: 'open', raised_at: at, cleared_at: null },
  });
  if (hidden) return null;
  // It grew beyond what the person waved away: to them it is new.
  return before?.hidden ? { ...finding, kind: 'raised' } : finding;
}

/** Of findings of the past only what still goes on is news; what is over belongs to the first look. */
export function stillOpen(findings: readonly Finding[]): Finding[] {
  const open = new Map<string, Finding>();
  for (const finding of findings) {
    if (finding.kind === 'cleared') open.delete(finding.episode);
    else open.set(finding.episode, { ...finding, kind: 'raised' });
  }
  return [...open.values()];
}
