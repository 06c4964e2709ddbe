import type { ChartSpec } from '@tomte/sdk/chart';
import type { ChartInput, Finding } from '@tomte/sdk/define';
import { dayTime, duration } from '@tomte/sdk/words';
import { type Baseline, usualAt } from '../baseline.ts';
import { hourMs, localHours, minuteMs } from '../local-hour.ts';
import { litresPer, litresPerMinutePer, shownFor } from '../units.ts';
import { tapsOf } from './state.ts';
import { newTap } from './tap.ts';
import { baselineFor, isLearned } from './usual.ts';

/** The picture of a finding: flow as means of some minutes, meters as flow, hours as bars of litres. */
export function chartWater(
  finding: Pick<Finding, 'entities' | 'since' | 'facts' | 'title'>,
  series: ChartInput,
): ChartSpec {
  const { zone, from, to, now, until } = series;
  const shown = shownFor(series.unit);
  const bars = series.hourly;
  const stepMs = bars ? hourMs : stepOf(to - from);
  const points = bars ? hourPoints(series, shown.litres) : means(series, stepMs, shown.litres);
  const known = finding.facts.numbers.until;
  const end = until ?? (typeof known === 'number' ? known : null) ?? now ?? to;
  const baseline = baselineOfFirst(finding.entities, series.state);
  return {
    title: `Water ${when(finding.since, now, zone)} against usual`,
    caption: captionOf(finding.facts),
    lane: 'Water',
    unit: bars ? `${shown.volume} an hour` : `${shown.flow}, mean of ${duration(stepMs)}`,
    zone,
    from,
    to,
    now,
    form: bars ? 'bars' : 'line',
    points,
    late: bars ? [] : latePoints(points, series.late ?? [], { from, stepMs }),
    usual: baseline ? usualBand(baseline, series, bars ? shown.litres : 60 * shown.litres) : [],
    // Today's picture has nothing unusual in it.
    found:
      finding.since < end
        ? { from: finding.since, to: end, label: duration(end - finding.since) }
        : null,
    gaps: [...series.gaps],
    nights: [...series.nights],
  };
}

const captionOf = ({ is, usually }: Finding['facts']): string =>
  is === '' ? 'Water of the day against what is usual.' : `${is}, usually ${usually}.`;

/** A step long enough that a flush is no spike, short enough that a run has a beginning. */
function stepOf(spanMs: number): number {
  if (spanMs <= 3 * hourMs) return minuteMs;
  return spanMs <= 8 * hourMs ? 5 * minuteMs : 15 * minuteMs;
}

function when(since: number, now: number | null, zone: string): string {
  if (now === null || now - since > 36 * hourMs) return `on ${dayTime(since, zone)}`;
  const { hour } = localHours(zone)(since);
  if (hour < 6) return 'last night';
  return dayTime(since, zone) === dayTime(now, zone) ? 'today' : 'since yesterday';
}

/** As the rules judge it: the sensor's own past, or that of the best known one of the same water. */
function baselineOfFirst(entities: readonly string[], state: unknown): Baseline | null {
  const taps = tapsOf(state);
  const tap = taps.find((one) => entities.includes(one.id)) ?? newTap(entities[0] ?? '');
  const baseline = baselineFor(tap, taps);
  return isLearned(baseline) ? baseline : null;
}

/** What is usual, hour by hour: from the lowest to what 19 of 20 hours stay below. */
function usualBand(baseline: Baseline, o: ChartInput, divide: number): [number, number, number][] {
  const local = localHours(o.zone);
  const band: [number, number, number][] = [];
  for (let t = Math.floor(o.from / hourMs) * hourMs; t <= o.to; t += hourMs) {
    band.push([t, 0, round(usualAt(baseline, local(t)).high / divide)]);
  }
  return band;
}

/** Litres of each hour: a meter's growth as it is, a flow's mean times sixty minutes. */
function hourPoints(o: ChartInput, divide: number): [number, number | null][] {
  const perMinute = litresPerMinutePer(o.unit);
  const factor = perMinute === null ? (litresPer(o.unit) ?? 1) : 60 * perMinute;
  return o.points.map(([t, v]) => [t, v === null ? null : round((v * factor) / divide)]);
}

/**
 * Mean flow of equal steps. A value holds until the next, but not through a gap; of a step that a
 * gap touches the known part counts, and one without any known time is empty.
 */
function means(o: ChartInput, stepMs: number, divide: number): [number, number | null][] {
  const perMinute = litresPerMinutePer(o.unit);
  const end = Math.min(o.to, o.now ?? o.to);
  const first = Math.floor(o.from / stepMs);
  const steps = Array.from({ length: Math.max(0, Math.ceil(end / stepMs) - first) }, () => ({
    litres: 0,
    knownMs: 0,
  }));
  const spread = (from: number, to: number, lpm: number): void => {
    for (let t = Math.max(from, first * stepMs); t < Math.min(to, end); ) {
      const until = Math.min(to, end, (Math.floor(t / stepMs) + 1) * stepMs);
      const step = steps[Math.floor(t / stepMs) - first]!;
      step.litres += (lpm * (until - t)) / minuteMs;
      step.knownMs += until - t;
      t = until;
    }
  };
  const spreadKnown: Spread = (from, to, lpm) => {
    for (const piece of outsideOf(o.gaps, from, to)) spread(piece.from, piece.to, lpm);
  };
  for (const [i, [t, v]] of o.points.entries()) {
    const next = o.points[i + 1]?.[0] ?? end;
    if (v === null) continue;
    if (perMinute !== null) spreadKnown(t, next, Math.max(0, v * perMinute));
    // When in a gap its litres ran nobody knows.
    else if (o.gaps.some((gap) => gap.from < next && gap.to > t)) spreadKnown(t, next, 0);
    else spreadMeter(spread, { t, v, next, after: o.points[i + 1]?.[1] ?? null, unit: o.unit });
  }
  return steps.map(({ litres, knownMs }, i) => {
    const t = (first + i) * stepMs;
    const mean = knownMs === 0 ? null : round((litres * minuteMs) / knownMs / divide);
    // A mean stands in the middle of its time; the newest one at the now-line.
    return [t + stepMs >= end ? end : t + stepMs / 2, mean];
  });
}

type Spread = (from: number, to: number, lpm: number) => void;

/** The pieces of `[from, to)` that no gap covers; gaps in time order. */
function outsideOf(
  gaps: ChartInput['gaps'],
  from: number,
  to: number,
): { from: number; to: number }[] {
  const pieces: { from: number; to: number }[] = [];
  let at = from;
  for (const gap of gaps) {
    if (gap.to <= at || gap.from >= to) continue;
    if (gap.from > at) pieces.push({ from: at, to: gap.from });
    at = gap.to;
  }
  if (at < to) pieces.push({ from: at, to });
  return pieces;
}

/** Times of the points whose step holds a value that came late. */
function latePoints(
  points: readonly (readonly [number, number | null])[],
  late: readonly number[],
  o: { from: number; stepMs: number },
): number[] {
  const first = Math.floor(o.from / o.stepMs);
  const steps = new Set(late.map((t) => Math.floor(t / o.stepMs) - first));
  return points.flatMap(([t, v], i) => (v !== null && steps.has(i) ? [t] : []));
}

/** A meter's step came shortly before it was read; the time before that was dry. */
function spreadMeter(
  spread: Spread,
  o: { t: number; v: number; next: number; after: number | null; unit: string | null },
): void {
  const litres = o.after === null ? 0 : Math.max(0, (o.after - o.v) * (litresPer(o.unit) ?? 1));
  const wetFrom = litres > 0 ? Math.max(o.t, o.next - 5 * minuteMs) : o.next;
  spread(o.t, wetFrom, 0);
  if (o.next > wetFrom) spread(wetFrom, o.next, (litres * minuteMs) / (o.next - wetFrom));
}

const round = (value: number): number => Number(value.toPrecision(4));
