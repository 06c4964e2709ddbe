/** The picture of "Send a test": a made-up night, so that a person sees what an alert will look like. */
import type { ChartSpec } from '@tomte/sdk/chart';
import { drawPng } from './picture.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Six hours up to `now`: quiet, one short draw, then a small leak. Pure. */
export function testChart(now: number): ChartSpec {
  const from = now - 6 * hourMs;
  const began = now - 52 * minuteMs;
  const points: [number, number | null][] = [];
  for (let t = from; t <= now; t += 5 * minuteMs) {
    const hours = (t - from) / hourMs;
    const draw = hours > 1.4 && hours < 1.6 ? 1.2 : 0;
    points.push([t, t >= began ? 0.4 : draw]);
  }
  return {
    title: 'Test: this is how a chart looks',
    caption: 'A made-up evening: one short draw of water, then 0.4 L/min for 52 min.',
    lane: 'Water',
    unit: 'L/min',
    zone: 'UTC',
    from,
    to: now,
    now,
    form: 'line',
    points,
    late: [],
    usual: points.map(([t]) => [t, 0, 0.05]),
    found: { from: began, to: now, label: '52 min' },
    gaps: [],
    nights: [],
  };
}

export const drawTestPicture = (now: number): Promise<Uint8Array> => drawPng(testChart(now));
