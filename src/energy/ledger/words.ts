/** The ledger in sentences. */
import { money, moneyBand, pricePerKWh } from '@tomte/sdk/money';
import { count } from '@tomte/sdk/words';
import type { Total } from './ledger.ts';

const clock = (hour: number): string => `${String(hour).padStart(2, '0')}:00`;
const hourMs = 3_600_000;

/** What the page opens with. `since` in words, such as `30 Oct`. */
export function ledgerSentence(total: Total | null, since: string, currency: string): string {
  if (!total || total.rows.length === 0) {
    return 'Not sure yet what was saved: too little has run at hours that are known.';
  }
  const { saved, low, high } = total;
  if (Math.max(high, -low) < 0.005) {
    return `Since ${since}, everything ran at its usual hours: nothing saved, nothing lost.`;
  }
  const band = `(${moneyBand(low, high)})`;
  const than = 'than at its usual hours';
  if (low > 0.005) return `Since ${since}, ${money(saved, currency)} less ${than} ${band}.`;
  if (high < -0.005) return `Since ${since}, ${money(-saved, currency)} more ${than} ${band}.`;
  return `Since ${since}, about as much as at the usual hours: ${money(saved, currency)} less ${band}.`;
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

/** Of a day on which it lost: `Car: 31.2 ct/kWh; its usual hours cost 24.9 ct/kWh.` */
export function lossWords(
  row: { name: string; kWh: number; paid: number; usual: number },
  currency: string,
): string {
  const each = (sum: number) => pricePerKWh(sum / row.kWh, currency);
  return `${row.name}: ${each(row.paid)}; its usual hours cost ${each(row.usual)}.`;
}
