import { TomteError } from '@tomte/sdk/errors';
import { type Clock, withTimeout } from '../../lib/clock.ts';
import { type Execution, executionIn, type Running } from './execution.ts';
import { errorOf } from './failure.ts';
import { ProcessLost } from './lost.ts';
import type { Declared, Derived, FromChild, ToChild } from './protocol.ts';
import { residentOf, startChild } from './spawn.ts';

/** One version of a person's workflow, in a process of its own. */
export interface Host {
  readonly declared: Declared;
  derive(settings: unknown): Promise<Derived>;
  /** Runs it; rejects with the workflow's error, or with ProcessLost. */
  execute(o: Execution): Promise<unknown>;
  /** Executions that live in it. */
  executing(): number;
  /** Resolves when the process is gone, however that came. */
  readonly gone: Promise<void>;
  close(): void;
}

export interface Limits {
  readonly heapMb: number;
  /** Resident memory: also counts buffers, which lie outside the heap. */
  readonly residentMb: number;
  /** Without an answer for so long, it is ended. */
  readonly silentMs: number;
  readonly loadMs: number;
}
export const usualLimits: Limits = {
  heapMb: 128,
  residentMb: 384,
  silentMs: 10_000,
  loadMs: 15_000,
};

const lookMs = 250;
const pingMs = 1_000;
const lastWordsMax = 2_000;

/** Starts the process and loads the code. Throws `workflow.file_invalid` when the code does not load. */
export async function openHost(o: {
  code: string;
  clock: Clock;
  limits?: Partial<Limits>;
}): Promise<Host> {
  const limits = { ...usualLimits, ...o.limits };
  const child = startChild(limits.heapMb);
  const running = new Map<string, Running>();
  const derives = new Map<number, PromiseWithResolvers<Derived>>();
  const loaded = Promise.withResolvers<Declared>();
  const gone = Promise.withResolvers<void>();
  let reason: string | null = null;
  let lastWords = '';
  let derived = 0;
  let begun = 0;
  let heardAt = o.clock.ticks();
  // Until then `loadMs` counts.
  let isLoaded = false;

  const kill = (why: string) => {
    reason ??= why;
    child.kill('SIGKILL');
  };
  // A process on its way out refuses messages; what becomes of them is decided when it is gone.
  const send = (message: ToChild) => void (child.connected && child.send(message, () => {}));

  function hear(message: FromChild): void {
    heardAt = o.clock.ticks();
    if (message.type === 'loaded') {
      isLoaded = true;
      loaded.resolve(message.declared);
    } else if (message.type === 'notLoaded') {
      const { message: words, details } = errorOf(message.failed);
      loaded.reject(new TomteError('workflow.file_invalid', words, { details }));
    } else if (message.type === 'derived') {
      derives.get(message.n)?.resolve(message.derived);
      derives.delete(message.n);
    } else if (message.type !== 'pong' && message.run !== null) {
      running.get(message.run)?.hear(message);
    }
  }

  const stops = [
    o.clock.every(pingMs, () => {
      send({ type: 'ping', n: 0 });
      const silent = o.clock.ticks() - heardAt;
      if (isLoaded && silent > limits.silentMs)
        kill(`did not answer for ${Math.round(silent / 1000)} s: a loop without end?`);
    }),
    o.clock.every(lookMs, () => {
      if (child.pid === undefined) return;
      void residentOf(child.pid).then((bytes) => {
        if (bytes !== null && bytes > limits.residentMb * 1024 * 1024)
          kill(`took more than ${limits.residentMb} MB of memory`);
      });
    }),
  ];

  function end(words: string): void {
    for (const stop of stops) stop();
    const lost = new ProcessLost(words);
    loaded.reject(new TomteError('workflow.file_invalid', words));
    for (const one of derives.values()) one.reject(new TomteError('workflow.file_invalid', words));
    for (const one of running.values()) one.lose(lost);
    derives.clear();
    running.clear();
    gone.resolve();
  }

  child.on('message', (message) => hear(message as FromChild));
  child.stderr!.setEncoding('utf8').on('data', (part: string) => {
    lastWords = (lastWords + part).slice(-lastWordsMax);
  });
  child.once('error', (error) => end(`could not be started: ${error.message}`));
  child.once('exit', (code, signal) => end(reason ?? endWords(code, signal, lastWords, limits)));
  send({ type: 'load', code: o.code });

  const declared = await withTimeout(o.clock, limits.loadMs, loaded.promise, () => {
    kill(`took longer than ${limits.loadMs / 1000} s to load`);
    return new TomteError(
      'workflow.file_invalid',
      `It took longer than ${limits.loadMs / 1000} s to load`,
    );
  });
  return {
    declared,
    gone: gone.promise,
    executing: () => running.size,
    derive(settings) {
      const n = ++derived;
      const answered = Promise.withResolvers<Derived>();
      derives.set(n, answered);
      send({ type: 'derive', n, settings });
      return answered.promise;
    },
    execute(execution) {
      const run = `${execution.begin.id}/${++begun}`;
      const one = executionIn(run, execution, send);
      running.set(run, one);
      return one.ended.finally(() => running.delete(run));
    },
    close: () => kill('was closed'),
  };
}

function endWords(
  code: number | null,
  signal: string | null,
  lastWords: string,
  limits: Limits,
): string {
  if (/heap out of memory|heap limit/i.test(lastWords))
    return `took more than ${limits.heapMb} MB of heap`;
  const last = lastWords.trim().split('\n').at(-1) ?? '';
  return `ended (${signal ?? code})${last ? `: ${last.slice(0, 200)}` : ''}`;
}
