/** Why what waits does: what running it now would cost. */
import { money } from '@tomte/sdk/money';

/** Below it plans are alike: the planner stops there. */
const alike = 0.0005;

/** `Now instead would cost 0.41 EUR more.` */
export function nowInstead(more: number, currency: string): string {
  if (more < alike) return 'Now would cost no less and no more; a plan that was told is kept to.';
  if (more < 0.01) return 'Now instead would cost less than a cent more.';
  return `Now instead would cost ${money(more, currency)} more.`;
}
