/**
 * Changes that a program outside proposes. Each becomes a question to people, who alone can answer it; with
 * a yes exactly that change is made, once, and only if nothing it was judged by changed meanwhile.
 */
import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { isCode } from '@tomte/sdk/codes';
import { isError, TomteError } from '@tomte/sdk/errors';
import type { Action } from '@tomte/sdk/home';
import type { Tomte } from '@tomte/sdk/operations';
import type { Approval } from '@tomte/sdk/types-approval';
import type { Grant } from '@tomte/sdk/types-grant';
import type { Proposal } from '@tomte/sdk/types-mcp';
import { cut, fit } from '@tomte/sdk/words';
import type { Alerts } from '../../alert/alerts.ts';
import { plain, written } from '../../decide/untrusted.ts';
import { isNever } from '../../home/guardrail-reach.ts';
import { type ApprovalRow, getApproval, listApprovals } from '../../store/approvals.ts';
import { dropSetting, readSettings, saveSetting } from '../../store/settings.ts';
import { actionWords } from '../approval-words.ts';
import type { Approvals } from '../approvals.ts';
import { entityName } from '../entity-name.ts';
import type { Grants } from '../grants.ts';
import type { HomeLife } from '../home-life.ts';
import { lifeOf } from '../lives.ts';
import type { PlaceParts } from '../parts.ts';

const prefix = 'proposal:';
const openMax = 10;
const minuteMs = 60_000;
/** Of the change itself; a question has 1,000 characters. */
const shownMax = 600;
/** Longer than what rings: an assistant does not wake anybody. */
const answerMs = { action: 2 * 60 * minuteMs, workflow: 24 * 60 * minuteMs };
/** As long as a yes to an Action holds. */
const yesHoldsMs = 5 * minuteMs;

type Change =
  | { readonly kind: 'action'; readonly action: Action }
  | {
      readonly kind: 'workflow';
      readonly name: string;
      readonly mode?: 'on' | 'off' | 'watch';
      readonly settings?: Record<string, unknown>;
      /** As it was when proposed. */
      readonly before: { readonly mode: string; readonly settings: Record<string, unknown> };
    };
interface Kept {
  readonly id: string;
  readonly home: string;
  readonly change: Change;
}

export interface Proposals {
  /** Opens the question. Throws proposal.*, home.*, guardrail.*, workflow.*. */
  propose(home: string, proposal: Proposal): Promise<Approval>;
  /** A person answered, or nobody did. */
  answered(approval: ApprovalRow): Promise<void>;
  /** What is granted to workflows, and to a proposal its one Action, with a yes each time. */
  grants: Pick<Grants, 'of'>;
  /** Those that were answered while nobody was there to do it. */
  goOn(): Promise<void>;
}

export interface ProposalsOptions {
  readonly parts: Pick<PlaceParts, 'store' | 'clock' | 'workflows'>;
  readonly lives: () => ReadonlyMap<string, HomeLife>;
  readonly grants: Grants;
  readonly approvals: () => Pick<Approvals, 'ask' | 'list'>;
  readonly alerts: () => Pick<Alerts, 'open'>;
  readonly tomte: () => Pick<Tomte, 'setWorkflow' | 'listWorkflows'>;
}

export async function openProposals(o: ProposalsOptions): Promise<Proposals> {
  const { db } = o.parts.store;
  const now = () => o.parts.clock.now();
  const kept = new Map<string, Kept>();
  for (const one of (await readSettings(db, prefix)) as Kept[]) kept.set(one.id, one);

  async function drop(id: string): Promise<void> {
    kept.delete(id);
    await dropSetting(db, id);
  }

  async function workflowNow(home: string, name: string) {
    const row = (await o.tomte().listWorkflows({ home })).find((one) => one.name === name);
    if (!row) throw new TomteError('workflow.not_found', `There is no workflow ${name}`);
    return row;
  }

  async function changeOf(home: string, { action, workflow }: Proposal): Promise<Change> {
    if ((action === undefined) === (workflow === undefined)) {
      throw new TomteError('proposal.invalid', 'A proposal is one Action or one workflow');
    }
    if (action) return { kind: 'action', action: checkedAction(lifeOf(o.lives(), home), action) };
    const { name, mode, settings } = workflow!;
    if (mode === undefined && settings === undefined) {
      throw new TomteError('proposal.invalid', `Nothing of ${name} would change`);
    }
    const row = await workflowNow(home, name);
    const definition = o.parts.workflows.get(name);
    if (settings && definition && !definition.settings.safeParse(settings).success) {
      throw new TomteError('workflow.settings_invalid', `The settings do not fit ${name}`);
    }
    const before = { mode: row.mode, settings: row.settings };
    return {
      ...{ kind: 'workflow', name, before },
      ...(mode === undefined ? {} : { mode }),
      ...(settings === undefined ? {} : { settings }),
    };
  }

  async function ask(one: Kept, proposal: Proposal): Promise<void> {
    const { id, home, change } = one;
    const { mirror } = lifeOf(o.lives(), home).link;
    refuseUnshown(change, (entity) => entityName(mirror.info(entity), entity));
    const common = { id, home, run: null, position: null, fallback: 'no' };
    const expiresAt = now() + answerMs[change.kind];
    const reason = plain(proposal.reason, 200);
    if (change.kind === 'action') {
      const { action } = change;
      await o.approvals().ask({
        ...{ ...common, kind: 'action', action, expiresAt, reason, workflow: byWords(proposal) },
      });
      return;
    }
    const title = o.parts.workflows.get(change.name)?.title ?? change.name;
    await o.approvals().ask({
      ...{ ...common, kind: 'question', expiresAt, workflow: change.name },
      title: `${modeWords(change)} ${title}?`,
      text: [
        `${byWords(proposal)} proposes this.`,
        ...diffOf(change),
        ...(reason === '' ? [] : [`It says: “${reason}”`]),
      ].join(' '),
      options: [
        { id: 'no', label: 'No' },
        { id: 'yes', label: 'Yes, change it', danger: true },
      ],
    });
  }

  async function tellUndone(one: Kept, why: string): Promise<void> {
    const title = 'A change was not made';
    await o.alerts().open({
      ...{ home: one.home, key: `undone:${one.id}`, title },
      text: fit(title, ['You said yes, and it could not be done.', cut(`${why}.`, 150)]),
      ...{ severity: 'today', since: now(), entities: [] },
    });
  }

  async function act(one: Kept, action: Action): Promise<void> {
    const life = lifeOf(o.lives(), one.home);
    const outcome = await life.door.act(action, {
      ...{ askedBy: one.id, key: one.id, approval: one.id },
    });
    if (outcome.kind === 'refused') await tellUndone(one, outcome.message);
    if (outcome.kind === 'unconfirmed') await tellUndone(one, outcome.message);
  }

  async function set(one: Kept, change: Extract<Change, { kind: 'workflow' }>): Promise<void> {
    const row = await workflowNow(one.home, change.name);
    const same = isDeepStrictEqual({ mode: row.mode, settings: row.settings }, change.before);
    if (!same) throw new TomteError('proposal.outdated', `${row.title} was changed meanwhile`);
    const { name, mode, settings } = change;
    await o.tomte().setWorkflow({
      ...{ home: one.home, name },
      ...(mode === undefined ? {} : { mode }),
      ...(settings === undefined ? {} : { settings }),
    });
  }

  async function answered(row: ApprovalRow): Promise<void> {
    const one = kept.get(row.id);
    if (!one || row.state === 'open') return;
    const said = row.state === 'answered' && row.answer === 'yes';
    const inTime = now() - (row.answered_at?.getTime() ?? 0) <= yesHoldsMs;
    if (said && inTime) {
      try {
        if (one.change.kind === 'action') await act(one, one.change.action);
        else await set(one, one.change);
      } catch (error) {
        if (!isError(error)) throw error;
        await tellUndone(one, error.message);
      }
    }
    await drop(one.id);
  }

  return {
    answered,
    grants: {
      of(home, askedBy) {
        const one = kept.get(askedBy);
        if (!one) return o.grants.of(home, askedBy);
        if (one.home !== home || one.change.kind !== 'action') return [];
        const { entities, action } = one.change.action;
        return [
          { entities: [...entities], areas: [], actions: [action], ask: true } satisfies Grant,
        ];
      },
    },
    async propose(home, proposal) {
      const life = lifeOf(o.lives(), home);
      const change = await changeOf(home, proposal);
      const waiting = await listApprovals(db, { home, state: 'open', limit: 1000 });
      if (waiting.filter(({ id }) => kept.has(id)).length >= openMax) {
        throw new TomteError('proposal.too_many', `${openMax} proposals wait for an answer`);
      }
      const one: Kept = { id: `${prefix}${randomBytes(9).toString('base64url')}`, home, change };
      kept.set(one.id, one);
      try {
        if (change.kind === 'action') checkGuardrail(life, one, change.action);
        await saveSetting(db, one.id, one);
        await ask(one, proposal);
      } catch (error) {
        await drop(one.id);
        throw error;
      }
      return (await o.approvals().list({ home, limit: 1000 })).find(({ id }) => id === one.id)!;
    },
    async goOn() {
      for (const { id } of [...kept.values()]) {
        const row = await getApproval(db, id);
        // It ended between being kept and being asked.
        if (row) await answered(row);
        else await drop(id);
      }
    },
  };
}

/** Entities that are there, nothing that only people do, and no code. */
function checkedAction(life: HomeLife, action: NonNullable<Proposal['action']>): Action {
  const info = (id: string) => life.link.mirror.info(id);
  for (const id of action.entities) {
    if (!info(id)) throw new TomteError('home.entity_unknown', `There is no entity ${id}`);
    if (isNever(id, info)) throw new TomteError('proposal.never', `${id} is not switched so`);
  }
  const code = Object.keys(action.data).find(isCode);
  if (code) throw new TomteError('proposal.invalid', `${code} is nothing to be proposed`);
  return { ...action };
}

/** What would be refused even with a yes is not asked for. */
function checkGuardrail(life: HomeLife, one: Kept, action: Action): void {
  const verdict = life.door.judge(action, { askedBy: one.id, key: one.id });
  if (verdict.kind === 'refused') throw new TomteError(verdict.rule, verdict.message);
}

/** A yes is to all of it, so all of it must stand in the question. Throws proposal.invalid. */
function refuseUnshown(change: Change, nameOf: (id: string) => string): void {
  const lines = change.kind === 'action' ? [actionWords(change.action, nameOf)] : diffOf(change);
  if (lines.join(' ').length <= shownMax) return;
  throw new TomteError(
    'proposal.invalid',
    'That is more than one question can show; propose it in parts',
  );
}

const byWords = ({ by }: Proposal): string => plain(by, 60) || 'An assistant';

function modeWords({ mode, before }: Extract<Change, { kind: 'workflow' }>): string {
  if (mode === undefined || mode === before.mode) return 'Change';
  return { on: 'Turn on', off: 'Turn off', watch: 'Watch only with' }[mode];
}

/** `minutes: 10, before 30.` Settings are words of a model too: all of them stands there, hidden signs too. */
function diffOf({ settings, before }: Extract<Change, { kind: 'workflow' }>): string[] {
  const said = (value: unknown) => written(JSON.stringify(value) ?? 'as usual');
  const names = [...new Set([...Object.keys(settings ?? {}), ...Object.keys(before.settings)])];
  if (settings === undefined) return [];
  return names
    .filter((name) => !isDeepStrictEqual(settings[name], before.settings[name]))
    .map((name) => {
      const was = cut(said(before.settings[name]), 80);
      return `${written(name)}: ${said(settings[name])}, before ${was}.`;
    });
}
