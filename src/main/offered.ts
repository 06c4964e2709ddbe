import type { AlertRequest } from '@tomte/sdk/define';
import type { Door } from '../home/act.ts';

/** What the guardrail says of Actions that nobody ever allowed; other refusals pass with time. */
const neverAllowed = new Set<string>([
  'guardrail.not_granted',
  'guardrail.never',
  'guardrail.action_not_granted',
]);

/** The alert with its button only where pressing it can do something; where it asks again, its word says so. */
export function offered<R extends AlertRequest & { readonly workflow: string }>(
  request: R,
  life: { readonly door: Pick<Door, 'judge'> } | undefined,
): Omit<R, 'action'> & Pick<AlertRequest, 'action'> {
  const { action: button, ...plain } = request;
  if (!button) return request;
  if (!life) return plain;
  const askedBy = `workflow:${request.workflow}`;
  const verdict = life.door.judge(button.action, { askedBy, key: request.key });
  if (verdict.kind === 'refused' && neverAllowed.has(verdict.rule)) return plain;
  const asks = verdict.kind === 'needs_approval' && !button.label.endsWith('…');
  return { ...plain, action: asks ? { ...button, label: `${button.label}…` } : button };
}
