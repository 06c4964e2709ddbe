import type { ChartInput } from '@tomte/sdk/define';
import { describe, expect, test } from 'vitest';
import { hourMs, minuteMs } from '../local-hour.ts';
import { chartWater } from './chart.ts';
import { learnWater } from './past.ts';
import { at, flow, meter, pastOf, settingsOf, zone } from './testing.ts';

const from = at('2026-11-20T23:00:00Z');
const facts = { is: '', usually: '', since: '', around: [], probably: null, check: null };
const draw = (part: Partial<ChartInput> = {}, entities = [flow.id]) =>
  chartWater(
    { entities, since: from + hourMs, facts: { ...facts, numbers: {} }, title: '' },
    {
      zone,
      from,
      to: from + 6 * hourMs,
      now: null,
      points: Array.from({ length: 120 }, (_, i) => [from + i * 3 * minuteMs, i % 7] as const),
      hourly: false,
      unit: 'L/min',
      until: null,
      gaps: [],
      nights: [],
      state: null,
      ...part,
    },
  );
const gap = { from: from + 61 * minuteMs, to: from + 83 * minuteMs, reason: 'Link lost' };
const valueAt = (spec: ReturnType<typeof draw>, minutes: number) =>
  spec.points.find(([t]) => t === from + minutes * minuteMs)?.[1];

describe('a chart over a lost link', () => {
  test('draws readings that were rebuilt as if nothing had happened, with a hollow dot each', () => {
    const late = [63, 66, 69].map((minutes) => from + minutes * minuteMs);
    const spec = draw({ late });
    expect(spec.points).toEqual(draw().points);
    expect(spec.points.every(([, v]) => v !== null)).toBe(true);
    expect(spec.late).toEqual([62.5, 67.5].map((minutes) => from + minutes * minuteMs));
  });

  test('is empty and hatched where nothing is known, and only there', () => {
    const points: [number, number][] = [
      [from, 2],
      [from + 70 * minuteMs, 9],
      [from + 84 * minuteMs, 4],
    ];
    const spec = draw({ points, gaps: [gap] });
    expect(spec.gaps).toEqual([gap]);
    const empty = spec.points.filter(([, v]) => v === null).map(([t]) => (t - from) / minuteMs);
    expect(empty).toEqual([67.5, 72.5, 77.5]);
    // A minute of this step is known, and two of that one.
    expect(valueAt(spec, 62.5)).toBe(2);
    expect(valueAt(spec, 82.5)).toBe(6.5);
    expect(valueAt(spec, 57.5)).toBe(2);
    expect(valueAt(spec, 87.5)).toBe(4);
  });

  test('does not press what a meter counted meanwhile into the minutes after it', () => {
    const points: [number, number][] = [
      [from, 1000],
      [from + 84 * minuteMs, 1100],
    ];
    const spec = draw({ points, gaps: [gap], unit: 'L' }, [meter.id]);
    expect(Math.max(...spec.points.map(([, v]) => v ?? 0))).toBe(0);
  });
});

describe('the band of what is usual', () => {
  const learn = (days: number, entities = [meter]) =>
    learnWater(pastOf({ until: from, days, entities }), settingsOf());

  test('of a flow sensor without a week of its own is that of the meter beside it', () => {
    const { taps } = learn(60);
    const state = { ...learn(3, [flow]), taps: [...learn(3, [flow]).taps, ...taps] };
    const spec = draw({ state });
    expect(spec.usual.length).toBeGreaterThan(5);
    expect(spec.usual).toEqual(draw({ state: learn(60) }, [meter.id]).usual);
  });

  test('is not drawn before any sensor is known for a week', () => {
    expect(draw({ state: learn(3) }, [meter.id]).usual).toEqual([]);
    expect(draw({ state: null }).usual).toEqual([]);
  });
});
