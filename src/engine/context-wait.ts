import { judge, refuseWrongUnits } from '@tomte/sdk/condition';
import type { Duration, Question, WaitSpec, WorkflowContext } from '@tomte/sdk/define';
import { TomteError } from '@tomte/sdk/errors';
import { readCondition } from './condition-shape.ts';
import type { ContextOptions } from './context.ts';
import { approvalId, openRow, readMs } from './context-parts.ts';
import type { Awaited } from './wait.ts';

type Waits = Pick<WorkflowContext, 'sleep' | 'until' | 'waitFor' | 'ask' | 'call'>;

/** The calls that wait. Each writes its row in a step, and is told how the row was settled. */
export function waitsIn(o: ContextOptions): Waits {
  const { run, body, next } = o;

  const open: Open = (...wait) => openRow(o, ...wait);
  return {
    async sleep(until) {
      const name = next('sleep');
      await body.wait({
        ...{ kind: 'sleep', name, input: until },
        register(position) {
          const due = dueOf(until, o.now());
          if (due <= o.now()) return { over: { kind: 'due', at: o.now() } };
          return open(position, name, { kind: 'sleep' }, due);
        },
      });
    },
    async until(wanted, { timeout }) {
      const name = next('until');
      const outcome = await body.wait({
        ...{ kind: 'until', name, input: { condition: wanted, timeout } },
        register(position) {
          const due = o.now() + readMs(timeout);
          const condition = readCondition(wanted);
          const judged = judgeNow(o, condition);
          if (judged?.met) return { over: { kind: 'met', at: o.now() } };
          return open(position, name, { kind: 'until', condition, held: judged?.held ?? [] }, due);
        },
      });
      return { met: outcome.kind === 'met', at: outcome.at };
    },
    async waitFor(what, { timeout }) {
      const name = next('waitFor');
      const outcome = await body.wait({
        ...{ kind: 'waitFor', name, input: { ...what, timeout } },
        register(position) {
          const due = o.now() + readMs(timeout);
          return open(position, name, { ...readWhat(what), workflow: run.workflow }, due);
        },
      });
      return outcome.kind === 'heard' ? { data: outcome.data, at: outcome.at } : null;
    },
    ask: (question) => ask(o, question, open),
    call: (workflow, input) => call(o, workflow, input, open),
  };
}

type Open = (
  position: number,
  name: string,
  awaited: Awaited,
  due: number | null,
) => ReturnType<typeof openRow>;

async function ask(o: ContextOptions, question: Question, open: Open) {
  const { run, body, next, effects } = o;
  const name = next('ask');
  const outcome = await body.wait({
    ...{ kind: 'ask', name, input: question },
    async register(position) {
      const due = o.now() + readMs(question.timeout);
      const { title, text, options, fallback } = readQuestion(question);
      if (o.shut) return { over: { kind: 'due', at: o.now() } };
      const id = approvalId(run.id, name);
      const registered = await open(
        position,
        name,
        { kind: 'approval', approval: id, fallback },
        due,
      );
      const { home, workflow } = run;
      const expiresAt = registered.due ?? due;
      const asked = { id, home, workflow, run: run.id, position, expiresAt, fallback };
      await effects.ask({ ...asked, kind: 'question', title, text, options });
      return registered;
    },
  });
  const { at } = outcome;
  if (outcome.kind === 'answered') return { answer: outcome.answer, by: outcome.by, at };
  return { answer: question.fallback, by: null, at };
}

async function call(o: ContextOptions, workflow: string, input: unknown, open: Open) {
  const { body, next } = o;
  const name = next('call');
  const outcome = await body.wait({
    ...{ kind: 'call', name, input: { workflow, input: input ?? null } },
    async register(position) {
      const child = await o.callRun(workflow, input ?? null, name);
      return open(position, name, { kind: 'run', run: child }, null);
    },
  });
  if (outcome.kind !== 'ended') return null;
  if (outcome.state === 'done') return outcome.result;
  const why = outcome.error?.message ?? 'It was cancelled';
  throw new TomteError('run.call_failed', `${workflow} ${outcome.state}: ${why}`, {
    details: { workflow, error: outcome.error },
  });
}

function judgeNow(o: ContextOptions, condition: ReturnType<typeof readCondition>) {
  const eyes = o.effects.eyes(o.run.home);
  if (!eyes) return null;
  refuseWrongUnits(condition, eyes);
  return judge(condition, { state: eyes.state, zone: eyes.zone, now: o.now() });
}

const yearMs = 366 * 86_400_000;

function dueOf(until: Duration | { readonly at: string }, now: number): number {
  if (typeof until !== 'object') return now + Math.min(readMs(until), yearMs);
  const due = Date.parse(until.at);
  if (Number.isFinite(due)) return due;
  throw new TomteError('run.call_invalid', `${JSON.stringify(until.at)} is no ISO 8601 time`);
}

function readWhat(what: WaitSpec): { kind: 'event' | 'webhook'; what: WaitSpec } {
  if ('event' in what && typeof what.event.type === 'string') return { kind: 'event', what };
  if ('webhook' in what && typeof what.webhook.name === 'string') return { kind: 'webhook', what };
  throw new TomteError('run.call_invalid', 'waitFor waits for an event or a webhook');
}

const optionsMax = 3;

function readQuestion(question: Question): Question {
  const { options, fallback, title, text } = question;
  const ids = options.map(({ id }) => id);
  if (ids.length === 0 || ids.length > optionsMax || new Set(ids).size < ids.length) {
    throw new TomteError('run.call_invalid', 'A question has one to three different options');
  }
  if (!ids.includes(fallback)) {
    throw new TomteError(
      'run.call_invalid',
      'The fallback of a question must be one of its options',
    );
  }
  if (typeof title !== 'string' || title.length === 0 || typeof text !== 'string') {
    throw new TomteError('run.call_invalid', 'A question needs a title and a text');
  }
  return question;
}
