/**
 * A Run in memory on a virtual clock, with the semantics of a real one: every call of the context is a
 * step, remembered by its place and name; an execution that is abandoned goes on from what was remembered.
 */
import { withoutCodes } from './codes.ts';
import type { DecidedOf, DecideRequest } from './decide.ts';
import { type ErrorBody, TomteError } from './errors.ts';
import { wholeAction } from './home.ts';
import { ms, type TriggerFired } from './trigger.ts';
import type { VirtualTime } from './virtual-time.ts';
import { type VirtualWait, virtualWaits } from './virtual-waits.ts';
import type { VirtualWorld } from './virtual-world.ts';
import type { WorkflowContext, WorkflowDefinition } from './workflow.ts';

export interface VirtualStep {
  /** As the author called it, or its kind and number: `act 1`. */
  readonly name: string;
  readonly kind: string;
  readonly input: unknown;
  /** Epoch ms. */
  readonly at: number;
  endedAt: number | null;
  output?: unknown;
  error?: ErrorBody['error'];
}

export type VirtualOutcome =
  | { readonly state: 'done'; readonly result: unknown }
  | { readonly state: 'failed'; readonly error: ErrorBody['error'] };

export interface VirtualRun {
  readonly id: string;
  readonly trigger: TriggerFired;
  readonly startedAt: number;
  /** In the order of the calls. */
  readonly steps: readonly VirtualStep[];
  readonly outcome: VirtualOutcome | null;
  readonly endedAt: number | null;
  readonly ended: Promise<VirtualOutcome>;
  /** Ends this execution where it stands, as a crash does, and begins another from what was remembered. */
  again(definition?: WorkflowDefinition): void;
  /** Ends it for good without an outcome. */
  stop(): void;
}

export interface VirtualRunOptions {
  readonly id: string;
  readonly definition: WorkflowDefinition;
  readonly settings: Record<string, unknown>;
  readonly trigger: TriggerFired;
  readonly world: VirtualWorld;
  readonly time: VirtualTime;
  /** For a body in another process. */
  readonly adopt?: (context: WorkflowContext, stopped: AbortSignal) => WorkflowContext;
  /** Steps it begins with, as if an execution before it had taken them. */
  readonly journal?: readonly VirtualStep[];
  /** A kept step is answered from what was kept; `input` is what it is asked with now. */
  readonly onReplay?: (kept: VirtualStep, input: unknown) => void;
}

const attemptsUsual = 8;

export function startVirtualRun(o: VirtualRunOptions): VirtualRun {
  const { time } = o;
  const steps: VirtualStep[] = [...(o.journal ?? [])];
  const settled = Promise.withResolvers<VirtualOutcome>();
  let outcome: VirtualOutcome | null = null;
  let endedAt: number | null = null;
  let execution = new AbortController();

  function close(one: VirtualOutcome): void {
    if (outcome) return;
    outcome = one;
    endedAt = time.now();
    time.stir();
    settled.resolve(one);
  }

  async function execute(definition: WorkflowDefinition, stopped: AbortSignal): Promise<void> {
    const made = contextOf(o, steps, stopped);
    const context = o.adopt?.(made, stopped) ?? made;
    try {
      const result = await definition.run(context, o.settings);
      if (!stopped.aborted) close({ state: 'done', result: result ?? null });
    } catch (thrown) {
      if (stopped.aborted) return;
      const { error } = asError(thrown).toJSON();
      try {
        if (error.code !== 'run.step_order_changed')
          await definition.onFailure?.(context, o.settings, error);
      } catch (again) {
        o.world.log(`The compensation failed too: ${asError(again).message}`);
      }
      if (!stopped.aborted) close({ state: 'failed', error });
    }
  }

  const begin = (definition: WorkflowDefinition) => {
    execution = new AbortController();
    time.stir();
    void execute(definition, execution.signal);
  };
  const run: VirtualRun = {
    id: o.id,
    trigger: o.trigger,
    startedAt: time.now(),
    steps,
    get outcome() {
      return outcome;
    },
    get endedAt() {
      return endedAt;
    },
    ended: settled.promise,
    again(definition = o.definition) {
      if (outcome) return;
      execution.abort();
      begin(definition);
    },
    stop: () => execution.abort(),
  };
  begin(o.definition);
  return run;
}

const never = new Promise<never>(() => {});

export const asError = (thrown: unknown): TomteError =>
  thrown instanceof TomteError
    ? thrown
    : new TomteError('run.failed', thrown instanceof Error ? thrown.message : String(thrown));

/** What a journal would give back: plain JSON. */
const plain = (value: unknown): unknown =>
  value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown);

function contextOf(
  o: VirtualRunOptions,
  steps: VirtualStep[],
  stopped: AbortSignal,
): WorkflowContext {
  const { world, time } = o;
  const counts = new Map<string, number>();
  let position = 0;
  let now = time.now();

  /** The step at the next place: what it gave before, or what `body` gives now. */
  function step(
    kind: string,
    name: string | null,
    input: unknown,
    body: (step: VirtualStep) => unknown,
  ): Promise<never> {
    if (stopped.aborted) return never;
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    const at = position++;
    const called = name ?? `${kind} ${count}`;
    const known = steps[at];
    if (known && known.name !== called) {
      const message = `${called} was ${known.name} when this Run began`;
      return Promise.reject(new TomteError('run.step_order_changed', message));
    }
    if (known) o.onReplay?.(known, plain(input));
    if (known && known.endedAt !== null) return replay(known);
    const mine = known ?? {
      name: called,
      kind,
      input: plain(input),
      at: time.now(),
      endedAt: null,
    };
    if (!known) steps.push(mine);
    time.stir();
    return perform(mine, body) as Promise<never>;
  }

  function replay(known: VirtualStep): Promise<never> {
    now = Math.max(now, known.endedAt!);
    if (known.error) return Promise.reject(TomteError.fromBody({ error: known.error }));
    return Promise.resolve(plain(known.output)) as Promise<never>;
  }

  async function perform(
    mine: VirtualStep,
    body: (step: VirtualStep) => unknown,
  ): Promise<unknown> {
    try {
      const value = plain(await body(mine));
      if (stopped.aborted) return never;
      mine.output = value;
      return plain(value);
    } catch (thrown) {
      if (stopped.aborted) return never;
      const failure = asError(thrown);
      mine.error = failure.toJSON().error;
      throw failure;
    } finally {
      if (!stopped.aborted) {
        mine.endedAt = time.now();
        now = Math.max(now, mine.endedAt);
      }
      time.stir();
    }
  }

  /** Errors that may pass are tried again, 1 s, 2 s, 4 s, … on the virtual clock. */
  async function tried(body: () => unknown, attempts: number): Promise<unknown> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await body();
      } catch (thrown) {
        if (stopped.aborted) return never;
        if (attempt >= attempts || !asError(thrown).row.retry) throw thrown;
        await waits.pause(1000 * 2 ** (attempt - 1));
      }
    }
  }

  const waits = virtualWaits(world, time, stopped);
  const wait = (kind: string, input: unknown, one: (step: VirtualStep) => VirtualWait) =>
    step(kind, null, input, (mine) => waits.until(one(mine)));
  const { home } = world;
  // Inputs have the form in which a journal keeps them: the record of a real Run can be held against them.
  const look = (kind: string, input: unknown, from: () => unknown) => step(kind, null, input, from);
  const door = (kind: string, input: unknown, through: () => unknown) =>
    step(kind, null, input, () => tried(through, attemptsUsual));

  return {
    home: {
      ...{ id: home.id, name: home.name, zone: home.zone },
      state: (entity: string) => look('state', { entity }, () => home.state(entity)),
      states: (selector) => look('states', selector, () => home.states(selector)),
      entities: (selector) => look('entities', selector, () => home.entities(selector)),
      history: (entity: string, window) =>
        look('history', { entity, ...window }, () => home.history(entity, window)),
      statistics: (id, window) =>
        look('statistics', { id, ...window }, () => home.statistics(id, window)),
      plan: (asked) => look('plan', asked, () => home.plan(asked)),
      chooseSchedule: (asked) => look('chooseSchedule', asked, () => home.chooseSchedule(asked)),
    },
    trigger: o.trigger,
    run: o.id,
    step: (name, body, options) =>
      step('step', name, null, () => tried(body, options?.attempts ?? attemptsUsual)),
    sleep: (until) => wait('sleep', until, (mine) => waits.sleep(dueOf(until, mine.at))),
    until: (condition, { timeout }) =>
      wait('until', { condition, timeout }, (mine) =>
        waits.condition(condition, mine.at + ms(timeout)),
      ),
    waitFor: (what, { timeout }) =>
      wait('waitFor', { ...what, timeout }, (mine) => waits.happening(what, mine.at + ms(timeout))),
    ask: (question) =>
      wait('ask', question, (mine) => waits.answer(question, mine.at + ms(question.timeout))),
    act(written, options = {}) {
      const action = wholeAction(written);
      return door('act', { ...withoutCodes(action), ...options }, () => world.act(action, options));
    },
    alert: (request) => door('alert', request, () => world.alert(request)),
    resolve: (key, last) => door('resolve', { key, ...last }, () => world.resolve(key, last)),
    fetch: (url, options = {}) =>
      // Queries and fragments may carry keys.
      door('fetch', { url: url.replace(/[?#].*$/s, '?…'), method: options.method ?? 'GET' }, () =>
        world.fetch(url, options),
      ),
    facts: (connector, query = {}) =>
      door('facts', { connector, query }, () => world.facts(connector, query)),
    decide: <R extends DecideRequest>(request: R) =>
      door('decide', request, async () => (await world.decide(request)) as DecidedOf<R>),
    call: (workflow, input) =>
      door('call', { workflow, input: input ?? null }, () => world.call(workflow, input)),
    store: {
      get: (key) => look('store.get', { key }, async () => (await world.recall(key)) ?? null),
      set: (key, value) => look('store.set', { key, value }, () => world.remember(key, value)),
      delete: (key) => look('store.delete', { key }, () => world.remember(key, null)),
    },
    now: () => now,
    log: (message) => {
      if (!stopped.aborted) world.log(message);
    },
  };
}

function dueOf(until: Parameters<WorkflowContext['sleep']>[0], from: number): number {
  if (typeof until !== 'object') return from + ms(until);
  const at = Date.parse(until.at);
  if (Number.isNaN(at)) throw new RangeError(`${until.at} is no time`);
  return at;
}
