/** What programs that help people ask for besides what screens ask. */
import type { Tomte } from '@tomte/sdk/operations';
import { getHome } from '../../store/homes.ts';
import { lifeOf } from '../lives.ts';
import type { Place } from '../place.ts';
import { energyUse } from './energy-use.ts';
import { summarise } from './history-summary.ts';
import type { Proposals } from './proposals.ts';
import { tokenOperations } from './tokens.ts';

type Names =
  | 'summariseHistory'
  | 'energyUse'
  | 'proposeChange'
  | keyof ReturnType<typeof tokenOperations>;

const usualDays = 30;

export function mcpOperations(
  place: Pick<Place, 'parts' | 'lives'>,
  proposals: Pick<Proposals, 'propose'>,
): Pick<Tomte, Names> {
  const { parts } = place;
  return {
    ...tokenOperations(parts),
    summariseHistory: (input) =>
      summarise(lifeOf(place.lives(), input.home), input, parts.clock.now()),
    energyUse: async ({ home, days }) => {
      const life = lifeOf(place.lives(), home);
      const row = await getHome(parts.store.db, home);
      return energyUse({
        ...{ home, zone: life.zone, currency: row?.currency ?? '', signal: life.ended },
        ...{ call: life.link.call, infos: life.link.mirror.infos(), now: parts.clock.now() },
        days: Number(days ?? usualDays),
      });
    },
    proposeChange: ({ home, reason = '', by = 'An assistant', action, workflow }) =>
      proposals.propose(home, {
        ...{ reason, by },
        ...(action === undefined ? {} : { action: { ...action, data: action.data ?? {} } }),
        ...(workflow === undefined ? {} : { workflow }),
      }),
  };
}
