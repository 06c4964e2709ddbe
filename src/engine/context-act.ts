import { withoutCodes } from '@tomte/sdk/codes';
import type { ActionOutcome, WorkflowContext } from '@tomte/sdk/define';
import { wholeAction } from '@tomte/sdk/home';
import type { ContextOptions } from './context.ts';
import { approvalId, openRow, readMs } from './context-parts.ts';
import type { NeedsApproval } from './effects.ts';

/** How long a person has to say yes to an Action. */
const yesMs = 3_600_000;

/** The one door; where it wants a person's yes, the Run waits for it and asks again. */
export function actIn(o: ContextOptions): WorkflowContext['act'] {
  const { run, effects, body, next } = o;
  return async (written, options = {}) => {
    const action = wholeAction(written);
    const name = next('act');
    const key = `${run.id}/${name}`;
    const confirmMs = options.confirm === undefined ? undefined : readMs(options.confirm);
    const by = { askedBy: `workflow:${run.workflow}`, key, confirmMs, retries: options.retries };
    const outcome = await body.step<ActionOutcome | NeedsApproval>({
      ...{ kind: 'act', name, input: { ...withoutCodes(action), ...options } },
      work: () => effects.act(run.home, action, by),
    });
    if (outcome.kind !== 'needs_approval') return outcome;
    const approval = approvalId(run.id, name);
    const answer = await body.wait({
      ...{
        kind: 'ask',
        name: `${name} yes`,
        input: { action: withoutCodes(action), reason: outcome.reason },
      },
      async register(position) {
        const awaited = { kind: 'approval', approval, fallback: 'no' } as const;
        const registered = await openRow(o, position, `${name} yes`, awaited, o.now() + yesMs);
        const expiresAt = registered.due ?? o.now() + yesMs;
        const { home, workflow, id } = run;
        const asked = { id: approval, home, workflow, run: id, position, expiresAt };
        const { reason } = outcome;
        await effects.ask({ ...asked, fallback: 'no', kind: 'action', action, reason });
        return registered;
      },
    });
    if (answer.kind === 'answered' && answer.answer === 'yes') {
      const allowed = await body.step<ActionOutcome | NeedsApproval>({
        ...{ kind: 'act', name: `${name} allowed`, input: { approval, by: answer.by } },
        work: () => effects.act(run.home, action, { ...by, approval }),
      });
      if (allowed.kind !== 'needs_approval') return allowed;
      return { kind: 'refused', rule: 'guardrail.approval_invalid', message: allowed.reason };
    }
    const nobody = answer.kind !== 'answered' || answer.by === null;
    const message = nobody ? 'Nobody said yes in time.' : `${answer.by} said no.`;
    return { kind: 'refused', rule: 'guardrail.said_no', message };
  };
}
