import type { HomeView, StepOptions, WorkflowContext } from '@tomte/sdk/workflow';
import { errorOf } from './failure.ts';
import type { Begin, Call, ToChild } from './protocol.ts';

type Answer = Extract<ToChild, { type: 'answer' }>;

/** One execution of a Run in this process. */
export interface Body {
  readonly context: WorkflowContext;
  answer(message: Answer): void;
  /** Runs the body of the step that call `n` named. */
  step(n: number): unknown;
}

/** The context of a workflow whose calls travel; their order on the way is the order of its steps. */
export function bodyOf(
  begin: Begin,
  o: { call: (call: Call) => void; log: (text: string) => void },
): Body {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  const steps = new Map<number, () => unknown>();
  let count = 0;
  let now = begin.now;

  const call = (method: string, args: readonly unknown[], body?: () => unknown): Promise<never> => {
    const n = ++count;
    const answered = Promise.withResolvers<unknown>();
    waiting.set(n, answered);
    if (body) steps.set(n, body);
    o.call({ type: 'call', run: begin.run, n, method, args });
    return answered.promise as Promise<never>;
  };
  const far =
    (method: string) =>
    (...args: readonly unknown[]) =>
      call(method, args);

  const { id, name, zone } = begin.home;
  const home: HomeView = {
    ...{ id, name, zone },
    state: far('home.state'),
    states: far('home.states'),
    entities: far('home.entities'),
    history: far('home.history'),
    statistics: far('home.statistics'),
    plan: far('home.plan'),
    chooseSchedule: far('home.chooseSchedule'),
  };
  const context: WorkflowContext = {
    home,
    trigger: begin.trigger,
    run: begin.id,
    step: (step: string, body: () => unknown, options?: StepOptions) =>
      call('step', [step, options ?? {}], body),
    sleep: far('sleep'),
    until: far('until'),
    waitFor: far('waitFor'),
    ask: far('ask'),
    alert: far('alert'),
    resolve: far('resolve'),
    act: far('act'),
    fetch: far('fetch'),
    facts: far('facts'),
    decide: far('decide'),
    call: far('call'),
    store: { get: far('store.get'), set: far('store.set'), delete: far('store.delete') },
    now: () => now,
    log: (message) => o.log(message),
  };
  return {
    context,
    answer(message) {
      now = Math.max(now, message.now);
      const answered = waiting.get(message.n);
      waiting.delete(message.n);
      steps.delete(message.n);
      if (message.failed) answered?.reject(errorOf(message.failed));
      else answered?.resolve(message.value);
    },
    step(n) {
      const body = steps.get(n);
      if (!body) throw new Error('This step has no body any more');
      return body();
    },
  };
}
