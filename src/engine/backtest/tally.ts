import { withoutCodes } from '@tomte/sdk/codes';
import type { ActionOutcome, AlertRequest } from '@tomte/sdk/define';
import type { Action, EntityState } from '@tomte/sdk/home';
import type { Backtest } from '@tomte/sdk/types-runs';
import type { VirtualRun, VirtualStep } from '@tomte/sdk/virtual-run';
import { iso, isoOrNull } from '../../lib/clock.ts';
import type { GuardThen } from './past.ts';

export type TalliedAlert = Omit<Backtest['alerts'][number], 'chart'> & {
  readonly request: AlertRequest;
};

/** What would have happened, as it is written down. */
export interface Tally {
  readonly actions: Backtest['actions'];
  readonly alerts: readonly TalliedAlert[];
  act(action: Action, at: number): ActionOutcome;
  alert(request: AlertRequest): { id: string };
  resolve(key: string, at: number): void;
}

export function openTally(guard: GuardThen, state: (entity: string) => EntityState | null): Tally {
  const actions: Backtest['actions'] = [];
  const alerts: (TalliedAlert & { until: string | null })[] = [];
  const open = new Map<string, (typeof alerts)[number]>();
  return {
    actions,
    alerts,
    act(action, at) {
      const sent = (entity: string, t: number) =>
        actions.filter(
          (one) => one.allowed && one.entities.includes(entity) && Date.parse(one.at) >= t,
        ).length;
      const verdict = guard(action, { at, state, sent });
      const { domain, data } = withoutCodes(action);
      actions.push({
        ...{
          at: iso(at),
          domain,
          action: action.action,
          entities: [...action.entities],
          data: { ...data },
        },
        ...(verdict.ok ? { allowed: true, rule: null } : { allowed: false, rule: verdict.rule }),
      });
      // Allowed, it is taken for done: the past goes on as it was recorded.
      return verdict.ok
        ? { kind: 'confirmed', at }
        : { kind: 'refused', rule: verdict.rule, message: verdict.message };
    },
    alert(request) {
      const { key, title, text, severity, since, entities } = request;
      const known = open.get(key);
      if (known) return { id: `${alerts.indexOf(known)}` };
      const one = {
        key,
        title,
        text,
        severity,
        since: iso(since),
        until: null,
        entities: [...entities],
        request,
      };
      open.set(key, one);
      return { id: `${alerts.push(one) - 1}` };
    },
    resolve(key, at) {
      const one = open.get(key);
      if (one) one.until = iso(at);
      open.delete(key);
    },
  };
}

export interface TalliedRun {
  readonly reason: string;
  readonly run: VirtualRun;
  cancelledAt: number | null;
}

const stepsShown = 50;

/** `steps`: with them, or without where there are very many Runs. */
export function runRow(
  { reason, run, cancelledAt }: TalliedRun,
  o: { steps: boolean },
): Backtest['runs'][number] {
  const { outcome } = run;
  return {
    at: iso(run.startedAt),
    reason,
    state: outcome?.state ?? (cancelledAt === null ? 'waiting' : 'cancelled'),
    endedAt: isoOrNull(run.endedAt ?? cancelledAt),
    error: outcome?.state === 'failed' ? outcome.error : null,
    steps: run.steps
      .slice(0, o.steps ? stepsShown : 0)
      .map((step) => ({ name: step.name, at: iso(step.at), text: stepText(step) })),
  };
}

const textMax = 200;

function stepText({ error, output, endedAt, input }: VirtualStep): string {
  if (error) return error.message.slice(0, textMax);
  if (endedAt === null) return 'still waits';
  const shown = output ?? input;
  return shown === null || shown === undefined
    ? ''
    : (JSON.stringify(shown) ?? '').slice(0, textMax);
}

/** `In 60 days it would have told you once and switched nothing.` */
export function sentenceOf(o: {
  days: number;
  runs: number;
  alerts: number;
  actions: readonly { allowed: boolean }[];
}): string {
  const times = (n: number) =>
    n === 0 ? 'never' : n === 1 ? 'once' : n === 2 ? 'twice' : `${n} times`;
  const allowed = o.actions.filter((one) => one.allowed).length;
  const refused = o.actions.length - allowed;
  const days = o.days === 1 ? 'In one day' : `In ${o.days} days`;
  const parts = [
    `told you ${times(o.alerts)}`,
    allowed === 0 ? 'switched nothing' : `switched ${times(allowed)}`,
  ];
  const held =
    refused === 0 ? '' : ` ${refused === 1 ? 'One more was' : `${refused} more were`} not allowed.`;
  if (o.runs === 0) return `${days} it would not have run.`;
  return `${days} it would have run ${times(o.runs)}, ${parts[0]} and ${parts[1]}.${held}`;
}
