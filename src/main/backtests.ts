import type { WorkflowDefinition } from '@tomte/sdk/define';
import { TomteError } from '@tomte/sdk/errors';
import type { Tomte } from '@tomte/sdk/operations';
import type { Grant } from '@tomte/sdk/types-grant';
import type { Backtest } from '@tomte/sdk/types-runs';
import { problems } from '../api/answers.ts';
import { type BacktestResult, backtest } from '../engine/backtest/backtest.ts';
import type { GuardThen } from '../engine/backtest/past.ts';
import { isUserWorkflow } from '../engine/user/workflow.ts';
import { judge } from '../home/guardrail.ts';
import { hourStatistics } from '../home/history.ts';
import { oneByOne } from '../lib/one-by-one.ts';
import { getWorkflowSettings } from '../store/workflow-settings.ts';
import { findingChart } from './charts.ts';
import { type PastLife, type PastParts, recordedPast } from './past.ts';
import { toReading } from './readings.ts';

const dayMs = 86_400_000;
/** What a workflow looks at is learned by running it: so often it is run again with more. */
const passesMax = 3;
const chartsMax = 3;
const usualDays = 60;

/** Workflows over the recorded past of a home; nothing is switched, nobody is told. */
export interface PastTrials extends Pick<Tomte, 'backtest'> {
  /** One that has no name and no settings here: nothing is allowed to it but what it wishes for. */
  draft(o: { home: string; days: number; definition: WorkflowDefinition }): Promise<Backtest>;
}

export function openPastTrials(
  parts: PastParts,
  life: (home: string) => PastLife | Promise<PastLife>,
): PastTrials {
  // One at a time: each asks the home's recorder for days of history.
  const inTurn = oneByOne();
  const now = (trial: Trial) => inTurn(async () => tryOn(parts, await life(trial.home), trial));
  return {
    async backtest({ home, name, days = usualDays, settings }) {
      const definition = parts.workflows.get(name);
      if (!definition) throw new TomteError('workflow.not_found', `There is no workflow ${name}`);
      const saved = await getWorkflowSettings(parts.store.db, { home, workflow: name });
      const given = settings ?? saved?.settings ?? {};
      return now({
        home,
        name,
        days: Number(days),
        definition,
        given,
        grants: saved?.grants ?? [],
      });
    },
    draft: (o) => now({ ...o, name: 'draft', given: {}, grants: [] }),
  };
}

interface Trial {
  readonly home: string;
  readonly name: string;
  readonly days: number;
  readonly definition: WorkflowDefinition;
  /** As they came. */
  readonly given: unknown;
  readonly grants: readonly Grant[];
}

async function tryOn(parts: PastParts, life: PastLife, trial: Trial): Promise<Backtest> {
  const { clock } = parts;
  const startedAt = clock.ticks();
  const { name, definition } = trial;
  const parsed = definition.settings.safeParse(trial.given);
  if (!parsed.success) {
    throw new TomteError('workflow.settings_invalid', `The settings of ${name} do not fit`, {
      details: { problems: problems(parsed.error) },
    });
  }
  const settings = parsed.data;
  if (isUserWorkflow(definition)) await definition.prepare(settings);
  const to = clock.now();
  const from = to - trial.days * dayMs;
  const guard = guardThen(life, trial.grants, definition.wants?.(settings) ?? []);
  const also = new Set<string>();
  for (let pass = 1; ; pass++) {
    const past = await recordedPast({
      ...{ parts, life, definition, settings, from, to, also: [...also] },
      signal: life.ended,
    });
    const result = await backtest({
      ...{ workflow: name, definition, settings, past, guard, clock, signal: life.ended },
      triggers: parts.triggers,
      reading: ({ entityId, to: state, at }) =>
        toReading(state ?? { entityId, state: 'unavailable' }, at),
    });
    const fresh = result.unread.filter((id) => !also.has(id));
    if (fresh.length > 0 && pass < passesMax) {
      for (const id of fresh) also.add(id);
      continue;
    }
    return finished(parts, life, result, clock.ticks() - startedAt);
  }
}

/** The guardrail as it would stand with the workflow on: its grants, or before there are any, its wishes. */
function guardThen(life: PastLife, granted: readonly Grant[], wants: readonly string[]): GuardThen {
  const { mirror } = life.link;
  const grants = granted.length > 0 ? granted : [{ entities: [...wants], areas: [] }];
  return (action, { at, state, sent }) => {
    const verdict = judge(action, {
      ...{ grants, now: at, zone: life.zone, sent, stopped: false },
      info: (id) => mirror.info(id),
      areaOf: (id) => mirror.areaOf(id),
      state: (id) => state(id) ?? undefined,
      mode: () => null,
    });
    if (verdict.kind === 'allowed') return { ok: true };
    if (verdict.kind === 'refused')
      return { ok: false, rule: verdict.rule, message: verdict.message };
    return { ok: false, rule: 'guardrail.needs_approval', message: verdict.reason };
  };
}

async function finished(
  parts: PastParts,
  life: PastLife,
  { unread: _, ...result }: BacktestResult,
  tookMs: number,
): Promise<Backtest> {
  const alerts: Backtest['alerts'] = [];
  for (const { request, ...alert } of result.alerts) {
    const chart =
      alerts.length < chartsMax ? await chartOf(parts, life, { ...alert, request }) : null;
    alerts.push({ ...alert, chart });
  }
  return {
    ...result,
    home: life.home,
    alerts,
    chart: alerts.find((one) => one.chart)?.chart ?? null,
    tookMs,
  };
}

/** Its picture from hours; what lies within days of readings looks the same at this size. */
async function chartOf(
  parts: PastParts,
  life: PastLife,
  { request, until }: BacktestResult['alerts'][number],
): Promise<Backtest['chart']> {
  const [entity] = request.entities;
  if (!request.detector || !request.facts || entity === undefined) return null;
  const end = until === null ? parts.clock.now() : Date.parse(until);
  const hours = await hourStatistics(life.link.call, {
    ids: [entity],
    from: request.since - dayMs,
    to: end + dayMs,
    signal: life.ended,
  });
  const { title, text, lines, since, entities, facts, detector } = request;
  return findingChart(parts, {
    zone: life.zone,
    finding: {
      ...{ kind: 'raised', title, text, since, entities, facts, detector },
      ...{
        episode: request.episode ?? '',
        lines: lines ?? [],
        at: request.at ?? since,
        severity: request.severity,
        probability: 1,
      },
    },
    until: until === null ? null : end,
    hours: hours.get(entity) ?? [],
    info: life.link.mirror.info(entity),
    place: life.link.mirror.config,
    state: life.detectorState(detector),
  });
}
