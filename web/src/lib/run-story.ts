/** What a Run did, as rows a person reads. Pure. */
import type { RunAction, RunPage, RunStep } from '@tomte/sdk/types';
import { clockTime, duration } from '@tomte/sdk/words';
import { type Bar, bars, type LaneRow, laneRows } from './run-lanes.ts';

export interface StoryRow {
  readonly key: string;
  /** ISO; null while it has not begun. */
  readonly at: string | null;
  readonly mark: 'tick' | 'cross' | 'ring';
  readonly title: string;
  /** What came of it, in words; empty where there is nothing to say. */
  readonly result: string;
  /** How long it took, or waits already. */
  readonly took: string;
  readonly tries: number;
  /** Place in the Run, to begin again from. */
  readonly position: number;
  /** Taken over as it was in the Run before. */
  readonly kept: boolean;
  readonly lanes: LaneRow;
  readonly bar: Bar | null;
  readonly raw: { readonly input: unknown; readonly output: unknown };
}

const kinds: Record<string, string> = {
  begin: 'Began',
  act: 'Switch',
  alert: 'Tell',
  resolve: 'Say that it is over',
  sleep: 'Wait',
  until: 'Wait for a state',
  waitFor: 'Wait for an event',
  ask: 'Ask you',
  look: 'Look',
  fetch: 'Read from outside',
  facts: 'Read from outside',
  decide: 'Decide',
  call: 'Run another workflow',
};

export function storyRows(page: RunPage, zone: string, now: number): StoryRow[] {
  const lanes = laneRows(page.steps);
  const lengths = bars(page.steps.map((step) => spanOf(page, step, now)));
  return page.steps.map((step, n): StoryRow => {
    const action = page.actions.find(({ key }) => key === `${page.id}/${step.name}`);
    const wait = page.waits.find(({ name }) => name === step.name);
    const end = wait ? wait.settledAt : step.endedAt;
    const open = step.error === null && end === null;
    const from = step.startedAt ?? wait?.since ?? null;
    return {
      key: `${n} ${step.name}`,
      at: from,
      mark: step.error !== null || isBad(action) ? 'cross' : open ? 'ring' : 'tick',
      title: titleOf(step.name, step.kind),
      result:
        step.error ?? (action ? actionWords(action, zone) : wait ? waitWords(wait, zone) : ''),
      took: from === null ? '' : tookWords(from, end, now, open),
      tries: step.tries,
      position: step.position,
      kept: page.fork !== null && step.position < page.fork.from,
      lanes: lanes[n]!,
      bar: lengths[n]!,
      raw: { input: step.input, output: step.output },
    };
  });
}

/** From its begin to its end, or to now; null where its begin is not known. */
function spanOf(page: RunPage, step: RunStep, now: number): [number, number] | null {
  const wait = page.waits.find(({ name }) => name === step.name);
  const from = step.startedAt ?? wait?.since ?? null;
  if (from === null) return null;
  const end = wait ? wait.settledAt : step.endedAt;
  return [Date.parse(from), end === null ? Math.max(now, Date.parse(from)) : Date.parse(end)];
}

/** The author's own name for it, or the kind in words. */
function titleOf(name: string, kind: string): string {
  const numbered = /^([a-zA-Z.]+) (\d+)$/.exec(name);
  const word = kinds[kind] ?? kinds[numbered?.[1] ?? ''];
  if (kind === 'step' || !word) return name;
  return numbered && numbered[2] !== '1' ? `${word} (${numbered[2]})` : word;
}

function tookWords(from: string, end: string | null, now: number, open: boolean): string {
  const ms = (end === null ? now : Date.parse(end)) - Date.parse(from);
  if (open) return `since ${duration(ms)}`;
  return ms < 1000 ? `${Math.max(0, Math.round(ms))} ms` : duration(ms);
}

const isBad = (action: RunAction | undefined): boolean => {
  const kind = (action?.outcome as { kind?: string } | null)?.kind;
  return kind === 'refused' || kind === 'unconfirmed';
};

/** `asked 02:00:03 · confirmed 02:00:04`. */
export function actionWords(action: RunAction, zone: string): string {
  const clock = (at: string) => clockTime(Date.parse(at), zone);
  const outcome = action.outcome as { kind?: string; message?: string } | null;
  const asked = `asked ${clock(action.askedAt)}`;
  const again = action.tries > 1 ? `, ${action.tries} times` : '';
  switch (outcome?.kind) {
    case 'confirmed':
      return `${asked}${again} · confirmed${action.answeredAt ? ` ${clock(action.answeredAt)}` : ''}`;
    case 'sent':
      return `${asked}${again} · sent`;
    case 'unconfirmed':
      return `${asked}${again} · no answer: ${outcome.message ?? ''}`;
    case 'refused':
      return `not allowed: ${outcome.message ?? action.rule ?? ''}`;
    default:
      return `${asked}${again}`;
  }
}

function waitWords(wait: RunPage['waits'][number], zone: string): string {
  const clock = (at: string) => clockTime(Date.parse(at), zone);
  const outcome = wait.outcome as { met?: boolean; answer?: string; by?: string | null } | null;
  if (wait.settledAt === null)
    return wait.until ? `waits until ${clock(wait.until)} at the latest` : 'waits';
  if (outcome && typeof outcome.answer === 'string') {
    return outcome.by
      ? `${outcome.by} answered: ${outcome.answer}`
      : `nobody answered: ${outcome.answer}`;
  }
  if (outcome && outcome.met === false) return `did not come until ${clock(wait.settledAt)}`;
  return `until ${clock(wait.settledAt)}`;
}
