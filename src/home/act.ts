import type { ActionOutcome } from '@tomte/sdk/define';
import { isError, TomteError } from '@tomte/sdk/errors';
import type { Action } from '@tomte/sdk/home';
import type { Grant } from '@tomte/sdk/types-grant';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { type Effect, effectOf } from './confirm.ts';
import { type Conflict, openConflictWatch } from './conflict.ts';
import { judge, type Verdict } from './guardrail.ts';
import { isTelling } from './guardrail-reach.ts';
import type { Link } from './link.ts';
import { uploadPicture } from './picture.ts';
import { sendAction, serviceMs, shows } from './send.ts';
import { openTally, type Tally } from './tally.ts';

/** One asked Action, as the journal keeps it. `rule` is set when the guardrail refused. */
export interface ActionRow {
  readonly home: string;
  readonly key: string;
  readonly askedBy: string;
  readonly action: Action;
  readonly rule: string | null;
}

export interface Intent {
  /** This one counted. */
  readonly attempts: number;
  /** True when an earlier attempt ended, with its outcome where kept. */
  readonly answered: boolean;
  readonly outcome?: ActionOutcome | null;
  /** When it was first asked, epoch ms; now where not kept. */
  readonly askedAt?: number;
}

/** Written before sending, so that after a crash it is known what is in doubt. */
export interface ActionJournal {
  intend(row: ActionRow): Promise<Intent>;
  answer(key: string, outcome: ActionOutcome): Promise<void>;
  conflict?(key: string, conflict: Conflict): Promise<void>;
}

export interface ActOptions {
  /** Who asks: grants are looked up by it. */
  readonly askedBy: string;
  /** The same key is the same Action: it is not done twice. */
  readonly key: string;
  /** How long the Mirror may take to show the effect. */
  readonly confirmMs?: number | undefined;
  /** Sent again so often while the effect does not show; set-like Actions only. */
  readonly retries?: number | undefined;
  /** Sent first, journalled afterwards. Set-like Actions only. */
  readonly reflex?: boolean;
  /** Id of the approval a person answered, after `needs_approval`. */
  readonly approval?: string | undefined;
}

/** Nothing was sent or written: a person must say yes first, then it is asked again with the approval's id. */
export interface NeedsApproval {
  readonly kind: 'needs_approval';
  readonly reason: string;
}
export type DoorOutcome = ActionOutcome | NeedsApproval;

/** Uses up a person's yes, if it was given to exactly this Action. The same key may use it again. */
export type Spend = (o: {
  readonly approval: string;
  readonly action: Action;
  readonly key: string;
}) => Promise<
  { readonly ok: true } | { readonly ok: false; readonly rule: string; readonly message: string }
>;

/** The only way to change a home. */
export interface Door {
  /** Throws TomteError `home.entity_unknown`, `home.action_unknown`, `home.call_*`, `link.lost`. */
  act(action: Action, o: ActOptions): Promise<DoorOutcome>;
  /** Judges as `act` would, and does nothing: for a dry run. */
  judge(action: Action, o: Pick<ActOptions, 'askedBy' | 'key'>): Verdict;
  /** Performs a telling Action (notify, persistent_notification). Throws a TomteError. */
  tell(action: Action): Promise<void>;
  /** Keeps a PNG in the home's image store; answers its path, which is served without a token. */
  keepPicture(png: Uint8Array, name: string): Promise<string>;
  close(): void;
}

export interface DoorOptions {
  readonly link: Link;
  readonly clock: Clock;
  readonly log: Log;
  readonly journal: ActionJournal;
  /** IANA zone of the home. */
  readonly zone: string;
  readonly grants: (askedBy: string) => readonly Grant[];
  readonly stopped: () => boolean;
  /** Until when a mode holds, epoch ms; null while it does not. */
  readonly mode?: (mode: 'pause' | 'guests' | 'away') => number | null;
  readonly tally?: Tally;
  readonly spend?: Spend;
  /** Id of Tomte's user in Home Assistant where nobody else uses it, else null. */
  readonly ownUser?: () => string | null;
  /** It must not be repeated and may have been done: somebody should look. */
  readonly onDoubt?: (row: Omit<ActionRow, 'rule'>, message: string) => Promise<void>;
}

type Row = Omit<ActionRow, 'rule'>;
type Refusal = Extract<ActionOutcome, { kind: 'refused' }>;

const inDoubtWords = 'Tomte stopped in the middle of it; whether it was done is not known';

export function openDoor(o: DoorOptions): Door {
  const { link, clock } = o;
  const tally = o.tally ?? openTally();
  const conflicts = openConflictWatch(o);

  const judged = (action: Action, a: Pick<ActOptions, 'askedBy' | 'key' | 'approval'>): Verdict =>
    judge(action, {
      grants: o.grants(a.askedBy),
      info: (id) => link.mirror.info(id),
      areaOf: (id) => link.mirror.areaOf(id),
      state: (id) => link.mirror.entity(id),
      now: clock.now(),
      zone: o.zone,
      mode: o.mode ?? (() => null),
      sent: (id, since) => tally.sent(id, since, a.key),
      stopped: o.stopped(),
      approved: a.approval !== undefined,
    });

  // Async, but sending a reflex waits for nothing: all of it runs before the first await.
  async function act(action: Action, a: ActOptions): Promise<DoorOutcome> {
    const verdict = judged(action, a);
    if (verdict.kind === 'needs_approval') return verdict;
    const row = { home: link.home, key: a.key, askedBy: a.askedBy, action };
    if (verdict.kind === 'refused') return refuse(row, verdict);
    checkKnown(action);
    const effect = effectOf(action);
    return a.reflex && effect && a.approval === undefined
      ? actFirst(row, effect, a)
      : actJournalled(row, effect, a);
  }

  async function refuse(
    row: Row,
    { rule, message }: Pick<Refusal, 'rule' | 'message'>,
  ): Promise<ActionOutcome> {
    const intent = await o.journal.intend({ ...row, rule });
    if (intent.answered) return intent.outcome ?? { kind: 'sent', at: clock.now() };
    // Allowed before, and perhaps done: that the rule refuses it now does not undo it.
    if (intent.attempts > 1 && !effectOf(row.action)) return doubt(row);
    return settle(row.key, { kind: 'refused', rule, message });
  }

  /** Home Assistant says yes to an entity that does not exist. */
  function checkKnown(action: Action): void {
    const { mirror } = link;
    if (link.state.kind !== 'live') throw new TomteError('link.lost', 'The home is not connected');
    const missing = action.entities.find((id) => !mirror.entity(id));
    const known = !missing && mirror.hasAction(action.domain, action.action);
    // What is not there yet may still come: tried again a little later.
    if (!known && mirror.config?.state !== 'RUNNING')
      throw new TomteError('link.starting', 'Home Assistant is starting');
    if (missing) throw new TomteError('home.entity_unknown', `There is no ${missing} in the home`);
    if (!known) {
      const name = `${action.domain}.${action.action}`;
      throw new TomteError('home.action_unknown', `There is no ${name} in the home`);
    }
  }

  async function actJournalled(
    row: Row,
    effect: Effect | null,
    a: ActOptions,
  ): Promise<ActionOutcome> {
    const intent = await o.journal.intend({ ...row, rule: null });
    if (intent.answered) return intent.outcome ?? { kind: 'sent', at: clock.now() };
    const inDoubt = intent.attempts > 1;
    if (inDoubt && seenDone(row.action, effect, intent.askedAt ?? clock.now())) {
      return settle(row.key, { kind: effect ? 'confirmed' : 'sent', at: clock.now() });
    }
    if (inDoubt && !effect) return doubt(row);
    if (a.approval !== undefined) {
      const refusal = await spend(row, a.approval);
      if (refusal) return settle(row.key, refusal);
    }
    return settle(row.key, await send(row, effect, a));
  }

  /**
   * Evidence that an earlier life did it: the home shows it, changed by our user after we meant to. Only
   * where nobody else uses that user; a person may have done the same a moment later.
   */
  function seenDone(action: Action, effect: Effect | null, askedAt: number): boolean {
    const user = o.ownUser?.() ?? null;
    if (user === null) return false;
    return shows(
      link,
      action,
      effect ?? (() => true),
      (state) => state.contextUserId === user && state.lastUpdated >= askedAt,
    );
  }

  async function doubt(row: Row): Promise<ActionOutcome> {
    await o.onDoubt?.(row, inDoubtWords);
    return settle(row.key, { kind: 'unconfirmed', message: inDoubtWords });
  }

  async function spend(row: Row, approval: string): Promise<Refusal | null> {
    const { action, key } = row;
    const spent = (await o.spend?.({ approval, action, key })) ?? {
      ok: false,
      rule: 'guardrail.approval_invalid',
      message: 'Nobody can be asked here',
    };
    if (spent.ok) return null;
    return { kind: 'refused', rule: spent.rule, message: spent.message };
  }

  /** Nothing stands between the change and the packet; what was done is written down right after. */
  async function actFirst(row: Row, effect: Effect, a: ActOptions): Promise<ActionOutcome> {
    const sent = send(row, effect, a);
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

  async function send(row: Row, effect: Effect | null, a: ActOptions): Promise<ActionOutcome> {
    const { action, key } = row;
    conflicts.before(action.entities);
    tally.add({ key, entities: action.entities, at: clock.now() });
    const outcome = await sendAction(action, effect, {
      ...{ link, clock, confirmMs: a.confirmMs, retries: a.retries },
      mayRepeat: () => judged(action, a).kind === 'allowed',
      onContext: conflicts.own,
    });
    if (outcome.kind === 'confirmed' && effect) {
      conflicts.after(action.entities, effect, (conflict) => noteConflict(key, conflict));
    }
    return outcome;
  }

  function noteConflict(key: string, conflict: Conflict): void {
    o.journal
      .conflict?.(key, conflict)
      .catch((error: unknown) => o.log.warn({ err: error, key }, 'a conflict was not recorded'));
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

  return {
    act,
    judge: judged,
    tell,
    keepPicture: (png, name) => uploadPicture(link, png, name),
    close: conflicts.stop,
  };
}
