/** From what was gathered to one sentence, and what it rests on. Pure. */
import type { WhyAnswer } from '@tomte/sdk/types-runs';
import { count, moment } from '@tomte/sdk/words';
import type { Row } from '../../store/tables.ts';
import { actionWords, evidence, gapWords, jumpWords, nameOf } from './evidence.ts';
import type { Gathered, WhyWorkflow } from './gather.ts';
import type { Question } from './question.ts';
import { aboutTold } from './told.ts';

const foundMax = 40;

export function answerOf(question: Question, homes: readonly Gathered[], now: number): WhyAnswer {
  const found = homes.flatMap((one) => evidence(one, question)).slice(0, foundMax);
  const spoken = homes
    .map((one) => sentenceFor(one, question, now))
    .filter((one) => one !== null)
    .sort((a, b) => b.weight - a.weight);
  const sentence = spoken[0]?.text ?? nothingFound(question, homes);
  return { sentence, found };
}

interface Spoken {
  readonly text: string;
  /** Of several homes the one with most to say speaks. */
  readonly weight: number;
}

function sentenceFor(one: Gathered, question: Question, now: number): Spoken | null {
  if (question.words.length === 0 && !question.timed) return null;
  if (!question.asks) return searched(one);
  const best = one.named[0]?.score ?? 0;
  const spoken = aboutTold(one, question, now);
  if (spoken !== null) return { text: spoken, weight: 11 + best };
  const told = one.workflows
    .map((workflow) => aboutWorkflow(one, workflow, question, now))
    .sort((a, b) => b.weight - a.weight)[0];
  if (told) return { ...told, weight: told.weight + best };
  return aboutThings(one, question, now, best);
}

/** What there is to say of one workflow; heavier the better it explains. */
function aboutWorkflow(
  one: Gathered,
  workflow: WhyWorkflow,
  question: Question,
  now: number,
): Spoken {
  const { zone } = one.home;
  const { title, name } = workflow;
  const when = (t: number) => moment(t, now, zone);
  const runs = one.runs.filter((run) => run.workflow === name);
  const notRuns = one.notRuns.filter((row) => row.workflow === name);
  const nearest = <R>(rows: readonly R[], at: (row: R) => number): R | undefined =>
    question.at === null
      ? rows[0]
      : [...rows].sort(
          (a, b) => Math.abs(at(a) - question.at!) - Math.abs(at(b) - question.at!),
        )[0];
  const notRun = nearest(notRuns, (row) => row.at.getTime());
  const run = nearest(runs, (row) => row.created_at.getTime());
  if (notRun && (question.negative || !run)) {
    const times = notRun.times > 1 ? ` (${notRun.times} times)` : '';
    return {
      text: `${title} did not start at ${when(notRun.at.getTime())}${times}: ${lower(notRun.reason)}`,
      weight: 10,
    };
  }
  if (run) return { text: `${ran(one, run, title, when)}`, weight: 9 };
  if (workflow.mode === 'off') {
    const since = workflow.changedAt === null ? '' : ` since ${when(workflow.changedAt)}`;
    return { text: `${title} is switched off${since}.`, weight: 4 };
  }
  return { text: `${title} did not start: ${whyQuiet(one, workflow, when)}`, weight: 6 };
}

function ran(one: Gathered, run: Row<'runs'>, title: string, when: (t: number) => string): string {
  const at = when(run.created_at.getTime());
  const begun = `${title} started at ${at}: ${lower(run.reason)}`;
  const refused = one.actions.find((row) => row.rule !== null && row.key.startsWith(`${run.id}/`));
  if (refused) return `${begun}, but an Action was refused: ${actionWords(refused)}.`;
  if (run.state === 'failed') {
    const error = run.error as { message?: string } | null;
    return `${begun}, and failed: ${error?.message ?? 'no reason was kept'}.`;
  }
  if (run.state === 'cancelled') return `${begun}, and was ended before it was done.`;
  const open = run.state === 'waiting' || run.state === 'running';
  return open ? `${begun}, and is under way.` : `${begun}, and ended well.`;
}

/** Nothing matched, as far as anybody saw: was it due, was anybody there? */
function whyQuiet(one: Gathered, workflow: WhyWorkflow, when: (t: number) => string): string {
  const [due] = workflow.dues;
  const away = one.gaps.find((gap) => gap.cause === 'start') ?? one.gaps[0];
  const jump = one.jumps[0];
  if (due !== undefined && workflow.changedAt !== null && workflow.changedAt > due) {
    return `it was set up only at ${when(workflow.changedAt)}, after it would have been due at ${when(due)}.`;
  }
  if (due !== undefined && jump) return `it was due at ${when(due)}, when ${jumpWords(jump)}.`;
  if (due !== undefined && away) return `it was due at ${when(due)}, when ${gapWords(away, when)}.`;
  if (workflow.specs.some((spec) => 'time' in spec) && due === undefined) {
    const last = workflow.lastDue === null ? '' : `, the last time at ${when(workflow.lastDue)}`;
    const next = workflow.nextDue === null ? '' : `; it is due next at ${when(workflow.nextDue)}`;
    return `it was not due then${last}${next}.`;
  }
  const waits = workflow.specs.map(waitWords).filter((words) => words !== '');
  const what =
    waits.length === 0
      ? 'nothing but a person starts it'
      : `none of this happened: ${waits.join('; ')}`;
  return away ? `${what}, as far as was heard; ${gapWords(away, when)}.` : `${what}.`;
}

function waitWords(spec: WhyWorkflow['specs'][number]): string {
  if ('state' in spec) {
    const { entity, area, label, domain, deviceClass, from, to, above, below } = spec.state;
    const whom = [entity, area, label, domain, deviceClass].flatMap((one) => one ?? []).join(', ');
    const words = [
      ...(from === undefined ? [] : [`from ${[from].flat().join(' or ')}`]),
      ...(to === undefined ? [] : [`to ${[to].flat().join(' or ')}`]),
      ...(above === undefined ? [] : [`above ${above}`]),
      ...(below === undefined ? [] : [`below ${below}`]),
      ...(spec.state.for === undefined ? [] : [`for ${spec.state.for}`]),
    ];
    return `${whom} changes ${words.join(' ')}`.trim();
  }
  if ('event' in spec) return `event ${spec.event.type}`;
  if ('webhook' in spec) return `a message to webhook ${spec.webhook.name}`;
  if ('anomaly' in spec) return `something unusual about ${spec.anomaly.about}`;
  if ('alert' in spec) return `an alert that is ${spec.alert.turn}`;
  return 'run' in spec ? `${spec.run.workflow} ends` : '';
}

/** No workflow has to do with it: what is known of the things themselves. */
function aboutThings(one: Gathered, question: Question, now: number, best: number): Spoken | null {
  const [thing] = one.named;
  const when = (t: number) => moment(t, now, one.home.zone);
  const [action] = one.actions;
  const name = thing ? nameOf(one, thing.thing.id) : null;
  if (action) {
    const by = action.asked_by.replace(/^workflow:/, '');
    const text = `${by} asked for it at ${when(action.asked_at.getTime())}: ${actionWords(action)}.`;
    return { text, weight: 5 + best };
  }
  const [notRun] = one.notRuns;
  if (question.words.length === 0 && notRun) {
    return {
      text: `${notRun.workflow} did not start at ${when(notRun.at.getTime())}: ${lower(notRun.reason)}`,
      weight: 3,
    };
  }
  const [alert] = one.alerts;
  if (alert)
    return { text: `${alert.title}, since ${when(alert.since.getTime())}.`, weight: 3 + best };
  if (name === null) return null;
  const [from, to] = [when(question.from), when(question.to)];
  return {
    text: `No workflow has to do with ${name}, and Tomte switched nothing there between ${from} and ${to}.`,
    weight: 1 + best,
  };
}

/** Plain words: what is called so. */
function searched(one: Gathered): Spoken | null {
  const [first] = one.named;
  if (!first && one.alerts.length === 0) return null;
  const parts = [
    ...(first ? [nameOf(one, first.thing.id)] : []),
    ...(one.runs.length > 0 ? [count(one.runs.length, 'Run')] : []),
    ...(one.alerts.length > 0 ? [count(one.alerts.length, 'alert')] : []),
  ];
  return { text: `${parts.join(', ')}.`, weight: first?.score ?? 0.1 };
}

function nothingFound(question: Question, homes: readonly Gathered[]): string {
  if (homes.length === 0) return 'No home is linked.';
  if (question.words.length === 0) {
    return question.timed
      ? 'Nothing is kept of that time.'
      : 'Say what it is about: “Why did the heater not start at 02:00?”';
  }
  return `Nothing here is called “${question.words.join(' ')}”, as far as its name goes.`;
}

const lower = (text: string): string =>
  /^\p{Lu}\p{Ll}/u.test(text) && !/^(Event|Alert|Tomte)\b/.test(text)
    ? text[0]!.toLowerCase() + text.slice(1)
    : text;
