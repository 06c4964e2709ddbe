import type { Slot } from '@tomte/sdk/energy';
import type { Rate } from '@tomte/sdk/prices';
import { defineTariff } from '@tomte/sdk/tariff';
import { clockWord } from '@tomte/sdk/types-people';
import { timeOfDay, type Wall, wallOf, whenOf } from '@tomte/sdk/wall-clock';
import { z } from 'zod';
import { tidy } from '../prices/read.ts';

const price = z.number().min(-10).max(100);
const period = z.strictObject({
  from: clockWord.default('00:00').describe('From this time of day on'),
  to: clockWord.default('00:00').describe('Up to this time; 00:00 is the end of the day'),
  days: z.enum(['all', 'weekdays', 'weekend']).default('all').describe('On which days'),
  months: z
    .array(z.int().min(1).max(12))
    .max(12)
    .default([])
    .describe('In which months, 1 to 12; empty for all'),
  perKWh: price.describe('What a kWh costs then'),
});
type Period = z.output<typeof period>;

export default defineTariff({
  title: 'Day, night and season',
  knownAhead: true,
  text: 'Prices that change with the time of day, the day of the week or the month.',
  settings: z.strictObject({
    perKWh: price.describe('What a kWh costs whenever no period below says otherwise'),
    periods: z
      .array(period)
      .max(30)
      .default([])
      .describe('Other prices, by time, days and months; the first that fits counts'),
    sellPerKWh: price.optional().describe('What is paid for a kWh fed in; empty where nothing is'),
  }),
  async rates(window, { settings, home }) {
    const { sellPerKWh } = settings;
    return {
      buy: ratesIn(window, settings, home.zone),
      ...(sellPerKWh === undefined ? {} : { sell: [{ ...window, value: sellPerKWh }] }),
      bare: false,
    };
  },
});

/** The wall clock rules: a day of 23 or 25 hours has shorter or longer periods. */
function ratesIn(
  { start, end }: Slot,
  { perKWh, periods }: { perKWh: number; periods: readonly Period[] },
  zone: string,
): Rate[] {
  const times = [...new Set([0, ...periods.flatMap((p) => [timeOfDay(p.from), timeOfDay(p.to)])])];
  const cuts: number[] = [];
  for (let day = wallOf(start, zone); ; ) {
    for (const time of times) cuts.push(whenOf(day, time, zone));
    const next = whenOf(day, 0, zone, 1);
    if (next >= end) break;
    day = wallOf(next, zone);
  }
  const inside = [...new Set(cuts)].filter((t) => t > start && t < end).sort((a, b) => a - b);
  const edges = [start, ...inside, end];
  const rates = edges.slice(0, -1).map((from, n) => {
    const wall = wallOf(from, zone);
    const found = periods.find((one) => holds(one, wall));
    return { start: from, end: edges[n + 1]!, value: found?.perKWh ?? perKWh };
  });
  return tidy(rates);
}

function holds({ from, to, days, months }: Period, { time, weekday, month }: Wall): boolean {
  if (days !== 'all' && (days === 'weekend') !== weekday >= 6) return false;
  if (months.length > 0 && !months.includes(month)) return false;
  const [begin, until] = [timeOfDay(from), timeOfDay(to)];
  // From 22:00 to 06:00 is two pieces of each day.
  return begin < until ? time >= begin && time < until : time >= begin || time < until;
}
