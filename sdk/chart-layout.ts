/** Where everything of a chart stands, in pixels. Pure; `chartOption` draws it. */
import type { ChartSpec } from './chart.ts';
import { clockTime, dayTime, figure } from './words.ts';

export interface ChartSize {
  readonly width: number;
  readonly height: number;
  /** Size of text and lines: 1 on a page, 2 in the picture of an alert. */
  readonly scale?: number;
  /** Writes the title into the picture; on a page it stands above. */
  readonly withTitle?: boolean;
}

type Align = 'left' | 'center' | 'right';
export interface ChartLayout {
  readonly scale: number;
  readonly margin: number;
  readonly grid: { left: number; top: number; width: number; height: number };
  /** Values at the upper and lower edge of the plot; the lower is 0 where nothing is below it. */
  readonly top: number;
  readonly bottom: number;
  readonly titleY: number | null;
  readonly headY: number;
  readonly axisY: number;
  readonly barMs: number;
  readonly timeTicks: readonly { t: number; label: string }[];
  readonly valueTicks: readonly { value: number; label: string }[];
  readonly usualLabel: { x: number; y: number } | null;
  readonly label: { x: number; align: Align; value: string | null; valueY: number };
  readonly nowLabel: { x: number; y: number; text: string; align: Align } | null;
  x(t: number): number;
  y(value: number): number;
}

const hourMs = 3_600_000;

export function chartLayout(spec: ChartSpec, o: ChartSize): ChartLayout {
  const scale = o.scale ?? 1;
  const margin = o.withTitle ? 14 * scale : 0;
  const valueTicks = ticksOf(spec);
  const top = valueTicks.at(-1)!.value;
  const bottom = valueTicks[0]!.value;
  const gutter = Math.max(26, ...valueTicks.map((tick) => tick.label.length * 7.5 + 12)) * scale;
  const titleRoom = o.withTitle ? 36 * scale : 0;
  const nowRoom = spec.now === null ? 4 * scale : 20 * scale;
  const bracketRoom = spec.found ? 28 * scale : 6 * scale;
  // The now label and the lane head share a line only where the title takes the one above.
  const headTop = titleRoom + (o.withTitle ? 8 * scale : nowRoom);
  const grid = {
    left: margin + gutter,
    top: headTop + 26 * scale,
    width: o.width - 2 * margin - gutter - 8 * scale,
    height: 0,
  };
  const axisY = o.height - 28 * scale - margin / 3;
  grid.height = Math.max(20, axisY - bracketRoom - grid.top);
  const x = (t: number) => {
    const share = (t - spec.from) / (spec.to - spec.from);
    return grid.left + grid.width * Math.min(1, Math.max(0, share));
  };
  const y = (value: number) =>
    grid.top +
    grid.height * (1 - (Math.min(top, Math.max(bottom, value)) - bottom) / (top - bottom));
  const place = { grid, scale, x, y };
  return {
    ...place,
    margin,
    top,
    bottom,
    titleY: o.withTitle ? margin + 11 * scale : null,
    headY: headTop + 9 * scale,
    axisY,
    barMs: hourMs,
    timeTicks: timeTicks(spec, grid.width / scale),
    valueTicks,
    usualLabel: usualPlace(spec, place),
    label: foundPlace(spec, place),
    nowLabel: nowPlace(spec, place, o.withTitle ? headTop + 9 * scale : 9 * scale),
  };
}

/** `Link lost` is followed by its clock times. */
export const clockOf = (gap: { from: number; to: number }, zone: string): string =>
  `${clockTime(gap.from, zone)}–${clockTime(gap.to, zone)}`;

const steps = [1, 2, 2.5, 5, 10];

/** At most five values from zero to just above the highest, at round numbers; below zero the axis is cut. */
function ticksOf(spec: ChartSpec): { value: number; label: string }[] {
  const lowest = Math.min(
    ...spec.points.map(([, v]) => v ?? 0),
    ...spec.usual.map(([, low]) => low),
  );
  if (lowest < 0) return signedTicks(spec);
  const values = spec.points.map(([, v]) => v ?? 0);
  const seen = Math.max(...values, ...spec.usual.map(([, , high]) => high), 0);
  // The value of the found part is written above it.
  const highest = seen > 0 ? seen * (spec.found ? 1.18 : 1.04) : 1;
  const power = 10 ** Math.floor(Math.log10(highest / 4));
  const step = steps.map((one) => one * power).find((one) => highest / one <= 4) ?? 10 * power;
  const count = Math.ceil(highest / step);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9) + (step / power === 2.5 ? 1 : 0));
  return Array.from({ length: count + 1 }, (_, i) => ({
    value: i * step,
    label: i === 0 ? '0' : (i * step).toFixed(digits),
  }));
}

/** Round numbers around all values, where some are below zero: a freezer's line is not pressed to an edge. */
function signedTicks(spec: ChartSpec): { value: number; label: string }[] {
  const values = [
    ...spec.points.flatMap(([, v]) => (v === null ? [] : [v])),
    ...spec.usual.flatMap(([, low, high]) => [low, high]),
  ];
  const low = Math.min(...values);
  const span = Math.max(1, Math.max(...values) - low) * (spec.found ? 1.18 : 1.04);
  const power = 10 ** Math.floor(Math.log10(span / 3));
  const step = steps.map((one) => one * power).find((one) => span / one <= 3) ?? 10 * power;
  const first = Math.floor(low / step);
  const last = Math.max(first + 1, Math.ceil((low + span) / step));
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9) + (step / power === 2.5 ? 1 : 0));
  return Array.from({ length: last - first + 1 }, (_, i) => {
    const value = (first + i) * step;
    return { value, label: value === 0 ? '0' : value.toFixed(digits).replace('-', '−') };
  });
}

const everyMinutes = [5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10080, 20160];

/** At most five clock times, or days when the picture is longer than some days. */
function timeTicks(spec: ChartSpec, width: number): { t: number; label: string }[] {
  const minutes = (spec.to - spec.from) / 60_000;
  const room = Math.min(5, Math.max(2, Math.floor(width / 60)));
  const every = everyMinutes.find((one) => minutes / one <= room) ?? 43_200;
  // Zones may stand half an hour beside the others, so half hours are tried, not hours.
  const stepMs = Math.min(30, every) * 60_000;
  const edgeMs = ((spec.to - spec.from) * 17) / Math.max(1, width);
  const found: { t: number; label: string }[] = [];
  for (let t = Math.ceil(spec.from / stepMs) * stepMs; t <= spec.to; t += stepMs) {
    const clock = clockTime(t, spec.zone);
    const [hour = 0, minute = 0] = clock.split(':').map(Number);
    if ((hour * 60 + minute) % Math.min(every, 1440) !== 0) continue;
    const last = found.at(-1);
    const label = every >= 1440 ? dayTime(t, spec.zone) : clock;
    // The hour that the clocks repeat in autumn is written once.
    if (last && (last.label === label || (every > 1440 && t - last.t < every * 54_000))) continue;
    if (t - spec.from >= edgeMs && spec.to - t >= edgeMs) found.push({ t, label });
  }
  return found.slice(0, 5);
}

interface Place {
  readonly grid: ChartLayout['grid'];
  readonly scale: number;
  x(t: number): number;
  y(value: number): number;
}

/** Above the band where it is highest and nothing else is drawn; null when there is no such place. */
function usualPlace(spec: ChartSpec, o: Place): ChartLayout['usualLabel'] {
  if (spec.usual.length === 0) return null;
  const { grid, scale } = o;
  const half = 20 * scale;
  const taken = [...spec.gaps, ...(spec.found ? [spec.found] : [])].map((one) => ({
    left: o.x(one.from) - half,
    right: o.x(one.to) + half,
  }));
  let best: { x: number; y: number } | null = null;
  for (let x = grid.left + half; x < grid.left + grid.width - half; x += 8 * scale) {
    if (taken.some((one) => x > one.left && x < one.right)) continue;
    const y = Math.max(grid.top + 8 * scale, highestBand(spec, x, o) - 9 * scale);
    const free = highestCurve(spec, x, half, o) > y + 8 * scale;
    if (free && (best === null || y < best.y - scale)) best = { x, y };
  }
  return best;
}

/** Upper edge of the usual band around `x`, in pixels from the top. */
function highestBand(spec: ChartSpec, x: number, o: Place): number {
  const near = spec.usual.filter(([t], i) => {
    const end = spec.usual[i + 1]?.[0] ?? spec.to;
    return o.x(end) > x - 20 * o.scale && o.x(t) < x + 20 * o.scale;
  });
  return Math.min(...near.map(([, , high]) => o.y(high)), o.grid.top + o.grid.height);
}

/** Highest point of the curve within `half` pixels of `x`. */
function highestCurve(spec: ChartSpec, x: number, half: number, o: Place): number {
  const near = spec.points.filter(([t]) => Math.abs(o.x(t) - x) < half + 8 * o.scale);
  const highs = near.flatMap(([, v]) => (v === null ? [] : [o.y(v)]));
  return Math.min(o.grid.top + o.grid.height + half, ...highs);
}

/** The value and the length of the found part, centred on it as far as the edges allow. */
function foundPlace(spec: ChartSpec, o: Place): ChartLayout['label'] {
  if (!spec.found) return { x: 0, align: 'left', value: null, valueY: 0 };
  const { from, to } = spec.found;
  const values = spec.points.flatMap(([t, v]) => (v !== null && t >= from && t < to ? [v] : []));
  // Half of the time it was more, half less: one flush on top of a leak is not the leak.
  const median = values.toSorted((a, b) => a - b)[values.length >> 1];
  const highest = values.length === 0 ? 0 : Math.max(...values);
  const middle = (o.x(from) + o.x(to)) / 2;
  const edge = o.grid.left + o.grid.width;
  const near = middle > edge - 34 * o.scale;
  return {
    x: near ? edge - 4 * o.scale : Math.max(middle, o.grid.left + 34 * o.scale),
    align: near ? 'right' : 'center',
    value: median === undefined ? null : `${figure(median)} ${unitWord(spec.unit)}`,
    valueY: Math.max(o.grid.top + 2 * o.scale, o.y(highest)) - 10 * o.scale,
  };
}

/** `L/min` of `L/min, mean of 5 min`; `L` of `L an hour`. */
const unitWord = (unit: string): string => unit.split(',')[0]!.replace(' an hour', '');

function nowPlace(spec: ChartSpec, o: Place, y: number): ChartLayout['nowLabel'] {
  if (spec.now === null) return null;
  const at = o.x(spec.now);
  const right = o.grid.left + o.grid.width;
  const near = right - at < 40 * o.scale;
  return {
    x: near ? Math.min(at + 8 * o.scale, right + 8 * o.scale) : at,
    y,
    text: `${clockTime(spec.now, spec.zone)} now`,
    align: near ? 'right' : 'center',
  };
}
