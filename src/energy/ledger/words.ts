/** The ledger in sentences. */
import { money, moneyBand, pricePerKWh } from '@tomte/sdk/money';
import { count } from '@tomte/sdk/words';
import type { Total } from './ledger.ts';

const clock = (hour: number): string => `${String(hour).padStart(2, '0')}:00`;
const hourMs = 3_600_000;

/** What the page opens with. `since` in words, such as `30 Oct`; `battery`: a home battery is in the sum. */
export function ledgerSentence(
  total: Total | null,
  { since, currency, battery }: { since: string; currency: string; battery: boolean },
): string {
  if (!total || total.rows.length === 0) {
    return 'Not sure yet what was saved: too little has run at hours that are known.';
  }
  const { saved, low, high } = total;
  if (Math.max(high, -low) < 0.005) {
    const all = battery ? ' and the battery by itself' : '';
    return `Since ${since}, everything ran at its usual hours${all}: nothing saved, nothing lost.`;
  }
  const band = `(${moneyBand(low, high)})`;
  const usual = battery ? 'the usual hours with the battery by itself' : 'its usual hours';
  const than = `than at ${usual}`;
  if (low > 0.005) return `Since ${since}, ${money(saved, currency)} less ${than} ${band}.`;
  if (high < -0.005) {
    const lost = moneyBand(-high, -low);
    return `Since ${since}, ${money(-saved, currency)} more ${than} (${lost}).`;
  }
  const more =
    saved < -0.005 ? `${money(-saved, currency)} more` : `${money(saved, currency)} less`;
  return `Since ${since}, about as much as at ${usual}: ${more} ${band}.`;
}

/** `Usually at 20:00, by 23 runs.` */
export function habitWords(starts: readonly number[]): string {
  const times = new Map<number, number>();
  for (const start of starts) {
    const hour = Math.floor(start / hourMs);
    times.set(hour, (times.get(hour) ?? 0) + 1);
  }
  const [most] = [...times].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  return `Usually at ${clock(most?.[0] ?? 0)}, by ${count(starts.length, 'run')} before.`;
}

/** What a battery is held against. */
export const batteryBaseline = (wearPerKWh: number, currency: string): string =>
  `The battery is held against following the house by itself: it takes what sun is left over and gives what is lacking, from the charge it had at midnight. What is left in it more or less at the end of a day counts at the prices of the day after, wear at ${pricePerKWh(wearPerKWh, currency)}.`;

export const batteryHabit = 'Held against following the house by itself.';

interface LostBy {
  readonly kind: 'device' | 'battery';
  readonly name: string;
  readonly kWh: number;
  readonly paid: number;
  readonly usual: number;
}

/** Of a day on which it lost: `Car: 31.2 ct/kWh; its usual hours cost 24.9 ct/kWh.` */
export function lossWords({ kind, name, kWh, paid, usual }: LostBy, currency: string): string {
  if (kind === 'battery') {
    return `${name}: by itself it would have cost ${money(paid - usual, currency)} less.`;
  }
  const each = (sum: number) => pricePerKWh(sum / kWh, currency);
  return `${name}: ${each(paid)}; its usual hours cost ${each(usual)}.`;
}
