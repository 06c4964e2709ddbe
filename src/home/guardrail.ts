import type { ErrorCode } from '@tomte/sdk/errors';
import type { Action } from '@tomte/sdk/home';
import { moment } from '@tomte/sdk/words';
import { isNever, tooWide } from './guardrail-reach.ts';
import { judgeEntity, type RuleContext } from './guardrail-rules.ts';

export type Verdict =
  | { readonly kind: 'allowed' }
  /** Everything else fits, and a person must say yes to exactly this Action. */
  | { readonly kind: 'needs_approval'; readonly reason: string }
  | { readonly kind: 'refused'; readonly rule: ErrorCode; readonly message: string };

export interface GuardrailContext extends RuleContext {
  /** True while a person has stopped all Actions. */
  readonly stopped: boolean;
  /** True when a person said yes to exactly this Action. Nothing else is waived by it. */
  readonly approved?: boolean;
}

/** What must hold before anything is switched: default deny. Pure. */
export function judge(action: Action, context: GuardrailContext): Verdict {
  const name = `${action.domain}.${action.action}`;
  if (context.stopped) return refused('guardrail.stopped', `${name}: all Actions are stopped`);
  const pausedUntil = context.mode('pause');
  if (pausedUntil !== null) {
    const until = moment(pausedUntil, context.now, context.zone);
    return refused('guardrail.paused', `${name}: workflows are paused until ${until}`);
  }
  const wide = tooWide(action, context.info);
  if (wide) return refused(wide.rule, wide.message);
  let reason: string | null = null;
  for (const id of action.entities) {
    const never = isNever(id, context.info);
    const verdict = judgeEntity(id, action, { ...context, never });
    if (verdict.kind === 'refused') return verdict;
    if (verdict.kind === 'ask') reason ??= verdict.reason;
  }
  if (reason !== null && context.approved !== true) return { kind: 'needs_approval', reason };
  return { kind: 'allowed' };
}

const refused = (rule: ErrorCode, message: string): Verdict => ({ kind: 'refused', rule, message });
