import { DBOS, Error as engineErrors } from '@dbos-inc/dbos-sdk';
import type { Pool } from 'pg';
import type { Log } from '../lib/log.ts';

/**
 * The one file that speaks to the durable engine's package. It registers a single generic workflow;
 * what a Run does is looked up by the body, so definitions come and go without the engine knowing.
 */
export interface Durable {
  /** Starts at once; an id that was started before is left alone. */
  start(place: string, home: string, run: string): Promise<void>;
  /** Takes over what another boot left, at once or within a second of our own start. */
  resume(place: string, runs: readonly string[]): Promise<void>;
  /** Of these Runs. */
  known(place: string, runs: readonly string[]): Promise<Known[]>;
  /** All that has no outcome in the engine yet. */
  unfinished(place: string, home?: string): Promise<Known[]>;
  /** All, ended ones included. */
  all(place: string, home?: string): Promise<Known[]>;
  steps(place: string, run: string): Promise<StepInfo[]>;
  /** Ends them: code under way finds out at its next step. */
  cancel(place: string, runs: readonly string[]): Promise<void>;
  drop(place: string, runs: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

export interface Known {
  readonly run: string;
  readonly status: 'active' | 'ended' | 'cancelled';
  /** True when it runs, or is about to, in this very process. */
  readonly ours: boolean;
}

export type StepInfo = NonNullable<Awaited<ReturnType<typeof DBOS.listWorkflowSteps>>>[number];

export interface StepRetry {
  readonly attemptsMax: number;
  readonly firstMs: number;
  readonly worth: (error: unknown) => boolean;
}

const active = ['PENDING', 'ENQUEUED', 'DELAYED'] as const;
// Compared at recovery: a constant, so that Runs outlive an update of the program.
const applicationVersion = 'tomte';

export async function openDurable(o: {
  pool: Pool;
  worker: string;
  boot: string;
  log: Log;
  body: (place: string, run: string) => Promise<unknown>;
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
  workflow: (place: string, run: string) => Promise<unknown>,
  boot: string,
  queueName: string,
): Durable {
  const ids = (place: string, runs: readonly string[]) => runs.map((run) => `${place}/${run}`);
  const attributes = (place: string, home?: string) => (home ? { place, home } : { place });
  const list = async (place: string, filter: Parameters<typeof DBOS.listWorkflows>[0]) => {
    const rows = await DBOS.listWorkflows({ ...filter, loadInput: false, loadOutput: false });
    return rows.map(({ workflowID, status, executorId, queueName: queue }) => ({
      run: workflowID.slice(place.length + 1),
      status: statusOf(status),
      ours: oursOf(status, executorId === boot, queue === queueName),
    }));
  };
  return {
    async start(place, home, run) {
      await DBOS.startWorkflow(workflow, {
        workflowID: `${place}/${run}`,
        workflowAttributes: { place, home },
      })(place, run);
    },
    async resume(place, runs) {
      if (runs.length > 0) await DBOS.resumeWorkflows(ids(place, runs), { queueName });
    },
    async known(place, runs) {
      return runs.length === 0 ? [] : list(place, { workflowIDs: ids(place, runs) });
    },
    unfinished: (place, home) =>
      list(place, { attributes: attributes(place, home), status: [...active] }),
    all: (place, home) => list(place, { attributes: attributes(place, home) }),
    async steps(place, run) {
      return (await DBOS.listWorkflowSteps(`${place}/${run}`)) ?? [];
    },
    async cancel(place, runs) {
      if (runs.length > 0) await DBOS.cancelWorkflows(ids(place, runs));
    },
    async drop(place, runs) {
      if (runs.length === 0) return;
      await DBOS.cancelWorkflows(ids(place, runs));
      await DBOS.deleteWorkflows(ids(place, runs));
    },
    // The queue stays, for the next boot to drop: nothing here may need a database that is gone.
    close: () => DBOS.shutdown({ deregister: true }),
  };
}

/** One journalled step; to be called synchronously, since the order of calls is its identity. */
export function durableStep<T>(
  name: string,
  body: (lastAttempt: boolean) => Promise<T>,
  retry: StepRetry,
): Promise<T> {
  return DBOS.runStep(() => body((DBOS.stepStatus?.currentAttempt ?? 1) >= retry.attemptsMax), {
    name,
    retriesAllowed: true,
    maxAttempts: retry.attemptsMax,
    intervalSeconds: retry.firstMs / 1000,
    backoffRate: 2,
    shouldRetry: retry.worth,
  });
}

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
