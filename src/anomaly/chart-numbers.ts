import type { ChartSpec } from '@tomte/sdk/chart';
import type { ChartInput, Finding } from '@tomte/sdk/define';
import { dayTime, duration } from '@tomte/sdk/words';
import { hourMs } from './local-hour.ts';

/** The picture of one sensor's numbers as they came, with what is usual behind them. */
export function chartNumbers(
  finding: Pick<Finding, 'since' | 'facts'>,
  series: ChartInput,
  o: {
    /** Name of the lane, such as `Freezer`. */
    lane: string;
    /** Lowest and highest of what is usual, in the sensor's own unit; null when not known. */
    usual: readonly [number, number] | null;
  },
): ChartSpec {
  const { from, to, now, until, zone } = series;
  const known = finding.facts.numbers.until;
  const end = until ?? (typeof known === 'number' ? known : null) ?? now ?? to;
  const { is, usually } = finding.facts;
  return {
    title: `${o.lane} ${now !== null && now - finding.since < 24 * hourMs ? 'today' : `on ${dayTime(finding.since, zone)}`} against usual`,
    caption:
      is === '' ? `${o.lane} of the day against what is usual.` : `${is}, usually ${usually}.`,
    lane: o.lane,
    unit: `${series.unit ?? ''}${series.hourly ? ', mean of the hour' : ''}`,
    zone,
    from,
    to,
    now,
    form: 'line',
    points: series.points.map(([t, v]) => [t, v]),
    late: [...(series.late ?? [])],
    usual: o.usual ? [from, to].map((t): [number, number, number] => [t, ...o.usual!]) : [],
    found:
      finding.since < end
        ? { from: finding.since, to: end, label: duration(end - finding.since) }
        : null,
    gaps: [...series.gaps],
    nights: [...series.nights],
  };
}
