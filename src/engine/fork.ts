import { TomteError } from '@tomte/sdk/errors';
import type { Clock } from '../lib/clock.ts';
import { copyWaits } from '../store/waits.ts';
import type { Durable, StepInfo } from './durable.ts';
import { type JournalledRun, type NewRun, readRun, runId, runOfNew, writeRun } from './journal.ts';
import type { Place } from './places.ts';

/**
 * Journals a Run that goes through the steps of another as they were, up to the one at `from`, and from
 * there on anew, changing nothing. It keeps the version and the settings of the first. Throws
 * `run.not_found`, `run.step_not_found`.
 */
export async function forkRun(o: {
  name: string;
  place: Place;
  durable: Durable;
  clock: Clock;
  run: string;
  from: number;
}): Promise<JournalledRun> {
  const { name, place, durable, from } = o;
  const source = await readRun(place.store.db, o.run);
  if (!source) throw new TomteError('run.not_found', `There is no Run ${o.run}`);
  const steps = await stepsOfRun({ name, place, durable, run: source });
  const step = steps[from];
  if (!step) throw new TomteError('run.step_not_found', `The Run has no step ${from}`);
  const now = o.clock.now();
  const { id: of, home, workflow, fired, version, terms } = source;
  const run: NewRun = {
    ...{ home, workflow, fired, version, terms, dry: true, fork: { run: of, from } },
    id: runId(home, workflow, `fork:${of}/${from}/${now}`),
    reason: `Tried again from “${step.name}”, switching nothing`,
  };
  await place.store.transaction(async (tx) => {
    await writeRun(tx, run, now);
    await copyWaits(tx, { of, to: run.id, before: from, now });
  });
  return runOfNew(run, now);
}

/** All records of a Run in order: those it took over from another come first. */
export async function stepsOfRun(o: {
  name: string;
  place: Place;
  durable: Durable;
  run: JournalledRun;
}): Promise<StepInfo[]> {
  const { id, segment } = o.run;
  return [...(await keptSteps(o)), ...(await o.durable.steps(o.name, { run: id, segment }))];
}

/** What it took over; nothing where it began by itself, or where the other Run is kept no longer. */
export async function keptSteps(o: Parameters<typeof stepsOfRun>[0]): Promise<StepInfo[]> {
  const { fork } = o.run;
  const source = fork && (await readRun(o.place.store.db, fork.run));
  return source ? (await stepsOfRun({ ...o, run: source })).slice(0, fork.from) : [];
}
