/** Whether a model may be asked: within the day's budget, and not while it fails again and again. */
import type { Clock } from '../lib/clock.ts';
import { addUsage, takeUsage, type Usage } from '../store/decision-usage.ts';
import type { Db } from '../store/tables.ts';
import type { ModelInUse, Told } from './ask.ts';
import { costOf, dearest, type LiveDecideSettings } from './settings.ts';
import type { Purse, Taken } from './spend.ts';

const breaker = { failures: 3, firstMs: 60_000, maxMs: 3_600_000 };
/** So often refused on one day is told. */
const tellsAt = 3;
/** Sums of fractions are not exact. */
const rounding = 1e-9;
/** Nobody was asked, or nobody who is paid for it. */
const unheard = new Set(['decide.model_unavailable', 'decide.model_refused']);

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
  /** What said last that it answered; null where it does not say. */
  const heard = new Map<string, string | null>();

  function noteOutcome({ model, fault, version }: Told): void {
    if (fault === null) {
      heard.set(model, version);
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

  /** One request, at most. What nobody has a price for before it answered may be the dearest of all. */
  function atMost(model: ModelInUse, prompt: { tokens: number; answerTokensMax: number }) {
    const version = heard.get(model.name) ?? model.called ?? null;
    const used = { tokensIn: prompt.tokens, tokensOut: prompt.answerTokensMax };
    const cost = costOf(settings.get(), { model: model.name, version, ...used });
    const isKnown = cost !== null || heard.has(model.name) || model.host === null;
    return {
      tokens: used.tokensIn + used.tokensOut,
      cost: isKnown ? (cost ?? 0) : dearest(settings.get(), used),
    };
  }

  const isOver =
    (more: { tokens: number; cost: number }) =>
    ({ own, all }: { own: Usage; all: Usage }): boolean => {
      const { workflowBudget, dayBudget } = settings.get();
      const passes = (used: Usage, budget: { calls: number; tokens: number; money: number }) =>
        used.calls >= budget.calls ||
        used.tokens + more.tokens > budget.tokens ||
        used.cost >= budget.money ||
        used.cost + more.cost > budget.money + rounding;
      return passes(own, workflowBudget) || passes(all, dayBudget);
    };

  return {
    restsUntil,
    forget(model) {
      failing.delete(model);
      heard.delete(model);
    },
    async take({ home, by, model, prompt }) {
      const taken: Taken = { day: dayOf(clock.now()), ...atMost(model, prompt) };
      const rests = restsUntil(model.name) !== null;
      if (!rests && (await takeUsage(db, { ...taken, by }, isOver(taken)))) return taken;
      const why = rests ? 'resting' : 'over_budget';
      const refused = await addUsage(db, { day: taken.day, by, refused: 1 });
      if (refused === tellsAt) await onRepeated({ home, by, why, model: model.name });
      return why;
    },
    async settle({ by, model, prompt, told, taken }) {
      if (told) noteOutcome(told);
      const requests = told?.requests ?? taken.length;
      const isCounted = told !== null && told.tokensIn + told.tokensOut > 0;
      // A server that does not count, or was not waited for, is counted by what was sent.
      const used = isCounted ? told : { tokensIn: prompt.tokens * requests, tokensOut: 0 };
      const isFree = !isCounted && unheard.has(told?.fault?.code ?? '');
      const version = told?.version ?? heard.get(model.name) ?? model.called ?? null;
      const price = costOf(settings.get(), { model: model.name, version, ...used });
      const cost = isFree && price !== null ? 0 : price;
      const setAside = (part: 'tokens' | 'cost') => taken.reduce((sum, one) => sum + one[part], 0);
      await addUsage(db, {
        // What was set aside on one day is given back to that day.
        ...{ day: taken[0]?.day ?? dayOf(clock.now()), by },
        calls: requests - taken.length,
        tokens: used.tokensIn + used.tokensOut - setAside('tokens'),
        cost: (cost ?? 0) - setAside('cost'),
      });
      return cost;
    },
  };
}
