/**
 * What travels between Tomte and the process that holds a person's own workflow. Plain JSON both ways:
 * the process has no database, no keys and no home, only these words.
 */
import type { ErrorBody } from '@tomte/sdk/errors';
import type { Condition, TriggerFired, TriggerSpec } from '@tomte/sdk/trigger';
import type { RunMode } from '@tomte/sdk/workflow';

/** A workflow as its code declares it; what hangs on settings is in `Derived`. */
export interface Declared {
  readonly title: string;
  readonly text: string;
  /** JSON schema of the settings, as they are typed in. */
  readonly schema: Record<string, unknown>;
  readonly mode: RunMode | null;
  /** Milliseconds. */
  readonly cooldown: number | null;
  readonly debounce: number | null;
  readonly compensates: boolean;
}

/** What follows from settings; `problems` says why they do not fit. */
export type Derived =
  | {
      readonly ok: true;
      readonly settings: Record<string, unknown>;
      readonly triggers: readonly TriggerSpec[];
      readonly conditions: readonly Condition[];
      readonly wants: readonly string[];
    }
  | {
      readonly ok: false;
      readonly problems: readonly { path: readonly PropertyKey[]; message: string }[];
    };

/** An error on its way: ours as its body, any other by name, words and stack. */
export type Failure =
  | { readonly body: ErrorBody }
  | { readonly name: string; readonly message: string; readonly stack: string };

/** The calls of a WorkflowContext that go to Tomte, by path (`home.state`, `step`, …). */
export interface Call {
  readonly type: 'call';
  readonly run: string;
  /** Counts the calls of this execution. */
  readonly n: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

export interface Begin {
  readonly type: 'begin';
  /** Of this execution; a Run that is taken up again is another. */
  readonly run: string;
  readonly compensate: ErrorBody['error'] | null;
  readonly id: string;
  readonly home: { readonly id: string; readonly name: string; readonly zone: string };
  readonly trigger: TriggerFired;
  readonly settings: Record<string, unknown>;
  readonly now: number;
}

export type ToChild =
  | { readonly type: 'load'; readonly code: string }
  | { readonly type: 'derive'; readonly n: number; readonly settings: unknown }
  | Begin
  /** The recorded or fresh answer of a call. */
  | {
      readonly type: 'answer';
      readonly run: string;
      readonly n: number;
      readonly value?: unknown;
      readonly failed?: Failure;
      readonly now: number;
    }
  /** The body of a step is to be run now. */
  | { readonly type: 'body'; readonly run: string; readonly n: number; readonly attempt: number }
  /** Nobody waits for this execution any more. */
  | { readonly type: 'drop'; readonly run: string }
  | { readonly type: 'ping'; readonly n: number };

export type FromChild =
  | { readonly type: 'loaded'; readonly declared: Declared }
  | { readonly type: 'notLoaded'; readonly failed: Failure }
  | { readonly type: 'derived'; readonly n: number; readonly derived: Derived }
  | Call
  | {
      readonly type: 'bodyDone';
      readonly run: string;
      readonly n: number;
      readonly attempt: number;
      readonly value?: unknown;
      readonly failed?: Failure;
    }
  | { readonly type: 'log'; readonly run: string | null; readonly text: string }
  /** All that was sent up to message `seen` is digested; only answers move it on. */
  | { readonly type: 'idle'; readonly run: string; readonly seen: number }
  | {
      readonly type: 'ended';
      readonly run: string;
      readonly value?: unknown;
      readonly failed?: Failure;
    }
  | { readonly type: 'pong'; readonly n: number };
