import type { Forecast } from '@tomte/sdk/energy';
import { pinball } from './analog.ts';

export interface Score {
  /** Mean pinball loss of the middle and both edges of the band, W; null where nothing came of it. */
  readonly loss: number | null;
  /** Share of what came that lay within the band, 0 to 1. */
  readonly within: number | null;
  /** Slots of which is known what came. */
  readonly slots: number;
}

/** How well it was foreseen, against what came, mean W by start of the slot. */
export function scoreOf(forecast: Forecast, came: ReadonlyMap<number, number>): Score {
  let loss = 0;
  let within = 0;
  let slots = 0;
  for (const { start, low, expected, high } of forecast) {
    const actual = came.get(start);
    if (actual === undefined) continue;
    loss +=
      (pinball(actual, 0.1, low) + pinball(actual, 0.5, expected) + pinball(actual, 0.9, high)) / 3;
    within += actual >= low && actual <= high ? 1 : 0;
    slots++;
  }
  return slots === 0
    ? { loss: null, within: null, slots }
    : { loss: loss / slots, within: within / slots, slots };
}
