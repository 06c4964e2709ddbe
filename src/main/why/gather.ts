/** What a home's records say around the time of a question, about the things it names. */
import type { DetectorDefinition, Finding } from '@tomte/sdk/define';
import { type TriggerSpec, triggersOf, type WorkflowDefinition } from '@tomte/sdk/define';
import type { Action, EntityInfo } from '@tomte/sdk/home';
import type { Watching } from '@tomte/sdk/types-detect';
import type { Grant } from '@tomte/sdk/types-grant';
import { type Recorded, readRecord } from '../../decide/record.ts';
import { settingsFor } from '../../engine/fire.ts';
import { dueOf, type WherePlace } from '../../engine/schedule-due.ts';
import { specFault } from '../../engine/trigger-check.ts';
import type { Extensions } from '../../lib/extensions.ts';
import {
  actionsAround,
  alertsAround,
  deliveriesOf,
  episodesAround,
  keptForMorning,
  modesAround,
  runsAround,
} from '../../store/around.ts';
import { type ClockJumpRow, listClockJumps } from '../../store/clock-jumps.ts';
import { listDecisions } from '../../store/decisions.ts';
import { type GapRow, listGaps } from '../../store/gaps.ts';
import { listNotRuns, type NotRunRow } from '../../store/not-runs.ts';
import { listSchedules } from '../../store/schedules.ts';
import type { Db, Row } from '../../store/tables.ts';
import { listWorkflowSettings } from '../../store/workflow-settings.ts';
import { findNames, type Named, type NameFound } from './names.ts';
import type { Question } from './question.ts';

export interface WhyHome {
  readonly id: string;
  readonly name: string;
  readonly zone: string;
  readonly where: WherePlace;
  /** Empty while the home is not looked after here. */
  readonly infos: readonly EntityInfo[];
  /** What is watched there; null while it is not looked after here. */
  readonly watching: () => Promise<Watching | null>;
}

/** A workflow of the home, as it is set up. */
export interface WhyWorkflow {
  readonly name: string;
  readonly title: string;
  readonly mode: 'on' | 'off' | 'watch';
  /** Epoch ms of the last change of mode or settings; null when it was never touched. */
  readonly changedAt: number | null;
  readonly specs: readonly TriggerSpec[];
  /** Due times within the question's stretch, epoch ms. */
  readonly dues: readonly number[];
  readonly lastDue: number | null;
  readonly nextDue: number | null;
  /** Entities its triggers, wishes and grants name. */
  readonly entities: ReadonlySet<string>;
}

export interface Gathered {
  readonly home: WhyHome;
  /** What the words mean, best first. */
  readonly named: readonly NameFound[];
  /** Entities that they mean. */
  readonly entities: ReadonlySet<string>;
  /** The workflows in question, best first. */
  readonly workflows: readonly WhyWorkflow[];
  readonly runs: readonly Row<'runs'>[];
  readonly notRuns: readonly NotRunRow[];
  readonly actions: readonly Row<'actions'>[];
  readonly alerts: readonly Row<'alerts'>[];
  readonly episodes: readonly Row<'episodes'>[];
  /** Of the alerts: how they went out, and why some waited. */
  readonly deliveries: readonly Row<'deliveries'>[];
  readonly keptBack: readonly Pick<Row<'digest_items'>, 'alert_id' | 'why'>[];
  readonly decisions: readonly Recorded[];
  /** Read for a question of alerts only. */
  readonly watching: Watching | null;
  /** Titles by name. */
  readonly detectors: ReadonlyMap<string, string>;
  readonly gaps: readonly GapRow[];
  readonly jumps: readonly ClockJumpRow[];
  readonly modes: readonly Row<'modes'>[];
}

export interface WhyDefinitions {
  readonly workflows: Extensions<WorkflowDefinition>;
  readonly detectors: Extensions<Pick<DetectorDefinition, 'title'>>;
}

const duesMax = 50;
const decisionsMax = 200;

export async function gather(
  db: Db,
  home: WhyHome,
  question: Question,
  { workflows, detectors }: WhyDefinitions,
): Promise<Gathered> {
  const { from, to } = question;
  const window = { home: home.id, from: new Date(from), to: new Date(to) };
  const all = await workflowsOf(db, home, question, workflows);
  const named = findNames(question.words, thingsOf(home, all));
  const entities = entitiesMeant(named, home);
  const meant = workflowsMeant(all, named, entities);
  const ofMeant = (workflow: string | null) =>
    question.words.length === 0 || meant.some(({ name }) => name === workflow);
  const touches = (ids: readonly string[]) => ids.some((id) => entities.has(id));
  const notRuns = await listNotRuns(db, { ...window, limit: 1000 });
  const actions = await actionsAround(db, window);
  const alerts = (await alertsAround(db, window)).filter(
    (row) => ofMeant(row.workflow) || touches(row.entities) || saysAll(row.title, question.words),
  );
  const alertIds = alerts.map(({ id }) => id);
  const episodes = (await episodesAround(db, window)).filter(({ finding }) => {
    const { title, entities: of } = finding as unknown as Finding;
    return question.words.length === 0 || touches(of) || saysAll(title, question.words);
  });
  const decisions = await listDecisions(db, {
    ...{ home: home.id, since: from, before: to + 1, limit: decisionsMax },
  });
  return {
    ...{ home, named, entities, workflows: meant, alerts, episodes },
    deliveries: await deliveriesOf(db, alertIds),
    keptBack: await keptForMorning(db, alertIds),
    decisions: decisions
      .map(readRecord)
      .filter(
        ({ by, request }) => ofMeant(workflowOf(by)) || saysAll(request.question, question.words),
      ),
    watching: question.topic === 'alert' ? await home.watching() : null,
    detectors: new Map([...detectors].map(([name, { title }]) => [name, title])),
    runs: (await runsAround(db, window)).filter((row) => ofMeant(row.workflow)),
    notRuns: notRuns.filter((row) => ofMeant(row.workflow)),
    actions: actions.filter(
      (row) => ofMeant(askedByWorkflow(row)) || touches((row.action as Action).entities ?? []),
    ),
    gaps: await listGaps(db, { home: home.id, from, to }),
    jumps: await listClockJumps(db, { from: window.from, to: window.to }),
    modes: await modesAround(db, window),
  };
}

const workflowOf = (by: string): string | null =>
  by.startsWith('workflow:') ? by.slice('workflow:'.length) : null;
export const askedByWorkflow = ({ asked_by }: Row<'actions'>): string | null =>
  workflowOf(asked_by);

async function workflowsOf(
  db: Db,
  home: WhyHome,
  question: Question,
  workflows: Extensions<WorkflowDefinition>,
): Promise<WhyWorkflow[]> {
  const rows = new Map((await listWorkflowSettings(db, home.id)).map((row) => [row.workflow, row]));
  const schedules = await listSchedules(db, home.id);
  const found: WhyWorkflow[] = [];
  for (const [name, definition] of workflows) {
    const row = rows.get(name);
    const settings = await settingsFor(definition, row);
    const specs = settings === null ? [] : triggersOf(definition, settings);
    const own = schedules.filter(({ workflow }) => workflow === name);
    const dues = own.flatMap(({ next_due }) => next_due ?? []);
    const last = own.flatMap(({ last_due }) => last_due ?? []);
    const wants = settings === null ? [] : (definition.wants?.(settings) ?? []);
    found.push({
      ...{ name, title: definition.title, specs },
      mode: row?.mode ?? 'off',
      changedAt: row?.changed_at.getTime() ?? null,
      dues: specs.flatMap((spec) => duesWithin(spec, home.where, question)).sort((a, b) => a - b),
      lastDue: last.length === 0 ? null : Math.max(...last),
      nextDue: dues.length === 0 ? null : Math.min(...dues),
      entities: new Set([
        ...wants,
        ...((row?.grants ?? []) as readonly Grant[]).flatMap((grant) => grant.entities ?? []),
        ...specs.flatMap(entitiesOfSpec),
      ]),
    });
  }
  return found;
}

function duesWithin(spec: TriggerSpec, where: WherePlace, { from, to }: Question): number[] {
  if (!('time' in spec) || specFault(spec)) return [];
  const due = dueOf(spec.time, where);
  const found: number[] = [];
  for (let at = due.after(from - 1); at !== null && at <= to; at = due.after(at)) {
    found.push(at);
    if (found.length >= duesMax) break;
  }
  return found;
}

function entitiesOfSpec(spec: TriggerSpec): readonly string[] {
  if (!('state' in spec)) return [];
  const { entity } = spec.state;
  return entity === undefined ? [] : typeof entity === 'string' ? [entity] : entity;
}

function thingsOf(home: WhyHome, workflows: readonly WhyWorkflow[]): Named[] {
  const areas = new Set(home.infos.flatMap(({ area }) => area ?? []));
  return [
    ...workflows.map(({ name, title }) => ({
      kind: 'workflow' as const,
      id: name,
      names: [title, name],
    })),
    ...[...areas].map((area) => ({ kind: 'area' as const, id: area, names: [area] })),
    ...home.infos.map(({ id, name, area }) => ({
      kind: 'entity' as const,
      id,
      names: area === null ? [name, id] : [name, id, `${area} ${name}`],
    })),
  ];
}

function entitiesMeant(named: readonly NameFound[], home: WhyHome): Set<string> {
  const areas = new Set(named.flatMap(({ thing }) => (thing.kind === 'area' ? thing.id : [])));
  return new Set([
    ...named.flatMap(({ thing }) => (thing.kind === 'entity' ? thing.id : [])),
    ...home.infos.flatMap(({ id, area }) => (area !== null && areas.has(area) ? id : [])),
  ]);
}

/** Those named, then those that have to do with an entity that was named. */
function workflowsMeant(
  all: readonly WhyWorkflow[],
  named: readonly NameFound[],
  entities: ReadonlySet<string>,
): WhyWorkflow[] {
  const byName = named.flatMap(({ thing }) =>
    thing.kind === 'workflow' ? all.filter(({ name }) => name === thing.id) : [],
  );
  const byEntity = all.filter(
    (one) => !byName.includes(one) && [...one.entities].some((id) => entities.has(id)),
  );
  return [...byName, ...byEntity];
}

const saysAll = (title: string, words: readonly string[]): boolean =>
  words.length > 0 && words.every((word) => title.toLowerCase().includes(word));
