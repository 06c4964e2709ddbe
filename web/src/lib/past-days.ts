/** A workflow tried on the past, day by day. Pure. */
import type { Backtest } from '@tomte/sdk/types-runs';
import { clockTime, count, duration } from '@tomte/sdk/words';

const dayMs = 86_400_000;

export interface PastDay {
  /** Epoch ms of its first moment shown. */
  readonly from: number;
  readonly to: number;
  /** `13 Nov`. */
  readonly date: string;
  readonly told: readonly Backtest['alerts'][number][];
  readonly ran: number;
  readonly switched: number;
  /** For a reader who does not see the dots. */
  readonly words: string;
}

/** One cell for each day of the home's zone, oldest first. */
export function pastDays(result: Backtest, zone: string): PastDay[] {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    day: 'numeric',
    month: 'short',
  });
  const dateOf = (t: number) => format.format(t);
  const from = Date.parse(result.from);
  const to = Date.parse(result.to);
  const days: { from: number; to: number; date: string }[] = [];
  for (let t = from; t < to; t += dayMs / 24) {
    const date = dateOf(t);
    const last = days.at(-1);
    if (last && last.date === date) last.to = Math.min(to, t + dayMs / 24);
    else days.push({ from: t, to: Math.min(to, t + dayMs / 24), date });
  }
  return days.map((day) => {
    const within = (at: string) => dateOf(Date.parse(at)) === day.date;
    const told = result.alerts.filter(({ since }) => within(since));
    const ran = result.runs.filter(({ at }) => within(at)).length;
    const switched = result.actions.filter(({ at, allowed }) => allowed && within(at)).length;
    return {
      ...day,
      told,
      ran,
      switched,
      words: dayWords(day.date, { told: told.length, ran, switched }),
    };
  });
}

const timesIn = (n: number, word: string): string[] =>
  n === 0 ? [] : [`${word} ${n === 1 ? 'once' : `${n} times`}`];

/** All 60 days in few words: `Told once, switched 4 times in 60 days`. */
export function triedWords(told: number, switched: number): string {
  const parts = [...timesIn(told, 'told'), ...timesIn(switched, 'switched')].join(', ');
  if (parts === '') return 'Nothing to tell in 60 days';
  return `${parts.charAt(0).toUpperCase()}${parts.slice(1)} in 60 days`;
}

function dayWords(date: string, o: { told: number; ran: number; switched: number }): string {
  const parts = [...timesIn(o.told, 'told'), ...timesIn(o.switched, 'switched')];
  if (parts.length > 0) return `${date}: ${parts.join(', ')}`;
  return o.ran > 0 ? `${date}: ${count(o.ran, 'run')}` : `${date}: nothing`;
}

/** `13 Nov 02:10–05:20` of one alert of the past. */
export function spanWords(
  alert: Pick<Backtest['alerts'][number], 'since' | 'until'>,
  zone: string,
): string {
  const since = Date.parse(alert.since);
  const date = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    day: 'numeric',
    month: 'short',
  }).format(since);
  if (alert.until === null) return `${date} ${clockTime(since, zone)}, still open`;
  const until = Date.parse(alert.until);
  return `${date} ${clockTime(since, zone)}–${clockTime(until, zone)}, ${duration(until - since)}`;
}
