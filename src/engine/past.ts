import { countRunLogs } from '../store/run-logs.ts';
import { waitsOf } from '../store/waits.ts';
import type { Past } from './body.ts';
import type { Durable, StepInfo } from './durable.ts';
import { keptSteps } from './fork.ts';
import type { JournalledRun } from './journal.ts';
import type { Place } from './places.ts';
import type { Recorded } from './step.ts';
import type { WaitOutcome } from './wait.ts';

/** What earlier executions of a Run left, and this one before its process died. */
export async function loadPast(o: {
  durable: Durable;
  place: Place;
  name: string;
  run: JournalledRun;
}): Promise<Past & { lines: number }> {
  const { durable, name, run } = o;
  const { db } = o.place.store;
  const { id, segment } = run;
  const [kept, own, current, waits, lines] = await Promise.all([
    keptSteps(o),
    segment === 0 ? [] : durable.steps(name, { run: id, segment: segment - 1 }),
    durable.stepsOf(name, { run: id, segment }),
    waitsOf(db, id),
    countRunLogs(db, id),
  ]);
  const earlier = [...kept, ...own];
  const records = new Map<number, { name: string; recorded: Recorded }>();
  earlier.forEach((row, place) => void records.set(place, playedOf(row)));
  for (const row of current) records.set(earlier.length + row.functionID, playedOf(row));
  const outcomes = new Map<number, WaitOutcome>();
  for (const { position, settled_at, outcome } of waits) {
    if (settled_at !== null) outcomes.set(position, outcome as WaitOutcome);
  }
  return { records, base: earlier.length, outcomes, lines };
}

/** Records of earlier versions of Tomte tell less. */
const playedOf = (row: StepInfo): { name: string; recorded: Recorded } => {
  const at = row.completedAtEpochMs ?? 0;
  const recorded = { kind: 'step', at, tries: 1, heard: [], ...(row.output as object) } as unknown;
  return { name: row.name, recorded: recorded as Recorded };
};
