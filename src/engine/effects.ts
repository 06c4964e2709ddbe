import type {
  ActionOutcome,
  AlertRequest,
  Decided,
  DecideRequest,
  EntitySelector,
  Fetched,
  FetchOptions,
  Question,
} from '@tomte/sdk/define';
import type { Action, Change, EntityInfo, EntityState, HourRow, Reading } from '@tomte/sdk/home';
import type { PlanAsked, PlannedNow } from '@tomte/sdk/plan';
import type { ScheduleAsked, ScheduleChoice } from '@tomte/sdk/types-choice';

export interface AlertOfRun extends AlertRequest {
  readonly home: string;
  readonly workflow: string;
  readonly run: string;
  /** Name of the Step, such as `alert 1`: with `run` it is the same at a second try after a crash. */
  readonly step: string;
}

export interface LastWord {
  readonly title: string;
  readonly text: string;
  /** Epoch ms. */
  readonly at: number;
}

/** Who asks for an Action, and how. */
export interface ActBy {
  readonly askedBy: string;
  /** Run and step: the same key is the same Action. */
  readonly key: string;
  readonly confirmMs?: number | undefined;
  /** Sent again so often while the effect does not show; set-like Actions only. */
  readonly retries?: number | undefined;
  /** Id of the approval that a person answered with yes. */
  readonly approval?: string | undefined;
}

/** Nothing was sent: a person must say yes first, then it is asked again with the approval's id. */
export interface NeedsApproval {
  readonly kind: 'needs_approval';
  readonly reason: string;
}

/** A question on its way to people. The same id again is the same question. */
export type Asked = {
  readonly id: string;
  readonly home: string;
  readonly workflow: string;
  readonly run: string;
  readonly position: number;
  /** Epoch ms; nobody's answer counts after it. */
  readonly expiresAt: number;
  /** Taken when nobody answers. */
  readonly fallback: string;
} & (
  | ({ readonly kind: 'question' } & Pick<Question, 'title' | 'text' | 'options'>)
  /** Answered with `yes` or `no`. */
  | { readonly kind: 'action'; readonly action: Action; readonly reason: string }
);

export interface Window {
  /** Epoch ms. */
  readonly from: number;
  readonly to: number;
}

export interface FetchOfRun {
  readonly url: string;
  readonly options: FetchOptions;
  /** Sent along with methods that write. */
  readonly idempotencyKey: string;
  readonly workflow: string;
}

export interface DecideOfRun {
  readonly request: DecideRequest;
  readonly workflow: string;
  /** Run and step: the same key is the same Decision, and is not asked again. */
  readonly key: string;
}

/** A home as conditions look at it; all of it answers at once. */
export interface Eyes {
  readonly zone: string;
  state(entity: string): EntityState | null;
  /** False while changes of a time without connection are still to be told. */
  caughtUp(): boolean;
  /** Called at each change of the entity and at each fresh snapshot; the answer ends it. */
  onChange(entity: string, callback: () => void): () => void;
  /** Called with what happened while nobody looked, in order. */
  onLate(callback: (change: Change) => void): () => void;
  /** Called when `caughtUp` becomes true. */
  onCaughtUp(callback: () => void): () => void;
  onEvent(
    type: string,
    callback: (event: { data: Readonly<Record<string, unknown>>; at: number }) => void,
  ): () => void;
}

/** What a Run may ask of the world and do to it; main hands in the doors of the other rooms. Each may be called again after a crash. */
export interface Effects {
  homeFacts(home: string): { id: string; name: string; zone: string };
  alert(request: AlertOfRun): Promise<{ id: string }>;
  resolve(home: string, key: string, last: LastWord): Promise<void>;
  act(home: string, action: Action, by: ActBy): Promise<ActionOutcome | NeedsApproval>;
  /** What `act` would come to, without doing it. */
  wouldAct(home: string, action: Action, by: ActBy): Promise<ActionOutcome | NeedsApproval>;
  ask(asked: Asked): Promise<void>;
  /** Null where nobody looks after the home here. */
  eyes(home: string): Eyes | null;
  state(home: string, entity: string): Promise<EntityState | null>;
  states(home: string, selector: EntitySelector): Promise<EntityState[]>;
  entities(home: string, selector: EntitySelector): Promise<EntityInfo[]>;
  history(home: string, entity: string, window: Window): Promise<Reading[]>;
  statistics(home: string, id: string, window: Window): Promise<HourRow[]>;
  plan(home: string, asked: PlanAsked): Promise<PlannedNow>;
  chooseSchedule(home: string, asked: ScheduleAsked): Promise<ScheduleChoice>;
  fetch(home: string, request: FetchOfRun): Promise<Fetched>;
  facts(
    home: string,
    connector: string,
    query: Readonly<Record<string, unknown>>,
  ): Promise<{ value: unknown; asOf: number; stale: boolean }>;
  decide(home: string, asked: DecideOfRun): Promise<Decided>;
}
