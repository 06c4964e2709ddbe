/** What the page of alerts says first. Pure. */
import type { HomeSummary } from '@tomte/sdk/types';
import { count } from '@tomte/sdk/words';
import { when } from './ages.ts';

type Seen = Pick<HomeSummary, 'id' | 'name' | 'timeZone'> & {
  readonly link: Pick<HomeSummary['link'], 'state' | 'asOf'>;
};

/** Homes of which nothing is heard now. */
export const lostOf = <H extends Seen>(homes: readonly H[]): H[] =>
  homes.filter(({ link }) => link.state === 'stale' || link.state === 'stopped');

/** Of a home that is not heard, and where no sensor is watched, nobody knows whether something is unusual. */
export function watchWords(
  o: { readonly open: number; readonly sensors: number },
  homes: readonly Seen[],
  now: number,
): string {
  const { open, sensors } = o;
  const lost = lostOf(homes);
  const calm = sensors > 0 ? 'Nothing unusual.' : 'No sensor is watched yet.';
  const known = open > 0 ? `${count(open, 'thing')} to look at.` : calm;
  if (lost.length === 0) return known;
  const blind =
    lost.length === 1
      ? `I cannot see ${lost[0]!.name}${sinceOf(lost[0]!, now)}.`
      : `I cannot see ${lost.length} of ${homes.length} homes.`;
  if (open > 0) return `${known} ${blind}`;
  return lost.length < homes.length && sensors > 0 ? `${blind} Nothing unusual elsewhere.` : blind;
}

function sinceOf({ link, timeZone }: Seen, now: number): string {
  if (link.asOf === null) return link.state === 'stopped' ? ' until it is linked again' : '';
  return ` since ${when(link.asOf, now, timeZone)}`;
}
