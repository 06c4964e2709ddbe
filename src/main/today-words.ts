import type { Alert, Today } from '@tomte/sdk/types';
import { clockTime, count } from '@tomte/sdk/words';
import type { GapRow } from '../store/gaps.ts';

/**
 * One Gap in a line of Today, or null when nobody has to know of it.
 * `changes` is how many became known by catching up. When Tomte itself was off the beginning stays open:
 * what is kept is only the last checkpoint, and minutes after it were live.
 */
export function gapLine(
  gap: Pick<GapRow, 'cause' | 'began_at' | 'ended_at'>,
  o: { zone: string; changes: number },
): string | null {
  const began = clockTime(gap.began_at, o.zone);
  const ended = clockTime(gap.ended_at, o.zone);
  const caughtUp = o.changes > 0 ? `; caught up on ${count(o.changes, 'change')}` : '';
  if (gap.cause === 'overflow') return null;
  if (gap.cause === 'start') return `Tomte was off until ${ended}${caughtUp}.`;
  const when = began === ended ? `at ${ended}` : `${began}–${ended}`;
  if (gap.cause === 'restart') return `Home Assistant restarted ${when}.`;
  return `Lost the link ${when}${caughtUp}.`;
}

/** An alert in one line: when it is over, its title is the last word on it, told when it ended. */
export function alertLine(
  alert: Pick<Alert, 'id' | 'title' | 'since' | 'resolvedAt'>,
): Today['sinceYouLooked'][number] {
  if (alert.resolvedAt === null)
    return { at: alert.since, text: `${alert.title}.`, alert: alert.id };
  const text = `Over: ${alert.title.replace(/^Over: /, '')}.`;
  return { at: alert.resolvedAt, text, alert: alert.id };
}

/** The sentence of a home that is heard and has no open alert. */
export function calmSentence(o: {
  /** Workflows that are on or only watch. */
  awake: number;
  /** Workflows that tell people. */
  telling: number;
  sensors: number;
  reportedLastHour: number;
}): string {
  if (o.awake === 0) return 'Tomte is watching nothing yet.';
  if (o.telling === 0) return 'Watching only: nothing is told.';
  if (o.sensors === 0) return 'All quiet.';
  const watched = `${count(o.sensors, 'sensor')} watched`;
  if (o.sensors === o.reportedLastHour)
    return `All quiet. ${watched}, all reported in the last hour.`;
  return `All quiet. ${watched}, ${o.reportedLastHour} of them reported in the last hour.`;
}
