import { TomteError } from '@tomte/sdk/errors';
import type { WorkflowContext } from '@tomte/sdk/workflow';
import { errorOf, failureOf } from './failure.ts';
import type { ProcessLost } from './lost.ts';
import type { Begin, FromChild, ToChild } from './protocol.ts';

/** What is executed: a Run's begin, and the context that its calls reach. */
export interface Execution {
  readonly begin: Omit<Begin, 'type' | 'run'>;
  readonly context: WorkflowContext;
  /** Says that the body is thinking; the answer says that it has come to rest. */
  readonly hold: () => () => void;
  /** The engine waits for this execution no more; its Run is taken up again in another. */
  readonly dropped: AbortSignal;
}

export type Heard = Extract<FromChild, { run: string }> | Extract<FromChild, { type: 'log' }>;

export interface Running {
  readonly ended: Promise<unknown>;
  hear(message: Heard): void;
  lose(lost: ProcessLost): void;
}

/** Calls that go through as they are, by the word they travel under. */
const passing: Readonly<
  Record<string, (context: WorkflowContext) => (...args: never[]) => Promise<unknown>>
> = {
  'home.state': (c) => c.home.state,
  'home.states': (c) => c.home.states,
  'home.entities': (c) => c.home.entities,
  'home.history': (c) => c.home.history,
  'home.statistics': (c) => c.home.statistics,
  'home.plan': (c) => c.home.plan,
  'home.chooseSchedule': (c) => c.home.chooseSchedule,
  sleep: (c) => c.sleep,
  until: (c) => c.until,
  waitFor: (c) => c.waitFor,
  ask: (c) => c.ask,
  alert: (c) => c.alert,
  resolve: (c) => c.resolve,
  act: (c) => c.act,
  fetch: (c) => c.fetch,
  facts: (c) => c.facts,
  decide: (c) => c.decide,
  call: (c) => c.call,
  'store.get': (c) => c.store.get,
  'store.set': (c) => c.store.set,
  'store.delete': (c) => c.store.delete,
};

/** One execution, seen from Tomte: calls come in the order the workflow made them, which is their identity. */
export function executionIn(
  run: string,
  { begin, context, hold, dropped }: Execution,
  send: (message: ToChild) => void,
): Running {
  const ended = Promise.withResolvers<unknown>();
  const bodies = new Map<number, { attempt: number; done: PromiseWithResolvers<unknown> }>();
  let sent = 0;
  let release: (() => void) | null = null;

  const tell = (message: ToChild) => {
    sent++;
    release ??= hold();
    send(message);
  };
  const rest = () => {
    release?.();
    release = null;
  };
  const answer = (n: number, answered: Promise<unknown>) => {
    answered.then(
      (value) => tell({ type: 'answer', run, n, value, now: context.now() }),
      (error: unknown) =>
        tell({ type: 'answer', run, n, failed: failureOf(error), now: context.now() }),
    );
  };

  function stepOf(n: number, [name, options]: readonly unknown[]): Promise<unknown> {
    let attempt = 0;
    const body = () => {
      const done = Promise.withResolvers<unknown>();
      bodies.set(n, { attempt: ++attempt, done });
      tell({ type: 'body', run, n, attempt });
      return done.promise;
    };
    return context.step(String(name), body, options as never);
  }

  function hear(message: Heard): void {
    switch (message.type) {
      case 'call': {
        const { n, method, args } = message;
        const far = passing[method]?.(context) as
          | ((...args: readonly unknown[]) => Promise<unknown>)
          | undefined;
        if (method === 'step') answer(n, stepOf(n, args));
        else if (far) answer(n, far(...args));
        else answer(n, Promise.reject(new TomteError('run.failed', `ctx has no ${method}`)));
        return;
      }
      case 'bodyDone': {
        const body = bodies.get(message.n);
        // An attempt that was given up may answer late.
        if (body?.attempt !== message.attempt) return;
        if (message.failed) body.done.reject(errorOf(message.failed));
        else body.done.resolve(message.value);
        return;
      }
      case 'log':
        context.log(message.text);
        return;
      case 'idle':
        if (message.seen >= sent) rest();
        return;
      case 'ended':
        rest();
        if (message.failed) ended.reject(errorOf(message.failed));
        else ended.resolve(message.value);
    }
  }

  const lose = (lost: ProcessLost) => {
    for (const body of bodies.values()) body.done.reject(lost);
    rest();
    ended.reject(lost);
  };
  dropped.addEventListener('abort', () => send({ type: 'drop', run }), { once: true });
  tell({ type: 'begin', run, ...begin });
  return { ended: ended.promise, hear, lose };
}
