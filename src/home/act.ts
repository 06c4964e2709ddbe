import type { ActionOutcome } from '@tomte/sdk/define';
import { isError, TomteError } from '@tomte/sdk/errors';
import type { Action } from '@tomte/sdk/home';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { type Effect, effectOf } from './confirm.ts';
import { isTelling, judge } from './guardrail.ts';
import type { Link } from './link.ts';
import { uploadPicture } from './picture.ts';

/** One asked Action, as the journal keeps it. `rule` is set when the guardrail refused. */
export interface ActionRow {
  readonly home: string;
  readonly key: string;
  readonly askedBy: string;
  readonly action: Action;
  readonly rule: string | null;
}

/** Written before sending, so that after a crash it is known what is in doubt. */
export interface ActionJournal {
  /** `attempts` counts this one; `answered` is true when an earlier attempt ended, with its outcome where kept. */
  intend(
    row: ActionRow,
  ): Promise<{ attempts: number; answered: boolean; outcome?: ActionOutcome | null }>;
  answer(key: string, outcome: ActionOutcome): Promise<void>;
}

export interface ActOptions {
  /** Who asks: grants are looked up by it. */
  readonly askedBy: string;
  /** The same key is the same Action: it is not done twice. */
  readonly key: string;
  /** How long the Mirror may take to show the effect. */
  readonly confirmMs?: number;
  /** Sent first, journalled afterwards. Set-like Actions only. */
  readonly reflex?: boolean;
}

/** The only way to change a home. */
export interface Door {
  /** Throws TomteError `home.entity_unknown`, `home.action_unknown`, `home.call_*`, `link.lost`. */
  act(action: Action, o: ActOptions): Promise<ActionOutcome>;
  /** Performs a telling Action (notify, persistent_notification). Throws a TomteError. */
  tell(action: Action): Promise<void>;
  /** Keeps a PNG in the home's image store; answers its path, which is served without a token. */
  keepPicture(png: Uint8Array, name: string): Promise<string>;
}

export interface DoorOptions {
  readonly link: Link;
  readonly clock: Clock;
  readonly log: Log;
  readonly journal: ActionJournal;
  readonly grants: (askedBy: string) => readonly string[];
  readonly stopped: () => boolean;
}

const confirmUsualMs = 10_000;
/** call_service answers when the device has; some take their time. */
const serviceMs = 60_000;

export function openDoor(o: DoorOptions): Door {
  const { link } = o;

  // Async, but sending a reflex waits for nothing: all of it runs before the first await.
  async function act(action: Action, a: ActOptions): Promise<ActionOutcome> {
    const { mirror } = link;
    const verdict = judge(action, {
      grants: o.grants(a.askedBy),
      info: (id) => mirror.info(id),
      stopped: o.stopped(),
    });
    const row = { home: link.home, key: a.key, askedBy: a.askedBy, action };
    if (!verdict.ok) return refuse(row, verdict.rule, verdict.message);
    checkKnown(action);
    const effect = effectOf(action);
    return a.reflex && effect ? actFirst(row, effect, a) : actJournalled(row, effect, a);
  }

  async function refuse(
    row: Omit<ActionRow, 'rule'>,
    rule: string,
    message: string,
  ): Promise<ActionOutcome> {
    const outcome = { kind: 'refused', rule, message } as const;
    await o.journal.intend({ ...row, rule });
    await o.journal.answer(row.key, outcome);
    return outcome;
  }

  /** Home Assistant says yes to an entity that does not exist. */
  function checkKnown(action: Action): void {
    const { mirror } = link;
    if (link.state.kind !== 'live') throw new TomteError('link.lost', 'The home is not connected');
    const missing = action.entities.find((id) => !mirror.entity(id));
    if (missing) throw new TomteError('home.entity_unknown', `There is no ${missing} in the home`);
    if (!mirror.hasAction(action.domain, action.action)) {
      const name = `${action.domain}.${action.action}`;
      throw new TomteError('home.action_unknown', `There is no ${name} in the home`);
    }
  }

  async function actJournalled(
    row: Omit<ActionRow, 'rule'>,
    effect: Effect | null,
    a: ActOptions,
  ): Promise<ActionOutcome> {
    const { attempts, answered, outcome } = await o.journal.intend({ ...row, rule: null });
    if (answered) return outcome ?? { kind: 'sent', at: o.clock.now() };
    const inDoubt = attempts > 1;
    if (inDoubt && !effect) {
      const message = 'Tomte stopped in the middle of it; whether it was done is not known';
      return settle(row.key, { kind: 'unconfirmed', message });
    }
    if (inDoubt && effect && shows(row.action, effect)) {
      return settle(row.key, { kind: 'confirmed', at: o.clock.now() });
    }
    return settle(row.key, await send(row.action, effect, a));
  }

  /** Nothing stands between the change and the packet; what was done is written down right after. */
  async function actFirst(
    row: Omit<ActionRow, 'rule'>,
    effect: Effect,
    a: ActOptions,
  ): Promise<ActionOutcome> {
    const sent = send(row.action, effect, a);
    // Watched from here on: a refusal may come before the journal has answered.
    const settled = sent.then(
      (outcome) => ({ outcome }),
      (error: unknown) => ({ error }),
    );
    await o.journal.intend({ ...row, rule: null });
    const result = await settled;
    if ('error' in result) throw result.error;
    return settle(row.key, result.outcome);
  }

  async function settle(key: string, outcome: ActionOutcome): Promise<ActionOutcome> {
    await o.journal.answer(key, outcome);
    return outcome;
  }

  async function send(
    action: Action,
    effect: Effect | null,
    a: ActOptions,
  ): Promise<ActionOutcome> {
    await link.call(
      'call_service',
      {
        domain: action.domain,
        service: action.action,
        service_data: action.data,
        target: { entity_id: action.entities },
      },
      { timeoutMs: serviceMs },
    );
    if (!effect) return { kind: 'sent', at: o.clock.now() };
    const seen = await confirmed(action, effect, a.confirmMs ?? confirmUsualMs);
    if (seen) return { kind: 'confirmed', at: o.clock.now() };
    const message = `${action.entities.join(', ')} did not follow ${action.domain}.${action.action}`;
    return { kind: 'unconfirmed', message };
  }

  const shows = (action: Action, effect: Effect): boolean =>
    action.entities.every((id) => {
      const state = link.mirror.entity(id);
      return state !== undefined && effect(state);
    });

  function confirmed(action: Action, effect: Effect, ms: number): Promise<boolean> {
    if (shows(action, effect)) return Promise.resolve(true);
    return new Promise((resolve) => {
      const finish = (seen: boolean) => {
        cancel();
        unwatch();
        resolve(seen);
      };
      const cancel = o.clock.after(ms, () => finish(shows(action, effect)));
      const unwatch = link.onApplied(action.entities, () => {
        if (shows(action, effect)) finish(true);
      });
    });
  }

  async function tell(action: Action): Promise<void> {
    if (!isTelling(action)) {
      const name = `${action.domain}.${action.action}`;
      throw new TomteError('guardrail.not_granted', `${name} does more than tell`);
    }
    const target = action.entities.length > 0 ? { target: { entity_id: action.entities } } : {};
    try {
      await link.call(
        'call_service',
        { domain: action.domain, service: action.action, service_data: action.data, ...target },
        { timeoutMs: serviceMs },
      );
    } catch (error) {
      if (isError(error))
        o.log.warn({ home: link.home, code: error.code }, 'the home did not tell');
      throw error;
    }
  }

  return { act, tell, keepPicture: (png, name) => uploadPicture(link, png, name) };
}
