/** What a test can look at afterwards: Actions, alerts and questions, in the order they came. */
import type { Action, Severity } from './home.ts';
import type { ActionOutcome, AlertRequest, Question } from './workflow.ts';

export interface TestAction extends Action {
  /** Epoch ms. */
  readonly at: number;
  readonly outcome: ActionOutcome;
}

export interface TestAlert {
  readonly key: string;
  readonly title: string;
  readonly text: string;
  readonly severity: Severity;
  readonly state: 'open' | 'over';
  /** As it was asked for last. */
  readonly request: AlertRequest;
  /** How often it was told: opened, or worse than before. */
  readonly rang: number;
  readonly openedAt: number;
  readonly overAt: number | null;
}

export interface TestQuestion extends Question {
  readonly askedAt: number;
  /** Null while nobody answered, and for ever when the time ran out. */
  answer: string | null;
}

export interface AlertBook {
  readonly all: readonly TestAlert[];
  open(request: AlertRequest): { id: string };
  resolve(key: string, last: { title: string; text: string; at: number }): void;
}

/** One alert a key while it is open; what comes again updates it, what is worse rings again. */
export function openAlertBook(now: () => number): AlertBook {
  const all: TestAlert[] = [];
  const openOf = (key: string) => all.findIndex((one) => one.key === key && one.state === 'open');
  return {
    all,
    open(request) {
      const { key, title, text, severity } = request;
      const at = openOf(key);
      const before = all[at];
      const rang = before ? before.rang + (request.worse ? 1 : 0) : 1;
      const openedAt = before?.openedAt ?? now();
      const alert: TestAlert = {
        ...{ key, title, text, severity, state: 'open', request, rang, openedAt, overAt: null },
      };
      if (before) all[at] = alert;
      else all.push(alert);
      return { id: `alert-${before ? at + 1 : all.length}` };
    },
    resolve(key, { title, text }) {
      const at = openOf(key);
      // What was never told is not told to be over.
      if (at >= 0) all[at] = { ...all[at]!, title, text, state: 'over', overAt: now() };
    },
  };
}
