import type { DetectorContext } from '@tomte/sdk/define';
import type { EntityInfo } from '@tomte/sdk/home';
import { duration } from '@tomte/sdk/words';
import { minuteMs } from '../local-hour.ts';
import { budgetOf, patienceOf } from '../sooner.ts';
import { limitOf } from '../tail.ts';
import { degreesApart } from '../units.ts';
import { partOf } from '../watch-parts.ts';
import type { ColdPart } from './part.ts';
import { least } from './rules.ts';
import { coldSensors } from './sensors.ts';
import type { ColdSettings } from './settings.ts';

/** The smallest thing that is told of one fridge or freezer. */
export function smallestOfCold(
  entity: EntityInfo,
  { settings, state }: Pick<DetectorContext<ColdSettings>, 'settings' | 'state'>,
): { text: string; days: number } {
  const kind = coldSensors([entity], [entity.id])[0]?.kind ?? 'fridge';
  const part = partOf<ColdPart>(state, entity.id);
  const floor = least[kind];
  const perMonth = budgetOf(settings.sooner);
  const patience = patienceOf(settings.sooner);
  const longest = (part && limitOf(part.minutes, { perMonth, scaleMin: 8 })) ?? 2 * floor.minutes;
  const minutes = Math.ceil(Math.max(floor.minutes * patience, longest));
  const warmer = (kind === 'fridge' ? 1 : 0.6) * floor.warmer * patience;
  return {
    text: `${degreesApart(warmer, entity.unit)} above usual for ${duration(minutes * minuteMs)}`,
    days: part?.warmth.highs.length ?? 0,
  };
}
