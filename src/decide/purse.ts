/** Whether a model may be asked: within the day's budget, and not while it fails again and again. */
import type { Clock } from '../lib/clock.ts';
import { addUsage, takeUsage, type Usage } from '../store/decision-usage.ts';
import type { Db } from '../store/tables.ts';
import type { Told } from './ask.ts';
import type { Purse } from './decider.ts';
import { costOf, type LiveDecideSettings } from './settings.ts';

const breaker = { failures: 3, firstMs: 60_000, maxMs: 3_600_000 };
/** So often refused on one day is told. */
const tellsAt = 3;

export interface OpenPurse extends Purse {
  /** Epoch ms until which a model is not asked; null when it may be. */
  restsUntil(model: string): number | null;
  /** What was set up anew is tried anew. */
  forget(model: string): void;
}

export interface PurseParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly settings: Pick<LiveDecideSettings, 'get'>;
  /** The rule decided several times today because the budget is spent, or because the model rests. */
  readonly onRepeated: (o: {
    home: string;
    by: string;
    why: 'over_budget' | 'resting';
    model: string;
  }) => Promise<void>;
}

export const dayOf = (now: number): string => new Date(now).toISOString().slice(0, 10);

export function openPurse({ db, clock, settings, onRepeated }: PurseParts): OpenPurse {
  const failing = new Map<string, { failures: number; until: number }>();

  function noteOutcome({ model, fault }: Told): void {
    if (fault === null) {
      failing.delete(model);
      return;
    }
    const failures = (failing.get(model)?.failures ?? 0) + 1;
    const beyond = failures - breaker.failures;
    const pause = beyond < 0 ? 0 : Math.min(breaker.firstMs * 2 ** beyond, breaker.maxMs);
    failing.set(model, { failures, until: clock.now() + pause });
  }

  const restsUntil = (model: string): number | null => {
    const until = failing.get(model)?.until ?? 0;
    return until > clock.now() ? until : null;
  };

  const isOver =
    (tokens: number) =>
    ({ own, all }: { own: Usage; all: Usage }): boolean => {
      const { workflowBudget, dayBudget } = settings.get();
      return (
        own.calls >= workflowBudget.calls ||
        all.calls >= dayBudget.calls ||
        own.tokens + tokens > workflowBudget.tokens ||
        all.tokens + tokens > dayBudget.tokens ||
        own.cost >= workflowBudget.money ||
        all.cost >= dayBudget.money
      );
    };

  return {
    restsUntil,
    forget: (model) => void failing.delete(model),
    async mayAsk({ home, by, model, tokens }) {
      const day = dayOf(clock.now());
      const rests = restsUntil(model.name) !== null;
      // Counted before it is asked: what is asked at the same time, or never ends, is in the sum.
      if (!rests && (await takeUsage(db, { day, by, tokens }, isOver(tokens)))) return null;
      const why = rests ? 'resting' : 'over_budget';
      const refused = await addUsage(db, { day, by, refused: 1 });
      if (refused === tellsAt) await onRepeated({ home, by, why, model: model.name });
      return why;
    },
    async paid({ by, told, tokens }) {
      noteOutcome(told);
      // A server that does not count is counted by what was sent.
      const known = told.tokensIn + told.tokensOut;
      const used = known > 0 ? known : tokens * told.requests;
      const cost = costOf(settings.get(), told);
      const day = dayOf(clock.now());
      const more = { calls: told.requests - 1, tokens: used - tokens, cost: cost ?? 0 };
      await addUsage(db, { day, by, ...more });
      return cost;
    },
  };
}
