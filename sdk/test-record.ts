/** The record of a Run as its page tells it, back in the form in which a Run keeps its steps. */
import { type ErrorCode, errorTable, TomteError } from './errors.ts';
import type { TriggerFired } from './trigger.ts';
import type { VirtualStep } from './virtual-run.ts';

/** What `tomte runs ID --json` tells; other fields of it may be left out. */
export interface RunRecord {
  readonly trigger: TriggerFired;
  readonly steps: readonly RecordedStep[];
}
export interface RecordedStep {
  /** As the author called it, or its kind and number: `act 1`. */
  readonly name: string;
  /** ISO 8601. */
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly input: unknown;
  readonly output: unknown;
  /** `code: message`. */
  readonly error: string | null;
}

/** Steps of the workflow's own, with what each of them gave it. */
export function journalOf(record: RunRecord): VirtualStep[] {
  const byName = new Map(record.steps.map((step) => [step.name, step]));
  return record.steps.filter(isOwn).map((step) => stepOf(step, byName));
}

/** Not the one that the engine begins a Run with, nor the question and answer within an Action. */
const isOwn = ({ name }: RecordedStep): boolean =>
  name !== 'begin' && !/^act \d+ (yes|allowed)$/.test(name);

function stepOf(step: RecordedStep, byName: ReadonlyMap<string, RecordedStep>): VirtualStep {
  const at = timeOf(step.startedAt) ?? 0;
  const kind = step.name.replace(/ \d+$/, '');
  const own = { name: step.name, kind, input: step.input, at, endedAt: timeOf(step.endedAt) };
  if (step.error !== null) return { ...own, error: errorOf(step.error) };
  if (own.endedAt !== null && isShortened(step.output)) {
    const message = `The record of ${step.name} was shortened: it was too long to be kept whole`;
    return { ...own, error: new TomteError('kit.no_answer', message).toJSON().error };
  }
  try {
    return { ...own, output: gaveOf(kind, step, byName) };
  } catch (error) {
    if (!(error instanceof TomteError)) throw error;
    return { ...own, error: error.toJSON().error };
  }
}

const timeOf = (text: string | null): number | null => (text === null ? null : Date.parse(text));

/** A page shows the beginning of what is long, and says how long it was. */
const isShortened = (output: unknown): boolean =>
  typeof output === 'string' && / … \d+ characters$/.test(output);

type Plain = Readonly<Record<string, unknown>>;
const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What the call gave the workflow: a wait is recorded by how it ended. */
function gaveOf(
  kind: string,
  { name, input, output }: RecordedStep,
  byName: ReadonlyMap<string, RecordedStep>,
): unknown {
  const ended = isPlain(output) && isPlain(output.over) ? output.over : output;
  if (!isPlain(ended)) return ended;
  switch (kind) {
    case 'sleep':
      return undefined;
    case 'until':
      return { met: ended.kind === 'met', at: ended.at };
    case 'waitFor':
      return ended.kind === 'heard' ? { data: ended.data, at: ended.at } : null;
    case 'ask': {
      if (ended.kind === 'answered') return { answer: ended.answer, by: ended.by, at: ended.at };
      return { answer: isPlain(input) ? input.fallback : null, by: null, at: ended.at };
    }
    case 'call':
      return calledValue(ended);
    case 'act':
      return ended.kind === 'needs_approval' ? allowedValue(name, byName) : ended;
    default:
      return ended;
  }
}

function calledValue(ended: Plain): unknown {
  if (ended.kind !== 'ended' || ended.state === 'done') return ended.result ?? null;
  const message = isPlain(ended.error) ? String(ended.error.message) : 'It was cancelled';
  throw new TomteError('run.call_failed', message);
}

/** An Action that a person was asked about: what became of it in the end. */
function allowedValue(name: string, byName: ReadonlyMap<string, RecordedStep>): unknown {
  const allowed = byName.get(`${name} allowed`)?.output;
  if (isPlain(allowed) && allowed.kind !== 'needs_approval') return allowed;
  const answer = byName.get(`${name} yes`)?.output;
  const by = isPlain(answer) && typeof answer.by === 'string' ? answer.by : null;
  const message = by === null ? 'Nobody said yes in time.' : `${by} said no.`;
  return {
    kind: 'refused',
    rule: 'guardrail.said_no',
    message,
  };
}

function errorOf(text: string) {
  const [, code = '', message = text] = /^([a-z]+\.[a-z_]+): (.*)$/s.exec(text) ?? [];
  const known = Object.hasOwn(errorTable, code) ? (code as ErrorCode) : 'run.failed';
  return new TomteError(known, message).toJSON().error;
}
