import type { ParsedInput } from '@tomte/sdk/operations';
import type { RoutePreview } from '@tomte/sdk/types-people';
import type { Db } from '../store/tables.ts';
import type { Kinds } from './channels.ts';
import { ownerOf, planOf, quietUntil } from './route.ts';
import { everyoneOf, type HomeSight } from './who.ts';

/** Who would be told of an alert of this kind, when, and through what. */
export async function previewRoute(
  db: Db,
  { home, severity, area, at }: ParsedInput<'previewRoute'>,
  o: { kinds: Kinds; sight: HomeSight; now: number },
): Promise<RoutePreview> {
  const all = await everyoneOf(db, home, { ...o, told: new Map() });
  const now = at === undefined ? o.now : Date.parse(at);
  const subject = { home, severity, areas: area === undefined ? [] : [area], now, zone: all.zone };
  const { persons } = all.everyone;
  const plan = planOf(subject, all.everyone);
  const names = new Map(all.channels.map(({ id, name }) => [id, name]));
  const how = (channel: string) =>
    severity === 'digest'
      ? ('digest' as const)
      : quietUntil(channel, persons, subject) === null
        ? ('at once' as const)
        : ('quiet' as const);
  return {
    route: plan.route,
    steps: plan.steps.map(({ afterMinutes, channels }) => ({
      afterMinutes,
      told: channels.map((channel) => ({
        channel,
        name: names.get(channel) ?? channel,
        person: ownerOf(channel, persons)?.name ?? null,
        how: how(channel),
      })),
    })),
  };
}
