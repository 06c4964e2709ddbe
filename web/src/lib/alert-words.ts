/** What became of an alert, in words. Pure. */
import type { Alert, AlertPage } from '@tomte/sdk/types';
import { duration } from '@tomte/sdk/words';
import { when } from './ages.ts';

/** `Told Maja’s phone 02:41 · e-mail failed: no such host`. */
export function toldWords(alert: Alert, now: number, zone: string): string {
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
