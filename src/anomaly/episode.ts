import type { Severity } from '@tomte/sdk/home';
import { iso } from '../lib/clock.ts';
import { dayMs, minuteMs } from './local-hour.ts';

/** What a rule has against one sensor at a time. */
export interface Suspicion {
  readonly rule: string;
  readonly since: number;
  /** How much, in the rule's own unit: what grows by half is told anew. */
  readonly size: number;
  readonly severity: Severity;
}

/** A finding while it lasts. Plain JSON. */
export interface Episode {
  readonly id: string;
  rule: string;
  /** The sensor at fault. */
  readonly lead: string;
  readonly since: number;
  readonly raisedAt: number;
  size: number;
  severity: Severity;
  toldAt: number;
}

/** After this long a fault has become how things are, and is learned. */
export const newUsualMs = 5 * dayMs;
const tellAgainMs = 10 * minuteMs;
const order: Record<Severity, number> = { digest: 0, today: 1, now: 2 };

export const openEpisode = (
  detector: string,
  lead: string,
  o: { suspicion: Suspicion; at: number },
): Episode => ({
  id: `${detector}:${lead}:${iso(o.suspicion.since)}`,
  rule: o.suspicion.rule,
  lead,
  since: o.suspicion.since,
  raisedAt: o.at,
  size: o.suspicion.size,
  severity: o.suspicion.severity,
  toldAt: o.at,
});

/** True while a fault must not teach what is usual. */
export const isFrozen = (episode: Episode | null | undefined, at: number): boolean =>
  episode !== null && episode !== undefined && at - episode.raisedAt < newUsualMs;

/** Follows an open episode with what the rules say now: a more urgent turn is news, growth is an update. */
export function follow(
  episode: Episode,
  suspicion: Suspicion | null,
  at: number,
): 'worse' | 'updated' | null {
  if (!suspicion) return null;
  if (order[suspicion.severity] > order[episode.severity]) {
    episode.severity = suspicion.severity;
    tell(episode, suspicion, at);
    return 'worse';
  }
  const grown = suspicion.rule === episode.rule && suspicion.size >= 1.5 * episode.size;
  if (!grown || at - episode.toldAt < tellAgainMs) return null;
  tell(episode, suspicion, at);
  return 'updated';
}

function tell(episode: Episode, suspicion: Suspicion, at: number): void {
  episode.rule = suspicion.rule;
  episode.size = suspicion.size;
  episode.toldAt = at;
}
