/** What a slider's places would have told in the past, in words. Pure. */
import type { Preview } from '@tomte/sdk/types-detect';
import { count } from '@tomte/sdk/words';

/** The stop nearest to this place; the only one where there is no slider. */
export function stopAt(preview: Preview, place: number | null): Preview['stops'][number] | null {
  return preview.stops.find(({ sooner }) => sooner === place) ?? preview.stops[0] ?? null;
}

/** What it would have told there, newest first. */
export function shownAt(preview: Preview, place: number | null): Preview['findings'] {
  const episodes = new Set(stopAt(preview, place)?.episodes);
  return preview.findings.filter(({ episode, hidden }) => episodes.has(episode) && !hidden);
}

/** `Adds 2, drops none against now.`, or that it is so now. */
export function stopWords(preview: Preview, place: number | null): string {
  const stop = stopAt(preview, place);
  if (!stop) return '';
  if (place === preview.sooner) return 'As it is now.';
  if (stop.adds.length + stop.drops.length === 0) return 'The same as now.';
  const number = (n: number) => (n === 0 ? 'none' : String(n));
  return `Against now it adds ${number(stop.adds.length)} and drops ${number(stop.drops.length)}; in all ${count(stop.told, 'time')}.`;
}
