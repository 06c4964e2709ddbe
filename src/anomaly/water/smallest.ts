import type { DetectorContext } from '@tomte/sdk/define';
import type { EntityInfo } from '@tomte/sdk/home';
import { amount, duration } from '@tomte/sdk/words';
import { minuteMs } from '../local-hour.ts';
import { shownFor } from '../units.ts';
import { waterSensors } from './sensors.ts';
import { limitsOf, type WaterSettings } from './settings.ts';
import { tapsOf } from './state.ts';
import { newTap } from './tap.ts';
import { baselineFor, quietLimitMs } from './usual.ts';

/** The smallest thing that is told of one water sensor: the slowest flow it counts, for as long as is told. */
export function smallestOfWater(
  entity: EntityInfo,
  { settings, state }: Pick<DetectorContext<WaterSettings>, 'settings' | 'state'>,
): { text: string; days: number } {
  const taps = tapsOf(state);
  const tap = taps.find(({ id }) => id === entity.id) ?? newTap(entity.id);
  const limits = limitsOf(settings);
  const shown = shownFor(entity.unit);
  const days = Math.min(60, baselineFor(tap, taps).days);
  const quietMs = quietLimitMs(tap, limits);
  const [sensor] = waterSensors([entity], [entity.id]);
  if (sensor?.kind === 'flow') {
    const lpm = Math.max(limits.floorLpm, 0.01);
    const ms = Math.max(quietMs, (limits.unbrokenLitresMin / lpm) * minuteMs);
    return { text: `${amount(lpm / shown.litres, shown.flow)} for ${duration(ms)}`, days };
  }
  const litres = amount(limits.unbrokenLitresMin / shown.litres, shown.volume);
  return { text: `${litres} in ${duration(quietMs)} without a break`, days };
}
