/** What an answer rests on: the records themselves, newest first, each with its page. Pure. */
import type { Finding } from '@tomte/sdk/define';
import type { Action } from '@tomte/sdk/home';
import type { WhyAnswer } from '@tomte/sdk/types-runs';
import { clockTime, count, duration } from '@tomte/sdk/words';
import { answerText } from '../../decide/compare.ts';
import { iso } from '../../lib/clock.ts';
import type { Row } from '../../store/tables.ts';
import type { Gathered } from './gather.ts';
import type { Question } from './question.ts';

type Found = WhyAnswer['found'][number];

export function evidence(one: Gathered, question: Question): Found[] {
  const { zone, id: home } = one.home;
  const titleOf = (name: string) =>
    one.workflows.find((workflow) => workflow.name === name)?.title ?? name;
  const dated: Found[] = [
    ...one.notRuns.map((row) => ({
      kind: 'notRun' as const,
      at: iso(row.at.getTime()),
      title: `${titleOf(row.workflow)} did not start`,
      text: row.times > 1 ? `${row.reason} (${row.times} times)` : row.reason,
      page: page('workflows', home, row.workflow),
      home,
    })),
    ...one.runs.map((row) => ({
      kind: 'run' as const,
      at: iso(row.created_at.getTime()),
      title: `${titleOf(row.workflow)}: ${row.state}`,
      text: row.reason,
      page: page('run', row.id),
      home,
    })),
    ...one.actions.map((row) => ({
      kind: 'action' as const,
      at: iso(row.asked_at.getTime()),
      title: actionTitle(row),
      text: actionWords(row),
      page: row.key.includes('/') ? page('run', row.key.split('/')[0]!) : null,
      home,
    })),
    ...one.alerts.map((row) => ({
      kind: 'alert' as const,
      at: iso(row.since.getTime()),
      title: row.title,
      text: row.text,
      page: page('watch', row.id),
      home,
    })),
    ...one.episodes
      .filter(({ id }) => !one.alerts.some(({ episode }) => episode === id))
      .map((row) => {
        const { title, text } = row.finding as unknown as Finding;
        const hidden = row.hidden ? ' Not told, because of your answer to one like it.' : '';
        return {
          ...{ kind: 'finding' as const, at: iso(row.raised_at), title, text: `${text}${hidden}` },
          ...{ page: page('watched', row.detector), home },
        };
      }),
    ...one.decisions.map((row) => ({
      kind: 'decision' as const,
      at: iso(row.at),
      title: `${answerText(row, row.choice)}, by the ${row.decidedBy}`,
      text: `${row.request.question} ${row.reason}`,
      page: row.key?.includes('/') ? page('run', row.key.split('/')[0]!) : null,
      home,
    })),
  ].sort((a, b) => b.at.localeCompare(a.at));
  const shown = question.words.length > 0 || question.timed;
  return [...dated, ...(shown ? circumstances(one, zone) : []), ...things(one)];
}

function circumstances(one: Gathered, zone: string): Found[] {
  const { id: home } = one.home;
  const clock = (t: number) => clockTime(t, zone);
  return [
    ...one.modes.map((row) => ({
      kind: 'mode' as const,
      at: iso(row.since.getTime()),
      title: `${sentence(row.mode)} held`,
      text: `From ${clock(row.since.getTime())} to ${clock((row.ended_at ?? row.until).getTime())}.`,
      page: null,
      home,
    })),
    ...one.gaps.map((row) => ({
      kind: 'gap' as const,
      at: iso(row.began_at),
      title: row.cause === 'start' ? 'Tomte was not running' : 'The home was not connected',
      text: `For ${duration(row.ended_at - row.began_at)}; ${count(row.rebuilt, 'change')} heard late.`,
      page: null,
      home,
    })),
    ...one.jumps.map((row) => ({
      kind: 'clockJump' as const,
      at: iso(row.at.getTime()),
      title: 'The clock jumped',
      text: `${sentence(jumpWords(row))}.`,
      page: null,
      home,
    })),
  ];
}

function things(one: Gathered): Found[] {
  return one.named.map(({ thing }) => ({
    kind: thing.kind === 'workflow' ? ('workflow' as const) : ('entity' as const),
    at: null,
    title: nameOf(one, thing.id),
    text: thing.kind === 'area' ? 'An area of the home' : thing.id,
    page:
      thing.kind === 'workflow'
        ? page('workflows', one.home.id, thing.id)
        : `${page('home', 'rooms')}?find=${encodeURIComponent(thing.names[0] ?? thing.id)}`,
    home: one.home.id,
  }));
}

const page = (...parts: string[]): string => parts.map(encodeURIComponent).join('/');

export const nameOf = (one: Gathered, id: string): string =>
  one.named.find(({ thing }) => thing.id === id)?.thing.names[0] ?? id;

function actionTitle(row: Row<'actions'>): string {
  const { domain, action, entities } = row.action as Action;
  return `${domain}.${action} of ${(entities ?? []).join(', ') || 'nothing'}`;
}

export function actionWords(row: Row<'actions'>): string {
  const outcome = row.outcome as { kind?: string; message?: string; rule?: string } | null;
  if (row.rule !== null)
    return `${actionTitle(row)} was refused (${row.rule}). ${outcome?.message ?? ''}`.trim();
  if (row.answered_at === null) return `${actionTitle(row)} was sent; no answer is kept`;
  if (outcome?.kind === 'unconfirmed') {
    return `${actionTitle(row)} was sent and not confirmed. ${outcome.message ?? ''}`.trim();
  }
  return `${actionTitle(row)} was ${outcome?.kind ?? 'sent'}`;
}

export const gapWords = (gap: Gathered['gaps'][number], when: (t: number) => string): string =>
  `${gap.cause === 'start' ? 'Tomte was not running' : 'the home was not connected'} from ${when(gap.began_at)} to ${when(gap.ended_at)}`;

export const jumpWords = ({ by_ms }: { by_ms: number }): string =>
  by_ms > 0
    ? `the computer slept or its clock went ahead by ${duration(by_ms)}`
    : `the clock was set back by ${duration(-by_ms)}`;

const sentence = (text: string): string => text[0]!.toUpperCase() + text.slice(1);
