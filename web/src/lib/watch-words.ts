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

/** Of a home that is not heard nobody knows whether something is unusual there. */
export function watchWords(open: number, homes: readonly Seen[], now: number): string {
  const lost = lostOf(homes);
  const known = open > 0 ? `${count(open, 'thing')} to look at.` : 'Nothing unusual.';
  if (lost.length === 0) return known;
  const blind =
    lost.length === 1
      ? `I cannot see ${lost[0]!.name}${sinceOf(lost[0]!, now)}.`
      : `I cannot see ${lost.length} of ${homes.length} homes.`;
  if (open > 0) return `${known} ${blind}`;
  return lost.length < homes.length ? `${blind} Nothing unusual elsewhere.` : blind;
}

function sinceOf({ link, timeZone }: Seen, now: number): string {
  if (link.asOf === null) return link.state === 'stopped' ? ' until it is linked again' : '';
  return ` since ${when(link.asOf, now, timeZone)}`;
}
