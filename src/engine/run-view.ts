import type { RunStep } from '@tomte/sdk/types';
import { isoOrNull } from '../lib/clock.ts';
import { type RunLogRow, runLogs } from '../store/run-logs.ts';
import { type WaitRow, waitsOf } from '../store/waits.ts';
import type { Durable, StepInfo } from './durable.ts';
import { stepsOfRun } from './fork.ts';
import { readRun } from './journal.ts';
import type { Place } from './places.ts';
import { type Played, scriptOf } from './playback.ts';
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
    stepsOfRun({ ...o, run }),
    waitsOf(db, run.id),
    runLogs(db, run.id),
  ]);
  const settled = new Map(waits.map((wait) => [wait.position, wait]));
  const order = orderOf(
    rows.map((row) => ({ name: row.name, heard: (row.output as Recorded | null)?.heard })),
  );
  const steps = rows.map((row, position) => ({
    ...runStep(row, settled.get(position)),
    ...order[position]!,
  }));
  return { steps: steps.filter(({ name }) => name !== firstStep).slice(-stepsShown), waits, logs };
}

type Order = Pick<RunStep, 'position' | 'after' | 'beside'>;

/** What led to each call, and what was under way when it was made. */
function orderOf(played: readonly Played[]): Order[] {
  const script = scriptOf(played);
  const underWay = new Set<number>();
  let heard = 0;
  let after: number | null = null;
  return played.map((_, position) => {
    for (let next = script[heard]; next && next.calls <= position; next = script[++heard]) {
      underWay.delete(next.place);
      after = next.place;
    }
    // Earlier versions of Tomte did not note what was heard: then each step followed the one before.
    if (script.length === 0)
      return { position, after: position === 0 ? null : position - 1, beside: [] };
    const order = { position, after, beside: [...underWay] };
    underWay.add(position);
    return order;
  });
}

/** A journal row as a person reads it. A wait ends when it is settled, not when it is written down. */
function runStep(row: StepInfo, wait: WaitRow | undefined): Omit<RunStep, keyof Order> {
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
