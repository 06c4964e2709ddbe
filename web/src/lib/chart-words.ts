/** A chart in words: the line under it, and its table. Pure. */
import type { ChartSpec } from '@tomte/sdk/chart';
import { figure, moment } from '@tomte/sdk/words';

export const valueUnit = (spec: ChartSpec): string => spec.unit.split(',')[0]?.trim() ?? '';

const valueWords = (value: number | null, unit: string): string =>
  value === null ? 'no reading' : `${figure(value)} ${unit}`.trim();

function usualAt(spec: ChartSpec, t: number): readonly [number, number] | null {
  let found: readonly [number, number] | null = null;
  for (const [at, low, high] of spec.usual) {
    if (at > t) break;
    found = [low, high];
  }
  return found;
}

const usualWords = ([low, high]: readonly [number, number]): string =>
  figure(low) === figure(high) ? figure(low) : `${figure(low)}–${figure(high)}`;

export interface ChartRow {
  readonly t: number;
  readonly time: string;
  readonly value: string;
  readonly usual: string;
  readonly notes: readonly string[];
}

export function rowAt(spec: ChartSpec, index: number): ChartRow | null {
  const point = spec.points[index];
  if (!point) return null;
  const [t, value] = point;
  const usual = usualAt(spec, t);
  const gap = spec.gaps.find((g) => t >= g.from && t <= g.to);
  const notes: string[] = [];
  if (gap) notes.push(gap.reason);
  if (spec.late.includes(t)) notes.push('late');
  if (spec.found && t >= spec.found.from && t <= spec.found.to) notes.push('unusual');
  return {
    t,
    time: moment(t, spec.now ?? spec.to, spec.zone),
    value: valueWords(value, valueUnit(spec)),
    usual: usual ? usualWords(usual) : '',
    notes,
  };
}

/** `02:45 · 0.4 L/min · usual 0–0.05 · unusual`, without the time, which stands bold before it. */
export const rowWords = (row: ChartRow): string =>
  [row.value, row.usual ? `usual ${row.usual}` : '', ...row.notes].filter(Boolean).join(' · ');

/** Index of the point nearest to a time. */
export function nearest(spec: ChartSpec, t: number): number {
  let best = 0;
  for (const [index, [at]] of spec.points.entries()) {
    if (Math.abs(at - t) < Math.abs((spec.points[best]?.[0] ?? 0) - t)) best = index;
  }
  return best;
}

/** Where the cursor stands at first: at what was found in the past, else at the newest value. */
export function startOf(spec: ChartSpec): number {
  if (spec.now === null && spec.found) return nearest(spec, spec.found.from);
  const index = spec.points.findLastIndex(([, value]) => value !== null);
  return index < 0 ? spec.points.length - 1 : index;
}
