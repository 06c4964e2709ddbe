/** Why a plan is as it is: what running now would cost, and what the price of the highest power changed. */
import { money } from '@tomte/sdk/money';
import { wattWords } from '@tomte/sdk/words';
import type { PeakHeld } from '../../energy/plan/peak-held.ts';

/** Below it plans are alike: the planner stops there. */
const alike = 0.0005;

/** `Now instead would cost 0.41 EUR more.` `kept`: the plan before said the same time. */
export function nowInstead(more: number, o: { currency: string; kept: boolean }): string {
  if (more < alike) {
    return o.kept
      ? 'Now would cost the same; it stays at the time that was told before.'
      : 'Now would cost the same: have it when it suits you.';
  }
  if (more < 0.01) return 'Now instead would cost less than a cent more.';
  return `Now instead would cost ${money(more, o.currency)} more.`;
}

/** `At most 4.2 kW are drawn, not 9.1: …` */
export function peakWords({ heldW, freeW, saves, costsMore }: PeakHeld, currency: string): string {
  const cost = costsMore < 0.005 ? '' : `, for ${money(costsMore, currency)} more of power`;
  return `At most ${wattWords(heldW)} are drawn at a time, not ${wattWords(freeW)}: ${money(saves, currency)} less for the highest power of the month${cost}.`;
}
