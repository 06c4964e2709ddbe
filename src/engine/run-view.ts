import type { RunStep } from '@tomte/sdk/types';
import { isoOrNull } from '../lib/clock.ts';
import { type RunLogRow, runLogs } from '../store/run-logs.ts';
import { type WaitRow, waitsOf } from '../store/waits.ts';
import type { Durable, StepInfo } from './durable.ts';
import { readRun } from './journal.ts';
import type { Place } from './places.ts';
import { firstStep, type Recorded } from './step.ts';

/** All that a Run did, waits for and said, in order. */
export interface RunView {
  readonly steps: readonly RunStep[];
  readonly waits: readonly WaitRow[];
  readonly logs: readonly RunLogRow[];
}

const stepsShown = 1_000;
const valueMax = 16 * 1024;

export async function viewOf(o: {
  name: string;
  run: string;
  durable: Durable;
  place: Place;
}): Promise<RunView> {
  const { db } = o.place.store;
  const run = await readRun(db, o.run);
  if (!run) return { steps: [], waits: [], logs: [] };
  const [rows, waits, logs] = await Promise.all([
    o.durable.steps(o.name, { run: run.id, segment: run.segment }),
    waitsOf(db, run.id),
    runLogs(db, run.id),
  ]);
  const settled = new Map(waits.map((wait) => [wait.position, wait]));
  const steps = rows.map((row, position) => runStep(row, settled.get(position)));
  return { steps: steps.filter(({ name }) => name !== firstStep).slice(-stepsShown), waits, logs };
}

/** A journal row as a person reads it. A wait ends when it is settled, not when it is written down. */
function runStep(row: StepInfo, wait: WaitRow | undefined): RunStep {
  const recorded = row.output as Recorded | null;
  const failed = recorded && 'failed' in recorded ? recorded.failed.error : null;
  const output = recorded && 'out' in recorded ? recorded.out : null;
  return {
    name: row.name,
    kind: recorded?.kind ?? 'step',
    tries: recorded?.tries ?? 1,
    startedAt: isoOrNull(row.startedAtEpochMs),
    endedAt: isoOrNull(wait ? wait.settled_at : row.completedAtEpochMs),
    input: shown(recorded?.in),
    output: shown(wait ? wait.outcome : output),
    error: failed ? `${failed.code}: ${failed.message}` : (row.error?.message ?? null),
  };
}

function shown(value: unknown): unknown {
  const text = JSON.stringify(value ?? null);
  return text.length <= valueMax
    ? (value ?? null)
    : `${text.slice(0, 2_000)} … ${text.length} characters`;
}
