import { count } from '@tomte/sdk/words';

const dayMs = 86_400_000;

/** What of a past cannot be tried, in the same words for a workflow and a detector. Epoch ms; pure. */
export function missingWords(o: {
  readonly from: number;
  readonly to: number;
  /** Since when single changes are recorded, and hours; null where none are. */
  readonly first: number | null;
  readonly hoursFrom: number | null;
}): string[] {
  const { from, to, first, hoursFrom } = o;
  if (first === null && hoursFrom === null) return ['Nothing is recorded of this time.'];
  const begin = Math.max(from, Math.min(first ?? to, hoursFrom ?? to));
  const lines: string[] = [];
  if (begin - from > dayMs) {
    const days = Math.max(1, Math.round((to - begin) / dayMs));
    lines.push(`Only ${count(days, 'day')} of history; what is usual will be rough at first.`);
  }
  const hourly = first === null ? null : Math.floor((first - begin) / dayMs);
  if (hourly === null)
    lines.push('Only hours are recorded of this time: short things are not seen.');
  else if (hourly > 0) {
    const which = hourly === 1 ? 'day' : `${hourly} days`;
    lines.push(`Of the first ${which} only hours are recorded: short things are not seen there.`);
  }
  return lines;
}
