import { hideCodes } from '@tomte/sdk/codes';
import type { ActionOutcome } from '@tomte/sdk/define';
import { isError, TomteError } from '@tomte/sdk/errors';
import type { Action, EntityState } from '@tomte/sdk/home';
import type { Clock } from '../lib/clock.ts';
import type { Effect } from './confirm.ts';
import type { Link } from './link.ts';

const confirmUsualMs = 10_000;
const retriesMax = 10;
/** call_service answers when the device has; some take their time. */
export const serviceMs = 60_000;

export interface SendOptions {
  /** How long the Mirror may take to show the effect; 10 s when left out. */
  readonly confirmMs?: number | undefined;
  /** Sent again so often while the effect does not show. Set-like Actions only. */
  readonly retries?: number | undefined;
  /** Asked before it is sent again: a person may have stopped everything meanwhile. */
  readonly mayRepeat: () => boolean;
  /** Id of Home Assistant's context in which the call ran. */
  readonly onContext: (contextId: string) => void;
}

/** Sends, and looks for the effect. Null as `effect`: it can only be said to be sent. */
export async function sendAction(
  action: Action,
  effect: Effect | null,
  o: SendOptions & { readonly link: Link; readonly clock: Clock },
): Promise<ActionOutcome> {
  for (let left = Math.min(o.retries ?? 0, retriesMax); ; left--) {
    const { domain, action: service, data, entities } = action;
    const fields = { domain, service, service_data: data, target: { entity_id: entities } };
    const result = await o.link
      .call('call_service', fields, { timeoutMs: serviceMs })
      .catch((error: unknown) => {
        throw withoutCodesOf(action, error);
      });
    const context = contextOf(result);
    if (context !== null) o.onContext(context);
    if (!effect) return { kind: 'sent', at: o.clock.now() };
    if (await confirmed(action, effect, o)) return { kind: 'confirmed', at: o.clock.now() };
    if (left <= 0 || !o.mayRepeat()) break;
  }
  const message = `${action.entities.join(', ')} did not follow ${action.domain}.${action.action}`;
  return { kind: 'unconfirmed', message };
}

/** Home Assistant repeats in its refusals what it was sent. */
function withoutCodesOf(action: Action, error: unknown): unknown {
  if (!isError(error)) return error;
  const { code, hint, details } = error;
  const message = hideCodes(error.message, action);
  return message === error.message ? error : new TomteError(code, message, { hint, details });
}

/** True when the Mirror shows the effect on every entity, and each state also passes `also`. */
export const shows = (
  link: Pick<Link, 'mirror'>,
  action: Action,
  effect: Effect,
  also: (state: EntityState) => boolean = () => true,
): boolean =>
  action.entities.every((id) => {
    const state = link.mirror.entity(id);
    return state !== undefined && effect(state) && also(state);
  });

function confirmed(
  action: Action,
  effect: Effect,
  { link, clock, confirmMs }: Parameters<typeof sendAction>[2],
): Promise<boolean> {
  if (shows(link, action, effect)) return Promise.resolve(true);
  return new Promise((resolve) => {
    const finish = (seen: boolean) => {
      cancel();
      unwatch();
      resolve(seen);
    };
    const cancel = clock.after(confirmMs ?? confirmUsualMs, () =>
      finish(shows(link, action, effect)),
    );
    const unwatch = link.onApplied(action.entities, () => {
      if (shows(link, action, effect)) finish(true);
    });
  });
}

function contextOf(result: unknown): string | null {
  const { context } = (result ?? {}) as { context?: { id?: unknown } | null };
  return typeof context?.id === 'string' ? context.id : null;
}
