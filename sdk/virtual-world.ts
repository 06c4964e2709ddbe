/** What a virtual Run is answered by: the recorded past, or the home of a test. */
import type { Decided, DecideRequest } from './decide.ts';
import type { Action } from './home.ts';
import type { Condition } from './trigger.ts';
import type {
  ActionOutcome,
  ActOptions,
  AlertRequest,
  Fetched,
  FetchOptions,
  HomeView,
  Question,
  WaitSpec,
} from './workflow.ts';

type Maybe<T> = T | Promise<T>;

/** Whether a condition is so. `held` goes into the next judgement of the same condition. */
export interface VirtualJudged {
  readonly met: boolean;
  /** When it may change without news of a state, epoch ms; null when it cannot. */
  readonly again: number | null;
  readonly held: unknown;
}

/** Every door of a workflow. None of them may move anything real. */
export interface VirtualWorld {
  readonly home: HomeView;
  judge(condition: Condition, held: unknown): VirtualJudged;
  /** Calls back at news of any of the entities a condition names; the answer ends it. */
  onNews(condition: Condition, callback: () => void): () => void;
  /** Calls back once when what is waited for comes; the answer ends it. */
  onHappening(what: WaitSpec, callback: (data: unknown) => void): () => void;
  /** Calls back when somebody answers; the answer ends it. */
  onAnswer(
    question: Question,
    callback: (answer: { answer: string; by: string | null }) => void,
  ): () => void;
  act(action: Action, options: ActOptions): Maybe<ActionOutcome>;
  alert(request: AlertRequest): Maybe<{ id: string }>;
  resolve(key: string, last: { title: string; text: string; at: number }): Maybe<void>;
  fetch(url: string, options: FetchOptions): Maybe<Fetched>;
  facts(
    connector: string,
    query: Readonly<Record<string, unknown>>,
  ): Maybe<{ value: unknown; asOf: number; stale: boolean }>;
  decide(request: DecideRequest): Maybe<Decided>;
  call(workflow: string, input: unknown): Maybe<unknown>;
  recall(key: string): Maybe<unknown>;
  remember(key: string, value: unknown): Maybe<void>;
  log(text: string): void;
}
