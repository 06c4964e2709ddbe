import { withoutCodes } from '@tomte/sdk/codes';
import { TomteError } from '@tomte/sdk/errors';
import type { Approval } from '@tomte/sdk/types-approval';
import { moment } from '@tomte/sdk/words';
import type { Alerts } from '../alert/alerts.ts';
import type { Spend } from '../home/act.ts';
import { actionHash } from '../home/action-hash.ts';
import { iso, isoOrNull } from '../lib/clock.ts';
import {
  type ApprovalRow,
  addApproval,
  answerApproval,
  cancelApprovals,
  expireApprovals,
  getApproval,
  listApprovals,
  spendApproval,
  unheardAnswers,
  unusedYeses,
} from '../store/approvals.ts';
import { type Asked, type AskedHome, questionOf } from './approval-words.ts';
import type { PlaceParts } from './parts.ts';

const tickMs = 5_000;
/** The Run waits a moment longer than people may answer: what was answered in time is also heard. */
const graceMs = 2_000;
const minuteMs = 60_000;
/** A yes to an Action holds so long: long enough to act, too short to be forgotten. */
const yesHoldsMs = 5 * minuteMs;
/** An answer wanted within this rings; one with more time does not. */
const soonMs = 60 * minuteMs;

/** What a person said, or what is taken because nobody did. */
export interface Answer {
  readonly answer: string;
  readonly by: string | null;
  /** Epoch ms. */
  readonly at: number;
}

/** Questions to people: asked once, told on every channel, answered once, over by themselves. */
export interface Approvals {
  /** Opens it and tells people; the same id again changes nothing. Throws approval.invalid. */
  ask(asked: Asked): Promise<void>;
  /** The first answer counts. Throws approval.not_found, approval.closed, approval.invalid. */
  answer(id: string, o: { answer: string; by: string | null }): Promise<Approval>;
  list(filter: {
    home?: string | undefined;
    state?: Approval['state'] | undefined;
    limit?: number | undefined;
  }): Promise<Approval[]>;
  /** For the door of a home. */
  spend(home: string): Spend;
  stop(): Promise<void>;
}

export interface ApprovalsOptions {
  readonly parts: Pick<PlaceParts, 'clock' | 'key' | 'log' | 'publish'> & {
    readonly store: Pick<PlaceParts['store'], 'db'>;
  };
  readonly alerts: Pick<Alerts, 'open' | 'resolve'>;
  /** The homes looked after here. */
  readonly homes: () => readonly string[];
  /** Null while the home is not looked after. */
  readonly home: (id: string) => AskedHome | null;
  /** The Run that waits is told; more than once after a crash. */
  readonly answered: (approval: string, answer: Answer) => Promise<void>;
  /** What a button of an alert asked for was answered; more than once after a crash. */
  readonly pressed?: (approval: ApprovalRow) => Promise<void>;
  /** What no Run and no alert asked for was answered. */
  readonly proposed?: (approval: ApprovalRow) => Promise<void>;
}

export function openApprovals(o: ApprovalsOptions): Approvals {
  const { clock, key, log, publish, store } = o.parts;
  const { db } = store;
  const now = () => clock.now();
  const nameOf = (home: string) => o.home(home)?.name ?? 'Home';
  const zoneOf = (home: string) => o.home(home)?.zone ?? 'UTC';

  async function tell(row: ApprovalRow): Promise<void> {
    const { id, home_id: home, title, text, options, expires_at, asked_at, workflow, run } = row;
    const soon = expires_at.getTime() - asked_at.getTime() <= soonMs;
    const end = moment(expires_at.getTime(), now(), zoneOf(home));
    const otherwise = labelOf(row, row.fallback);
    await o.alerts.open({
      ...{ home, title, severity: soon ? 'now' : 'today' },
      key: keyOf(id),
      text,
      lines: [`Without an answer by ${end}: ${otherwise}`],
      since: asked_at.getTime(),
      entities: (row.action as Approval['action'])?.entities ?? [],
      approval: {
        ...{ id, options: options as Approval['options'] },
        expiresAt: expires_at.getTime(),
      },
      ...(workflow === null ? {} : { workflow }),
      ...(run === null ? {} : { run }),
    });
  }

  /** Everywhere it was told, it says now what was answered. */
  async function close(row: ApprovalRow): Promise<void> {
    const { id, home_id: home } = row;
    const at = now();
    const title = closedTitle(row, zoneOf(home), at);
    await o.alerts.resolve(home, keyOf(id), { title, text: row.title, at });
    publish({ type: 'approval', approval: id, state: row.state });
    await pass(row);
  }

  async function pass(row: ApprovalRow): Promise<void> {
    if (row.alert !== null) await o.pressed?.(row);
    else if (row.run === null) await o.proposed?.(row);
    if (row.answer === null || row.run === null) return;
    const at = row.answered_at?.getTime() ?? now();
    await o.answered(row.id, { answer: row.answer, by: row.answered_by, at });
  }

  async function sweep(): Promise<void> {
    const homes = o.homes();
    const when = { homes, now: new Date(now()) };
    const closed = [...(await expireApprovals(db, when)), ...(await cancelApprovals(db, when))];
    for (const row of closed) await close(row);
    const since = new Date(now() - yesHoldsMs);
    const unheard = [
      ...(await unheardAnswers(db, homes)),
      ...(await unusedYeses(db, { homes, since })),
    ];
    for (const row of unheard) await pass(row);
  }

  let sweeping: Promise<void> = Promise.resolve();
  let busy = false;
  const stop = clock.every(tickMs, () => {
    if (busy) return;
    busy = true;
    sweeping = sweep()
      .catch((error: unknown) => log.warn({ err: error }, 'approvals are looked at again'))
      .finally(() => {
        busy = false;
      });
  });

  return {
    async ask(asked) {
      const question = questionOf(asked, o.home(asked.home));
      const { id, home, run, position, workflow, expiresAt } = asked;
      const action = asked.kind === 'action' ? asked.action : null;
      const added = await addApproval(db, {
        ...{ id, home_id: home, run, position, workflow, kind: asked.kind, state: 'open' },
        alert: asked.alert ?? null,
        ...question,
        action: action && withoutCodes(action),
        action_hash: action && actionHash(key, home, action),
        asked_at: new Date(now()),
        expires_at: new Date(Math.max(now(), expiresAt - graceMs)),
      });
      const row = (await getApproval(db, id))!;
      // After a crash in between, the row is there and was perhaps told to nobody.
      if (row.state === 'open') await tell(row);
      if (added) publish({ type: 'approval', approval: id, state: 'open' });
    },
    async answer(id, { answer, by }) {
      const before = await getApproval(db, id);
      if (!before) throw new TomteError('approval.not_found', 'There is no such question');
      const options = (before.options as Approval['options']).map((option) => option.id);
      if (!options.includes(answer)) {
        throw new TomteError('approval.invalid', `${answer} is none of ${options.join(', ')}`);
      }
      const row = await answerApproval(db, { id, answer, by, at: new Date(now()) });
      if (!row) {
        const said = closedTitle(
          (await getApproval(db, id)) ?? before,
          zoneOf(before.home_id),
          now(),
        );
        throw new TomteError('approval.closed', said);
      }
      await close(row);
      return wireApproval(row, nameOf(row.home_id));
    },
    async list({ limit, ...filter }) {
      const rows = await listApprovals(db, { ...filter, limit: limit ?? 200 });
      return rows.map((row) => wireApproval(row, nameOf(row.home_id)));
    },
    spend: (home) => async (yes) => {
      const since = new Date(now() - yesHoldsMs);
      const { approval: id, action, key: usedBy } = yes;
      const hash = actionHash(key, home, action);
      const spent = await spendApproval(db, {
        ...{ id, home, hash, key: usedBy, since },
        now: new Date(now()),
      });
      if (spent) return { ok: true };
      return { ok: false, ...(await whyNot({ approval: id, hash, key: usedBy }, home)) };
    },
    async stop() {
      stop();
      await sweeping;
    },
  };

  async function whyNot(
    { approval, hash, key }: { approval: string; hash: string; key: string },
    home: string,
  ): Promise<{ rule: string; message: string }> {
    const row = await getApproval(db, approval);
    const invalid = (message: string) => ({ rule: 'guardrail.approval_invalid', message });
    if (!row || row.home_id !== home || row.kind !== 'action') return invalid('Nobody was asked');
    if (row.action_hash !== hash) return invalid('The yes was for another Action');
    if (row.used_by !== null && row.used_by !== key) return invalid('The yes was used already');
    if (row.state === 'answered' && row.answer === 'yes') return invalid('The yes is too old');
    if (row.state === 'open') return invalid('Nobody answered yet');
    return { rule: 'guardrail.said_no', message: closedTitle(row, zoneOf(home), now()) };
  }
}

const keyOf = (id: string) => `approval:${id}`;

const labelOf = (row: Pick<ApprovalRow, 'options'>, option: string | null): string =>
  (row.options as Approval['options']).find(({ id }) => id === option)?.label ?? String(option);

/** `Maja said yes 02:44`, `No answer in time: No`. */
function closedTitle(row: ApprovalRow, zone: string, now: number): string {
  const at = moment(row.answered_at?.getTime() ?? now, now, zone);
  switch (row.state) {
    case 'answered': {
      const said = row.kind === 'action' ? row.answer : `“${labelOf(row, row.answer)}”`;
      return `${row.answered_by ?? 'Somebody'} said ${said} ${at}`;
    }
    case 'expired':
      return `No answer in time: ${labelOf(row, row.fallback)}`;
    case 'cancelled':
      return 'No answer is needed any more';
    case 'open': {
      const end = row.expires_at.getTime();
      return `${end > now ? 'Open until' : 'The time to answer was over'} ${moment(end, now, zone)}`;
    }
  }
}

export function wireApproval(row: ApprovalRow, homeName: string): Approval {
  return {
    id: row.id,
    home: row.home_id,
    homeName,
    kind: row.kind,
    title: row.title,
    text: row.text,
    options: row.options as Approval['options'],
    fallback: row.fallback,
    state: row.state,
    askedAt: iso(row.asked_at.getTime()),
    expiresAt: iso(row.expires_at.getTime()),
    answer: row.answer,
    answeredBy: row.answered_by,
    answeredAt: isoOrNull(row.answered_at?.getTime()),
    workflow: row.workflow,
    run: row.run,
    action: row.action as Approval['action'],
  };
}
