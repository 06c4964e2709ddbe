import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { TomteError } from '@tomte/sdk/errors';
import type { Clock } from '../clock.ts';
import { oneByOne } from '../one-by-one.ts';
import { newModel, type Solution, type Solve } from './linear.ts';
import type { Answer, Ask } from './worker.ts';

export interface Solver {
  /** One model at a time, in the order asked for. A model that takes too long is ended with its thread. */
  readonly solve: Solve;
  /** Loads the solver now, so that the first model need not wait for it. */
  warm(): Promise<void>;
  close(): Promise<void>;
}

/** The solver looks at its limit now and then only; past this much more it is ended. */
const patienceMs = (timeLimitMs: number) => 2 * timeLimitMs + 1_500;
const startMs = 20_000;
const waitingMax = 64;

/**
 * A solver in a thread of its own, so that nothing else ever waits for it. The thread begins with the first
 * model, ends when idle for `idleMs`, and begins anew once the solver holds more than `memoryMaxBytes`: its
 * memory never shrinks. Throws plan.solver_busy when too many models wait, plan.solver_closed after close.
 */
export function openSolver(o: {
  clock: Clock;
  /** Told what a thread died of; the model it had gets no solution. */
  onFault: (error: unknown) => void;
  idleMs?: number;
  memoryMaxBytes?: number;
}): Solver & { readonly threads: () => number } {
  const { clock, onFault, idleMs = 300_000, memoryMaxBytes = 200e6 } = o;
  const inTurn = oneByOne();
  let thread: Thread | null = null;
  let begun = 0;
  let waiting = 0;
  let closed = false;
  let stopIdle = () => {};

  const end = async () => {
    const ending = thread;
    thread = null;
    await ending?.end();
  };
  const fresh = async (): Promise<Thread> => {
    if (thread && !thread.dead()) return thread;
    begun += 1;
    thread = openThread(clock, onFault);
    // The first model of a thread pays for loading and compiling the solver; it is none that anyone waits for.
    await thread.ask(smallest(), { timeLimitMs: 1_000, gapMax: 0 }, startMs);
    return thread;
  };
  const one: Solve = async (model, options) => {
    if (closed) throw new TomteError('plan.solver_closed', 'The solver is shut');
    stopIdle();
    const { solution, memoryBytes } = await (await fresh()).ask(
      model,
      options,
      patienceMs(options.timeLimitMs),
    );
    if (memoryBytes > memoryMaxBytes || thread?.dead()) await end();
    else stopIdle = clock.after(idleMs, () => void inTurn(end));
    return solution;
  };

  return {
    async solve(model, options) {
      if (waiting >= waitingMax)
        throw new TomteError('plan.solver_busy', `${waiting} models wait for the solver`);
      waiting += 1;
      try {
        return await inTurn(() => one(model, options));
      } finally {
        waiting -= 1;
      }
    },
    warm: () => inTurn(async () => void (await fresh())),
    async close() {
      closed = true;
      stopIdle();
      await end();
    },
    threads: () => begun,
  };
}

interface Thread {
  /** Never throws: a thread that dies or is silent for `patience` gives no solution, and is dead then. */
  ask(
    model: Ask['model'],
    options: Ask['options'],
    patience: number,
  ): Promise<{ solution: Solution; memoryBytes: number }>;
  dead(): boolean;
  end(): Promise<void>;
}

function openThread(clock: Clock, onFault: (error: unknown) => void): Thread {
  const worker = new Worker(join(import.meta.dirname, `worker${extname(import.meta.filename)}`), {
    // Heap for JavaScript only; what the solver itself takes is told with each answer.
    resourceLimits: { maxOldGenerationSizeMb: 256 },
    env: {},
    stdout: true,
    stderr: true,
  });
  worker.unref();
  let dead = false;
  let asked = 0;
  let settle: ((answer: Answer | null) => void) | null = null;
  const gone = () => {
    dead = true;
    settle?.(null);
  };
  worker.on('message', (answer: Answer) => settle?.(answer));
  // An error ends the thread; `exit` follows it.
  worker.on('error', (error) => {
    onFault(error);
    gone();
  });
  worker.on('exit', gone);

  return {
    async ask(model, options, patience) {
      asked += 1;
      const { promise, resolve } = Promise.withResolvers<Answer | null>();
      settle = resolve;
      let late = false;
      const cancel = clock.after(patience, () => {
        late = true;
        dead = true;
        void worker.terminate();
        resolve(null);
      });
      // A program may end while the thread idles, not while it works.
      worker.ref();
      if (dead) resolve(null);
      else worker.postMessage({ id: asked, model, options } satisfies Ask);
      const answer = await promise;
      cancel();
      settle = null;
      if (!dead) worker.unref();
      if (answer) return { solution: answer.solution, memoryBytes: answer.memoryBytes };
      return { solution: { kind: 'none', reason: late ? 'time' : 'failed' }, memoryBytes: 0 };
    },
    dead: () => dead,
    async end() {
      dead = true;
      await worker.terminate();
    },
  };
}

function smallest() {
  const model = newModel();
  const x = model.column({ cost: -1, high: 10, whole: true });
  const y = model.column({ cost: -1, high: 10, whole: true });
  model.row({ high: 12.5 }, [
    [x, 2],
    [y, 1.5],
  ]);
  return model.build();
}
