/** What became of an alert, in words. Pure. */
import type { Alert, AlertPage } from '@tomte/sdk/types';
import { duration } from '@tomte/sdk/words';
import { when } from './ages.ts';

/** Lines that say what the facts beside them do not: what came of a button, the person's own notes. */
export function moreLines({ lines, facts }: Pick<AlertPage, 'lines' | 'facts'>): string[] {
  if (!facts) return lines;
  const bare = (text: string) => text.toLowerCase().replaceAll(/[:;,]/g, '');
  const { is, usually, since, around, probably, check } = facts;
  const said = bare([is, usually, since, ...around, probably, check].join(' '));
  return lines.filter((line) => !said.includes(bare(line)));
}

/** `Told Maja’s phone 02:41 · e-mail: not told, no such host · Ola’s phone next, 02:51`. */
export function toldWords(
  alert: Alert & Partial<Pick<AlertPage, 'next'>>,
  now: number,
  zone: string,
): string {
  const parts: string[] = [];
  const last = new Map(
    alert.deliveries.filter((d) => d.kind !== 'over').map((d) => [d.channel, d] as const),
  );
  const sent = [...last.values()].filter((d) => d.state === 'sent');
  if (sent.length > 0)
    parts.push(`Told ${sent.map((d) => `${d.channel} ${when(d.at, now, zone)}`).join(', ')}`);
  for (const d of last.values()) {
    if (d.state === 'pending') parts.push(`${d.channel}: on its way`);
    if (d.state === 'held') parts.push(`${d.channel}: held back`);
    if (d.state === 'failed')
      parts.push(`${d.channel}: not told${d.error ? `, ${d.error.message}` : ''}`);
  }
  const [next] = alert.next ?? [];
  if (next && next.channels.length > 0)
    parts.push(`${next.channels.join(', ')} next, ${when(next.at, now, zone)}`);
  return parts.length > 0 ? parts.join(' · ') : 'Told nobody: no channel takes it';
}

/** `Seen by Maja 02:44`, `Quiet until 07:00`, `Over since 02:47`; null while it is open. */
export function stateWords(alert: AlertPage, now: number, zone: string): string | null {
  if (alert.state === 'resolved' && alert.resolvedAt)
    return `Over since ${when(alert.resolvedAt, now, zone)}`;
  if (alert.state === 'snoozed' && alert.quietUntil)
    return `Quiet until ${when(alert.quietUntil, now, zone)}`;
  if (alert.state === 'acknowledged')
    return `Seen${alert.seenBy ? ` by ${alert.seenBy}` : ''}${alert.seenAt ? ` ${when(alert.seenAt, now, zone)}` : ''}`;
  return null;
}

/** Second line of an alert in a list. */
export function listWords(alert: Alert, now: number, zone: string): string {
  const since = when(alert.since, now, zone);
  if (alert.resolvedAt)
    return `${since}, ${duration(Date.parse(alert.resolvedAt) - Date.parse(alert.since))}`;
  const word = {
    open: 'not seen yet',
    acknowledged: 'seen',
    snoozed: 'quiet for now',
    resolved: '',
  };
  return `Since ${since} · ${word[alert.state]}`;
}
