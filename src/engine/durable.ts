import { AsyncLocalStorage } from 'node:async_hooks';
import { DBOS, Error as engineErrors } from '@dbos-inc/dbos-sdk';
import type { Pool } from 'pg';
import type { Log } from '../lib/log.ts';

/**
 * The one file that speaks to the durable engine's package. It registers a single generic workflow;
 * what a Run does is looked up by the body, so definitions come and go without the engine knowing.
 */
export interface Durable {
  /** Starts one execution at once; one that was started before is left alone. */
  start(place: string, home: string, run: string, segment: number): Promise<void>;
  /** Takes over what another boot left, at once or within a second of our own start. */
  resume(place: string, segments: readonly Segment[]): Promise<void>;
  /** Of these executions. */
  known(place: string, segments: readonly Segment[]): Promise<Known[]>;
  /** All that has no outcome in the engine yet. */
  unfinished(place: string, home?: string): Promise<Known[]>;
  /** All, ended ones included. */
  all(place: string, home?: string): Promise<Known[]>;
  /** In order, of the executions up to this one. */
  steps(place: string, upTo: Segment): Promise<StepInfo[]>;
  stepsOf(place: string, segment: Segment): Promise<StepInfo[]>;
  /** An execution in another process notices between its steps. */
  cancel(place: string, segments: readonly Segment[]): Promise<void>;
  drop(place: string, segments: readonly Segment[]): Promise<void>;
  close(): Promise<void>;
}

/** One execution of a Run: what lies between two long waits. */
export interface Segment {
  readonly run: string;
  readonly segment: number;
}

export interface Known extends Segment {
  readonly status: 'active' | 'ended' | 'cancelled';
  /** True when it runs, or is about to, in this very process. */
  readonly ours: boolean;
  /** Boot that executed it last. */
  readonly boot: string | null;
}

export type StepInfo = NonNullable<Awaited<ReturnType<typeof DBOS.listWorkflowSteps>>>[number];

/** Executions whose steps are read side by side. */
const atOnce = 8;
const active = ['PENDING', 'ENQUEUED', 'DELAYED'] as const;
// Compared at recovery: a constant, so that Runs outlive an update of the program.
const applicationVersion = 'tomte';

export async function openDurable(o: {
  pool: Pool;
  worker: string;
  boot: string;
  log: Log;
  body: (place: string, run: string, segment: number) => Promise<unknown>;
}): Promise<Durable> {
  // A queue a boot: nothing that an earlier life left moves before it is asked to.
  const queueName = `${o.worker}:${o.boot}`;
  const workflow = DBOS.registerWorkflow(o.body, {
    name: 'run',
    // It counts restarts, not crashes: a Run that merely waits must outlive any number of them.
    maxRecoveryAttempts: 1_000_000_000,
  });
  DBOS.setConfig({
    name: 'tomte',
    systemDatabasePool: o.pool,
    systemDatabaseSchemaName: 'dbos',
    applicationVersion,
    executorID: o.boot,
    enablePatching: true,
    listenQueues: [queueName],
    logger: engineLog(o.log),
  });
  await DBOS.launch();
  await dropQueues(o.worker);
  await DBOS.registerQueue(queueName, { minPollingIntervalMs: 100, onConflict: 'always_update' });
  return durable(workflow, o.boot, queueName);
}

function durable(
  workflow: (place: string, run: string, segment: number) => Promise<unknown>,
  boot: string,
  queueName: string,
): Durable {
  const ids = (place: string, segments: readonly Segment[]) =>
    segments.map(({ run, segment }) => idOf(place, run, segment));
  const attributes = (place: string, home?: string) => (home ? { place, home } : { place });
  // Asked from within a workflow, the engine would journal the question as one of its steps.
  const outside = AsyncLocalStorage.snapshot();
  const list = async (place: string, filter: Parameters<typeof DBOS.listWorkflows>[0]) => {
    const rows = await outside(() =>
      DBOS.listWorkflows({ ...filter, loadInput: false, loadOutput: false }),
    );
    return rows.map(({ workflowID, status, executorId, queueName: queue }) => ({
      ...segmentOf(workflowID.slice(place.length + 1)),
      status: statusOf(status),
      ours: oursOf(status, executorId === boot, queue === queueName),
      boot: executorId ?? null,
    }));
  };
  const stepsIn = (id: string) => outside(() => DBOS.listWorkflowSteps(id));
  return {
    async start(place, home, run, segment) {
      const options = {
        workflowID: idOf(place, run, segment),
        workflowAttributes: { place, home },
      };
      await outside(() => DBOS.startWorkflow(workflow, options)(place, run, segment));
    },
    async resume(place, segments) {
      if (segments.length === 0) return;
      await outside(() => DBOS.resumeWorkflows(ids(place, segments), { queueName }));
    },
    async known(place, segments) {
      return segments.length === 0 ? [] : list(place, { workflowIDs: ids(place, segments) });
    },
    unfinished: (place, home) =>
      list(place, { attributes: attributes(place, home), status: [...active] }),
    all: (place, home) => list(place, { attributes: attributes(place, home) }),
    async steps(place, { run, segment }) {
      const found: StepInfo[] = [];
      for (let from = 0; from <= segment; from += atOnce) {
        const some = Array.from({ length: Math.min(atOnce, segment + 1 - from) }, (_, n) =>
          stepsIn(idOf(place, run, from + n)),
        );
        for (const steps of await Promise.all(some)) found.push(...(steps ?? []));
      }
      return found;
    },
    async stepsOf(place, { run, segment }) {
      return (await stepsIn(idOf(place, run, segment))) ?? [];
    },
    async cancel(place, segments) {
      if (segments.length > 0) await outside(() => DBOS.cancelWorkflows(ids(place, segments)));
    },
    async drop(place, segments) {
      if (segments.length === 0) return;
      await outside(() => DBOS.cancelWorkflows(ids(place, segments)));
      await outside(() => DBOS.deleteWorkflows(ids(place, segments)));
    },
    // The queue stays, for the next boot to drop: nothing here may need a database that is gone.
    close: () => DBOS.shutdown({ deregister: true }),
  };
}

const idOf = (place: string, run: string, segment: number): string =>
  segment === 0 ? `${place}/${run}` : `${place}/${run}#${segment}`;

function segmentOf(id: string): Segment {
  const [run = '', segment = '0'] = id.split('#');
  return { run, segment: Number(segment) };
}

/** True inside the body of a step. */
export const inStep = (): boolean => DBOS.isInStep();

/**
 * One journalled step; to be called synchronously, since the order of calls is its identity. It is tried
 * once: the engine's own retries would ask the database once more before each.
 */
export const durableStep = <T>(name: string, body: () => Promise<T>): Promise<T> =>
  DBOS.runStep(body, { name, retriesAllowed: false });

/** `order` when the workflow took other steps than those recorded, `engine` for the engine's own affairs. */
export function engineError(error: unknown): 'order' | 'engine' | null {
  const code = (error as { dbosErrorCode?: unknown } | null)?.dbosErrorCode;
  if (typeof code !== 'number') return null;
  const { UnexpectedStep, StepNondeterminism } = engineErrors;
  return code === UnexpectedStep || code === StepNondeterminism ? 'order' : 'engine';
}

function statusOf(status: string): Known['status'] {
  if (status === 'SUCCESS' || status === 'ERROR') return 'ended';
  return status === 'CANCELLED' ? 'cancelled' : 'active';
}

function oursOf(status: string, byUs: boolean, inOurQueue: boolean): boolean {
  if (status === 'PENDING') return byUs;
  return statusOf(status) === 'active' && inOurQueue;
}

/** Queues of earlier boots of this worker: their rows are resumed onto ours. */
async function dropQueues(worker: string): Promise<void> {
  for (const { name } of await DBOS.listQueues()) {
    if (name.startsWith(`${worker}:`)) await DBOS.deleteQueue(name);
  }
}

/** Its chatter is for developers; only its warnings are for whoever runs Tomte. */
function engineLog(log: Log) {
  const write = (level: 'debug' | 'warn' | 'error') => (entry: unknown) =>
    log[level]({ engine: true }, entry instanceof Error ? entry.message : String(entry));
  return {
    info: write('debug'),
    debug: write('debug'),
    warn: write('warn'),
    error: write('error'),
  };
}
