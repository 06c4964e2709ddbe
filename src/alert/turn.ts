/** What one turn of an alert says to people. Pure: rows in, words out. */
import type { OfferedAction } from '@tomte/sdk/define';
import type { Severity } from '@tomte/sdk/home';
import { clockTime, count, moment, wholeMax } from '@tomte/sdk/words';
import type { Row } from '../store/tables.ts';
import { timesSince } from './flap.ts';
import type { Choices } from './life.ts';

export type AlertRow = Row<'alerts'>;
export type ButtonId = 'seen' | 'quiet';

/** One happening in an alert's life that people may be told of. */
export interface Turn {
  readonly kind: 'open' | 'update' | 'over';
  /** True without sound, and only to those who were told before. */
  readonly silent: boolean;
  /** False waits for the channel's pause between silent updates. */
  readonly atOnce: boolean;
}

/** A message as the journal keeps it; links and picture are added when it is sent. */
export interface StoredMessage {
  readonly tag: string;
  readonly homeName: string;
  readonly title: string;
  readonly text: string;
  readonly lines: readonly string[];
  readonly severity: Severity;
  readonly buttons: readonly {
    readonly id: ButtonId | 'test' | 'choose' | 'act';
    readonly label: string;
    /** Of a question: which option it stands for. */
    readonly option?: string;
    readonly danger?: boolean;
  }[];
}

/** The same for all messages of one alert: channels replace by it. */
export const tagOf = (alertId: string): string => `tomte-${alertId}`;

/** One line without control characters, at most `charsMax`: texts go into headers and subjects. */
export function oneLine(text: string, charsMax: number): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the point
  const clean = text.replace(/[\u0000-\u001f\u007f\u2028\u2029]+/g, ' ').trim();
  return clean.length <= charsMax ? clean : `${clean.slice(0, charsMax - 1).trimEnd()}…`;
}

/** The alert as it is, with who saw it or how long it is quiet in front. */
export function messageOf(
  alert: AlertRow,
  home: { name: string; zone: string },
  o: { now: number; children: number; said?: string | undefined },
): StoredMessage {
  const over = alert.state === 'resolved';
  const said = o.said === undefined ? '' : `${o.said}. `;
  const lines = alert.lines.filter((line) => line !== o.said);
  const explains =
    o.children > 0 ? [`${count(o.children, 'other')} explained by this, not told one by one`] : [];
  return {
    tag: tagOf(alert.id),
    homeName: oneLine(home.name, 120),
    title: alert.title,
    text: withStanding(`${said}${standing(alert, home.zone, o.now)}`, alert),
    lines: over ? [] : [...explains, ...lines].slice(0, 4),
    severity: alert.severity,
    buttons: over ? [] : buttonsOf(alert, home.zone, o.now),
  };
}

/** How it stands in front; what then has no room any more is dropped from the end, whole sentences of it. */
function withStanding(front: string, { title, text }: Pick<AlertRow, 'title' | 'text'>): string {
  const max = Math.max(wholeMax - title.length, text.length);
  const sentences = text.split(/(?<=[.?]) (?=[A-Z0-9“−])/);
  while (sentences.length > 1 && front.length + sentences.join(' ').length > max) sentences.pop();
  return front + sentences.join(' ');
}

/** `Seen by Maja 02:44. `, `Quiet until 07:00. `, how it stands otherwise, or nothing. */
function standing(alert: AlertRow, zone: string, now: number): string {
  if (alert.state === 'acknowledged' && alert.seen_at) {
    const by = alert.seen_by ? ` by ${alert.seen_by}` : '';
    return `Seen${by} ${moment(alert.seen_at.getTime(), now, zone)}. `;
  }
  if (alert.state === 'snoozed' && alert.quiet_until) {
    return `Quiet until ${clockTime(alert.quiet_until.getTime(), zone)}. `;
  }
  if (alert.state !== 'open') return '';
  if (alert.flapping_since) {
    const since = alert.flapping_since.getTime();
    const times = timesSince(alert.turns, since);
    return `Comes and goes: ${times} times since ${moment(since, now, zone)}. `;
  }
  if (alert.late) return `Since at least ${moment(alert.since.getTime(), now, zone)}. `;
  return '';
}

function buttonsOf(alert: AlertRow, zone: string, now: number): StoredMessage['buttons'] {
  const choices = alert.choices as Choices | null;
  if (choices) {
    return choices.options.map(({ id: option, label, danger }) => ({
      ...{ id: 'choose' as const, label, option },
      ...(danger ? { danger } : {}),
    }));
  }
  const seen = { id: 'seen', label: 'I see it' } as const;
  const quiet = {
    id: 'quiet',
    label: `Quiet until ${clockTime(nextMorning(now, zone), zone)}`,
  } as const;
  const action = alert.action as OfferedAction | null;
  // What switches something never stands where a thumb rests.
  const act = action ? [{ id: 'act', label: action.label } as const] : [];
  switch (alert.state) {
    case 'open':
      return [seen, quiet, ...act];
    case 'acknowledged':
      return [quiet, ...act];
    case 'snoozed':
      return [seen, ...act];
    case 'resolved':
      return [];
  }
}

const morningHour = 7;
const hourMs = 3_600_000;

/**
 * The next 07:00 in the zone, epoch ms. Found by the clock on the wall, so that it stays 07:00 on
 * the two days a year that are not 24 hours long.
 */
export function nextMorning(now: number, zone: string): number {
  const quarterMs = hourMs / 4;
  const first = Math.floor(now / quarterMs) * quarterMs + quarterMs;
  const wanted = `${String(morningHour).padStart(2, '0')}:00`;
  // Where the clock does not jump on the way, it is as far away as the clock says.
  const [hour = 0, minute = 0] = clockTime(first, zone).split(':').map(Number);
  const near = first + ((morningHour * 60 - hour * 60 - minute + 1440) % 1440) * 60_000;
  if (clockTime(near, zone) === wanted) return near;
  for (let t = first; t < now + 26 * hourMs; t += quarterMs) {
    if (clockTime(t, zone) === wanted) return t;
  }
  return now + 8 * hourMs;
}
