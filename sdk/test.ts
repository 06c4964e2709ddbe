/**
 * Tests of workflows, without a home and without waiting: states in memory, a clock that moves when it is
 * told to, and a record of what the workflow did. A Run here is what a real one is: its steps are kept,
 * and after a crash it goes on from them.
 *
 * @example
 * const kit = openKit(workflow, { states: { 'binary_sensor.door': 'off' } });
 * await kit.home.set('binary_sensor.door', 'on');
 * await kit.advance('2d');
 * assert.equal(kit.alerts.length, 1);
 */
import type { z } from 'zod';
import type { Refusal } from './admission.ts';
import type { Finding, SettingsSchema } from './define.ts';
import { TomteError } from './errors.ts';
import type { HourRow } from './home.ts';
import type { PlanAsked, PlannedNow } from './plan.ts';
import { holdHome, type TestHome, timeOf, type WrittenState } from './test-home.ts';
import type { RunRecord } from './test-record.ts';
import {
  openAlertBook,
  type TestAction,
  type TestAlert,
  type TestQuestion,
} from './test-records.ts';
import { type Replayed, replayIn } from './test-replay.ts';
import { openTestRuns } from './test-runs.ts';
import { isAwaited, type KitAnswers, kitWorld } from './test-world.ts';
import { type Duration, ms, type TriggerFired, type TriggerSpec } from './trigger.ts';
import type { ScheduleAsked, ScheduleChoice } from './types-choice.ts';
import type { VirtualRun } from './virtual-run.ts';
import { openVirtualTime } from './virtual-time.ts';
import { watchStates } from './virtual-triggers.ts';
import { triggersOf, type WaitSpec, type WorkflowDefinition } from './workflow.ts';

export type { TestHome, WrittenState } from './test-home.ts';
export type { RunRecord } from './test-record.ts';
export type { TestAction, TestAlert, TestQuestion } from './test-records.ts';
export type { Replayed } from './test-replay.ts';
export type { KitAnswers } from './test-world.ts';

export interface KitOptions<S extends SettingsSchema> extends KitAnswers {
  /** As a person would set them; what is left out is the schema's default. */
  readonly settings?: z.input<S>;
  /** What the clock shows first, ISO 8601 or epoch ms; a Monday morning when left out. */
  readonly now?: string | number;
  /** IANA zone of the home; UTC when left out. */
  readonly zone?: string;
  readonly homeName?: string;
  readonly states?: Readonly<Record<string, WrittenState>>;
  /** What the recorder knows from before, by entity. */
  readonly history?: Readonly<
    Record<string, readonly (readonly [number | string, number | string])[]>
  >;
  /** Hours of long-term statistics, by id. */
  readonly statistics?: Readonly<Record<string, readonly HourRow[]>>;
  /** What the home’s plan wants at that moment. */
  readonly plan?: (asked: PlanAsked) => PlannedNow;
  /** What `ctx.home.chooseSchedule()` answers. */
  readonly chooseSchedule?: (asked: ScheduleAsked) => ScheduleChoice;
}

export interface Kit {
  readonly home: TestHome;
  /** In the order they began. */
  readonly runs: readonly VirtualRun[];
  /** The newest; throws when none began. */
  readonly run: VirtualRun;
  readonly actions: readonly TestAction[];
  readonly alerts: readonly TestAlert[];
  readonly questions: readonly TestQuestion[];
  readonly log: readonly string[];
  /** What the workflow remembers between its Runs. */
  readonly store: ReadonlyMap<string, unknown>;
  /** Triggers that matched and started nothing, and why not. */
  readonly notRun: readonly Refusal[];
  /** Epoch ms. */
  now(): number;
  /** Moves the clock on; all that falls due on the way happens in its order. */
  advance(by: Duration): Promise<void>;
  /** Until the next thing is due: a sleep that ends, a time that runs out. False when nothing is. */
  next(): Promise<boolean>;
  /** Somebody presses Run now. */
  press(input?: unknown): Promise<VirtualRun>;
  /** A time trigger falls due: the first of the workflow's, or the one at that place among them. */
  due(which?: number): Promise<VirtualRun>;
  /** A detector finds something; fields that are left out are those of a plain finding. */
  find(finding?: Partial<Finding>): Promise<VirtualRun>;
  /** Anything else that starts a Run. */
  fire(fired: TriggerFired): Promise<VirtualRun>;
  /** A Home Assistant event: for triggers and for Runs that wait for it. */
  event(type: string, data?: Readonly<Record<string, unknown>>): Promise<void>;
  webhook(name: string, body?: unknown): Promise<void>;
  /** Somebody answers the question that waits longest. Throws when none waits, or it offers no such answer. */
  answer(option: string, by?: string): Promise<void>;
  /**
   * All open Runs end where they stand, as when the computer loses power, and go on from their kept steps.
   * With `changed`, that version of the workflow goes on, as after an edit.
   */
  crash(changed?: WorkflowDefinition): Promise<void>;
  /**
   * Runs the workflow over what a Run was told before: each step is answered as it was then. Tells the
   * steps that were asked with something else. Steps beyond the record happen in this home.
   */
  replay(record: RunRecord): Promise<Replayed>;
}

/** A Monday, 08:00 UTC. */
const noPlan: PlannedNow = {
  ...{ madeAt: null, stale: 'The test has no plan.', orders: [], batteryMode: null },
};
const noChoice = (): never => {
  throw new TomteError('energy.no_prices', 'The test has no schedules to choose among');
};
const usualStart = Date.UTC(2026, 0, 5, 8);

export function openKit<S extends SettingsSchema>(
  workflow: WorkflowDefinition<S>,
  o: KitOptions<S> = {},
): Kit {
  const definition = workflow as unknown as WorkflowDefinition;
  const settings = settingsOf(definition, o.settings ?? {});
  const time = openVirtualTime(o.now === undefined ? usualStart : timeOf(o.now));
  const alerts = openAlertBook(time.now);
  const home = holdHome({
    ...{ name: o.homeName ?? 'Home', zone: o.zone ?? 'UTC', now: time.now },
    ...{ states: o.states ?? {}, history: o.history ?? {}, statistics: o.statistics ?? {} },
    plan: o.plan ?? (() => noPlan),
    chooseSchedule: o.chooseSchedule ?? noChoice,
  });
  const doors = kitWorld({ home, time, alerts, answers: o });
  const triggers = triggersOf(definition, settings);
  const runs = openTestRuns({ definition, settings, time, doors });
  const started = async (fired: TriggerFired): Promise<VirtualRun> => {
    const run = runs.start(fired);
    await time.rest();
    return run;
  };
  const { info, state } = home;
  home.onChange(
    watchStates({ workflow: workflowName, specs: triggers, info, state, time }, runs.fire),
  );
  const changed = async (work: () => void): Promise<void> => {
    work();
    time.stir();
    await time.rest();
  };
  const happen = (what: WaitSpec, data: unknown, fired: TriggerFired) =>
    changed(() => {
      doors.happen(what, data);
      for (const spec of triggers) if (isFor(spec, what, data)) runs.fire(fired);
    });
  const at = time.now;

  return {
    home: {
      set: (entity, state, attributes) => changed(() => home.change(entity, state, attributes)),
      remove: (entity) => changed(() => home.change(entity, null)),
      state: home.state,
    },
    runs: runs.all,
    get run() {
      const newest = runs.all.at(-1);
      if (!newest) throw new RangeError('No Run began');
      return newest;
    },
    actions: doors.actions,
    alerts: alerts.all,
    questions: doors.questions,
    log: doors.log,
    store: doors.kept,
    notRun: runs.refused,
    now: time.now,
    async advance(by) {
      await time.advance(time.now() + ms(by));
      await time.rest();
    },
    async next() {
      await time.rest();
      const due = time.next();
      if (due !== null) await time.advance(due);
      return due !== null;
    },
    press: (input) =>
      started({ kind: 'manual', by: 'test', at: at(), ...(input === undefined ? {} : { input }) }),
    due(which = 0) {
      const spec = triggers.flatMap((one) => ('time' in one ? [one.time] : []))[which];
      if (!spec) throw new RangeError('The workflow has no such time trigger');
      return started({ kind: 'time', workflow: workflowName, spec, due: at(), late: false });
    },
    find: (finding = {}) =>
      started({
        kind: 'anomaly',
        ...about(triggers),
        finding: { ...plainFinding(at()), ...finding },
      }),
    fire: started,
    event: (type, data = {}) =>
      happen({ event: { type } }, data, {
        kind: 'event',
        type,
        data,
        id: `event-${at()}`,
        at: at(),
      }),
    webhook: (name, body = null) =>
      happen({ webhook: { name } }, body, {
        ...{ kind: 'webhook', workflow: workflowName, name, body, id: `hook-${at()}`, at: at() },
      }),
    answer: (option, by = 'test') => changed(() => doors.answer(option, by)),
    crash: (version = definition) =>
      changed(() => {
        for (const run of runs.open()) run.again(version);
      }),
    replay: (record) => replayIn(record, { start: runs.start, rest: time.rest }),
  };
}

/** A definition does not know its file's name; triggers only need one that is the same throughout. */
const workflowName = 'workflow';

function settingsOf(definition: WorkflowDefinition, written: unknown): Record<string, unknown> {
  const read = definition.settings.safeParse(written);
  if (read.success) return read.data;
  throw new TomteError('workflow.settings_invalid', 'The settings do not fit this workflow', {
    details: { problems: read.error.issues.map(({ path, message }) => ({ path, message })) },
  });
}

function isFor(spec: TriggerSpec, what: WaitSpec, data: unknown): boolean {
  if ('event' in spec) return isAwaited({ event: spec.event }, what, data);
  return 'webhook' in spec && isAwaited({ webhook: spec.webhook }, what, data);
}

function about(triggers: readonly TriggerSpec[]): { about?: string } {
  const [first] = triggers.flatMap((spec) => ('anomaly' in spec ? [spec.anomaly.about] : []));
  return first === undefined ? {} : { about: first };
}

const plainFinding = (at: number): Finding => ({
  ...{ kind: 'raised', episode: 'episode-1', detector: 'test', entities: [], at, since: at },
  ...{ severity: 'today', probability: 0.9, title: 'Something is unusual', text: '', lines: [] },
  facts: { is: '', usually: '', since: '', around: [], probably: null, check: null, numbers: {} },
});
