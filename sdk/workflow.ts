/** A workflow and all it can reach. Every effect, and every look at the world, is a journalled Step. */
import type { z } from 'zod';
import type { Fitting } from './checked.ts';
import type { DecidedOf, DecideRequest } from './decide.ts';
import type { SettingsSchema } from './define.ts';
import type { ErrorBody } from './errors.ts';
import type { Action, EntityInfo, EntityState, HourRow, Reading, Severity } from './home.ts';
import type {
  ActionDomain,
  ActionFor,
  ActionName,
  EntityId,
  Otherwise,
  StateOf,
} from './home-types.ts';
import type { PlanAsked, PlannedNow } from './plan.ts';
import type { Condition, Duration, EntitySelector, TriggerFired, TriggerSpec } from './trigger.ts';
import type { Facts } from './types.ts';
import type { ScheduleAsked, ScheduleChoice } from './types-choice.ts';

export interface AlertRequest {
  /** The same key is the same alert while it is open. */
  readonly key: string;
  readonly title: string;
  readonly text: string;
  readonly lines?: readonly string[];
  readonly severity: Severity;
  /** Epoch ms. */
  readonly since: number;
  readonly entities: readonly string[];
  readonly facts?: Facts;
  readonly episode?: string;
  readonly detector?: string;
  /** Rings again although the alert is open already. */
  readonly worse?: boolean;
  /** Time of the finding this tells, epoch ms: an older one never overwrites a newer. */
  readonly at?: number;
  /** Keys of alerts that explain this one: while one of them is open, it is counted there and not told. */
  readonly dependsOn?: readonly string[];
  /** Told only if it is still so after this time; what is over before is not told. */
  readonly holdOff?: Duration;
  /** A button that does this Action, if the workflow may; else it asks for a yes first. */
  readonly action?: OfferedAction;
}

/** What a button of an alert does. */
export interface OfferedAction {
  /** At most 24 characters, such as `Close valve…`; what asks again ends with `…`. */
  readonly label: string;
  readonly action: Action;
}

export type ActionOutcome =
  | { readonly kind: 'confirmed' | 'sent'; readonly at: number }
  | { readonly kind: 'refused'; readonly rule: string; readonly message: string }
  | { readonly kind: 'unconfirmed'; readonly message: string };

export interface ActOptions {
  /** How long the Mirror may take to show the effect; 10 s when left out. */
  readonly confirm?: Duration;
  /** Sent again so often while the effect does not show; set-like Actions only. 0 when left out. */
  readonly retries?: number;
}

/** The home as a workflow sees it. Each look is a Step: a replay sees what was seen. */
export interface HomeView {
  readonly id: string;
  readonly name: string;
  /** IANA. */
  readonly zone: string;
  /** Null when there is no such entity. */
  state<const E extends string>(entity: EntityId | Otherwise<E>): Promise<StateOf<E> | null>;
  states<const S extends EntitySelector>(selector: Fitting<S>): Promise<EntityState[]>;
  entities<const S extends EntitySelector>(selector: Fitting<S>): Promise<EntityInfo[]>;
  /** Readings from Tomte's store and the recorder, in time order; epoch ms. */
  history<const E extends string>(
    entity: EntityId | Otherwise<E>,
    window: { from: number; to?: number },
  ): Promise<Reading[]>;
  /** Hours of long-term statistics. */
  statistics(id: string, window: { from: number; to?: number }): Promise<HourRow[]>;
  /** What the cheapest day with these loads wants now. Made anew each hour and when something changed; kept over restarts. */
  plan(asked: PlanAsked): Promise<PlannedNow>;
  /** Ways to run what can wait, each with its money, and one of them chosen: by a model, else the cheapest. Switches nothing. */
  chooseSchedule(asked: ScheduleAsked): Promise<ScheduleChoice>;
}

export interface Question {
  /** A question, at most 45 characters. */
  readonly title: string;
  readonly text: string;
  /** At most three, each with a word of its own; `danger` is never the default focus. */
  readonly options: readonly {
    readonly id: string;
    readonly label: string;
    readonly danger?: boolean;
  }[];
  /** Taken when nobody answers in time. Must be one of the options. */
  readonly fallback: string;
  readonly timeout: Duration;
}

export interface Answered {
  readonly answer: string;
  /** Name of who answered; null when nobody did and the fallback was taken. */
  readonly by: string | null;
  /** Epoch ms. */
  readonly at: number;
}

/** What a Run can wait for besides time and states. */
export type WaitSpec =
  | { readonly event: { readonly type: string; readonly data?: Readonly<Record<string, unknown>> } }
  | { readonly webhook: { readonly name: string } };

export interface FetchOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  /** Text, or JSON. A method that writes is sent with an Idempotency-Key of this Run and step. */
  readonly body?: string | Readonly<Record<string, unknown>> | readonly unknown[];
  readonly timeout?: Duration;
}

export interface Fetched {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The body where it is JSON, else null. */
  readonly json: unknown;
}

/** Small things a workflow remembers between its Runs, by home. */
export interface WorkflowStore {
  /** Null when it was never set. */
  get(key: string): Promise<unknown>;
  /** Plain JSON, at most 16 KB a value and 200 keys a workflow. */
  set(key: string, value: unknown): Promise<void>;
  delete(key: string): Promise<void>;
}

export interface StepOptions {
  /** How often it is tried in all, when its error may pass; 8 when left out. */
  readonly attempts?: number;
  /** Ends the attempt with `run.step_timeout`. */
  readonly timeout?: Duration;
}

/** All that a workflow can do. Steps are named by kind and order, or by the author; see the guide on determinism. */
export interface WorkflowContext {
  readonly home: HomeView;
  readonly trigger: TriggerFired;
  /** Id of this Run. */
  readonly run: string;
  /** Runs once; after a crash its recorded result is used again. */
  step<T>(name: string, body: () => Promise<T> | T, options?: StepOptions): Promise<T>;
  /** Survives restarts; an ISO 8601 text is a time, anything else a Duration. */
  sleep(until: Duration | { readonly at: string }): Promise<void>;
  /** Waits until it is so; `met` is false when the time ran out first. */
  until<const C extends Condition>(
    condition: Fitting<C>,
    options: { readonly timeout: Duration },
  ): Promise<{ readonly met: boolean; readonly at: number }>;
  /** Null when the time ran out first. */
  waitFor(
    what: WaitSpec,
    options: { readonly timeout: Duration },
  ): Promise<{ readonly data: unknown; readonly at: number } | null>;
  /** Asks a person; the answer comes from any channel, the first counts. */
  ask(question: Question): Promise<Answered>;
  /** Opens the alert, or updates the open one with this key. */
  alert(request: AlertRequest): Promise<{ id: string }>;
  /** Says it is over, silently, where it was told. */
  resolve(key: string, last: { title: string; text: string; at: number }): Promise<void>;
  /**
   * Asks for an Action; passes the guardrail, is confirmed by the Mirror. Where the guardrail wants a
   * person's yes, the Run waits for it; no, or no answer, is a refusal.
   */
  act<D extends ActionDomain, A extends ActionName<D>, const E extends string>(
    action: ActionFor<D, A, E>,
    options?: ActOptions,
  ): Promise<ActionOutcome>;
  /** Through the egress guard; the answer is recorded. Secrets in settings are filled in for their own hosts only. */
  fetch(url: string, options?: FetchOptions): Promise<Fetched>;
  /** Outside facts of a Connector, with their age. */
  facts(
    connector: string,
    query?: Readonly<Record<string, unknown>>,
  ): Promise<{ readonly value: unknown; readonly asOf: number; readonly stale: boolean }>;
  /** Asks a model to choose among answers that code made; without a model, or a good answer of it, the rule decides. */
  decide<const R extends DecideRequest>(request: R): Promise<DecidedOf<R>>;
  /** Runs another workflow of this home and waits for its result. */
  call(workflow: string, input?: unknown): Promise<unknown>;
  readonly store: WorkflowStore;
  /** Epoch ms of the newest thing that happened in this Run: the same at a replay. */
  now(): number;
  log(message: string): void;
}

/** What happens when a trigger fires while a Run of the same workflow is under way. */
export type RunMode =
  | { readonly kind: 'single' }
  | { readonly kind: 'restart' }
  | { readonly kind: 'queued' | 'parallel'; readonly max: number };

/** Written as a method, so that a workflow with settings of its own still is a workflow. */
type TriggersFrom<O> = { of(settings: O): readonly TriggerSpec[] }['of'];

export interface WorkflowDefinition<S extends SettingsSchema = SettingsSchema> {
  readonly kind: 'workflow';
  readonly title: string;
  /** One sentence: what it does. */
  readonly text: string;
  /** What people say who want it: it is found by these too. */
  readonly words?: readonly string[];
  /** Fixed, or made from the settings. */
  readonly triggers: readonly TriggerSpec[] | TriggersFrom<z.output<S>>;
  readonly settings: S;
  /** `parallel` with a cap of 10 when left out. */
  readonly mode?: RunMode;
  /** Not started again within this after a start. */
  readonly cooldown?: Duration;
  /** Started only when the trigger was quiet for so long; the last one counts. */
  readonly debounce?: Duration;
  /** Turned on for the first time it watches only, for a week; turned on again it acts. */
  readonly watchFirst?: boolean;
  /** It runs once as soon as it is turned on, and when its settings change; it must have `manual` among its triggers. */
  readonly runAtOnce?: boolean;
  /**
   * Before it may switch nothing any more it runs once, with the input `{ giveBack: why, entities? }`: when
   * it is switched off, Tomte is paused, the home is unlinked, or it loses some entities. It must have
   * `manual` among its triggers, and has 20 s.
   */
  readonly givesBack?: boolean;
  /** Must hold when it is triggered, else the Run does not start and the reason is kept. */
  conditions?(settings: z.output<S>): readonly Condition[];
  /** Entities it would like to switch: offered for a grant when it is enabled. */
  wants?(settings: z.output<S>): readonly string[];
  /** Entities that a detector is to watch besides those it finds, by detector, while the workflow is not off. */
  watches?(settings: z.output<S>): Readonly<Record<string, readonly string[]>>;
  run(context: WorkflowContext, settings: z.output<S>): Promise<unknown>;
  /** Compensation after a terminal error of `run`; journalled like it. */
  onFailure?(
    context: WorkflowContext,
    settings: z.output<S>,
    error: ErrorBody['error'],
  ): Promise<unknown>;
}

/** A workflow as it is written: triggers and conditions are checked against the types of the home. */
export type WorkflowDraft<
  S extends SettingsSchema,
  T extends readonly TriggerSpec[],
  F extends readonly TriggerSpec[],
  C extends readonly Condition[],
> = Omit<WorkflowDefinition<S>, 'kind' | 'triggers' | 'conditions'> & {
  readonly triggers: Fitting<T> | ((settings: z.output<S>) => Fitting<F>);
  conditions?(settings: z.output<S>): Fitting<C>;
};

export const defineWorkflow = <
  S extends SettingsSchema,
  const T extends readonly TriggerSpec[],
  const F extends readonly TriggerSpec[],
  const C extends readonly Condition[],
>(
  draft: WorkflowDraft<S, T, F, C>,
  // What was checked is what it was made of: the checked form only adds texts for the compiler.
): WorkflowDefinition<S> => ({ kind: 'workflow', ...draft }) as unknown as WorkflowDefinition<S>;

/** The triggers of a workflow with these settings. */
export const triggersOf = <S extends SettingsSchema>(
  definition: Pick<WorkflowDefinition<S>, 'triggers'>,
  settings: z.output<S>,
): readonly TriggerSpec[] =>
  typeof definition.triggers === 'function' ? definition.triggers(settings) : definition.triggers;

/** What a workflow is about, such as `water`: the kinds of finding that start it. */
export const aboutsOf = (
  definition: WorkflowDefinition,
  settings: Record<string, unknown>,
): string[] =>
  triggersOf(definition, settings).flatMap((spec) =>
    'anomaly' in spec ? [spec.anomaly.about] : [],
  );
