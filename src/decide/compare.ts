/** How a model answered beside the rule, and what another would have answered to the same questions. */
import type { Comparison } from '@tomte/sdk/types-decide';
import { iso } from '../lib/clock.ts';
import type { Told } from './ask.ts';
import type { Recorded } from './record.ts';

/** One question, answered twice. */
export interface Pair {
  readonly record: Recorded;
  readonly was: string;
  /** Null without a valid answer; none of the answers is the rule's turn, and so its answer. */
  readonly wouldBe: string | null;
  readonly reason: string;
  readonly tokens: number;
  readonly cost: number | null;
  readonly ms: number;
}

const differMax = 200;

export function compared(
  names: { model: string; beside: string },
  pairs: readonly Pair[],
): Comparison {
  const valid = pairs.filter(({ wouldBe }) => wouldBe !== null);
  const differ = valid.filter(({ was, wouldBe }) => was !== wouldBe);
  const agreed = valid.length - differ.length;
  const costs = pairs.flatMap(({ cost }) => (cost === null ? [] : [cost]));
  return {
    ...names,
    asked: pairs.length,
    agreed,
    invalid: pairs.length - valid.length,
    differ: differ.slice(0, differMax).map(({ record, was, wouldBe, reason }) => ({
      ...{ decision: record.id, at: iso(record.at), question: record.request.question },
      was: answerText(record, was),
      wouldBe: wouldBe === null ? null : answerText(record, wouldBe),
      reason,
    })),
    tokens: pairs.reduce((sum, { tokens }) => sum + tokens, 0),
    cost: costs.length === 0 ? null : costs.reduce((sum, cost) => sum + cost, 0),
    ms:
      pairs.length === 0 ? null : Math.round(pairs.reduce((s, { ms }) => s + ms, 0) / pairs.length),
    text: inWords(pairs.length, agreed, differ.length),
  };
}

/** An answer as people read it: the text of its option. */
export function answerText({ request }: Pick<Recorded, 'request'>, choice: string): string {
  const text = 'options' in request ? request.options.find(({ id }) => id === choice)?.text : null;
  return (text ?? choice).slice(0, 200);
}

function inWords(asked: number, agreed: number, differ: number): string {
  if (asked === 0) return 'Nothing was asked yet.';
  const rest = differ === 0 ? '' : differ === 1 ? '; this one differs' : `; these ${differ} differ`;
  return `agreed ${agreed} of ${asked}${rest}`;
}

/** What a model came to beside the rule; texts are no match of words, so they are left out. */
export function pairOf(record: Recorded, told: Told & { cost: number | null }, was: string): Pair {
  const { answer } = told;
  return {
    ...{ record, was },
    wouldBe: answer === null ? null : (answer.choice ?? record.rule),
    reason: answer?.reason ?? told.fault?.message ?? '',
    tokens: told.tokensIn + told.tokensOut,
    ...{ cost: told.cost, ms: told.ms },
  };
}
