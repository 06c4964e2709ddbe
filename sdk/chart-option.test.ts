import { describe, expect, test } from 'vitest';
import { type ChartSpec, chartSpec } from './chart.ts';
import { chartLayout } from './chart-layout.ts';
import { chartColours, chartOption } from './chart-option.ts';

const hourMs = 3_600_000;
const from = Date.parse('2026-11-20T20:00:00Z');
const spec = (part: Partial<ChartSpec> = {}): ChartSpec =>
  chartSpec.parse({
    title: 'Water last night against usual',
    caption: '0.4 L/min, usually 0.',
    lane: 'Water',
    unit: 'L/min, mean of 5 min',
    zone: 'Europe/Amsterdam',
    from,
    to: from + 6 * hourMs,
    now: from + 5.8 * hourMs,
    form: 'line',
    points: Array.from({ length: 70 }, (_, i) => [from + i * 300_000, i > 58 ? 0.4 : 0.01 * i]),
    late: [],
    usual: Array.from({ length: 6 }, (_, i) => [from + i * hourMs, 0, 0.3 - 0.05 * i]),
    found: { from: from + 4.9 * hourMs, to: from + 5.8 * hourMs, label: '54 min' },
    gaps: [],
    nights: [{ from, to: from + 12 * hourMs }],
    ...part,
  });
const size = { width: 640, height: 280, theme: 'light' } as const;
const texts = (option: { graphic: object[] }): string[] =>
  option.graphic.flatMap((one) => {
    const { style } = one as { style?: { text?: string } };
    return style?.text === undefined ? [] : [style.text];
  });

describe('a chart', () => {
  test('is plain JSON: the service and the browser draw the same', () => {
    const option = chartOption(spec(), size);
    expect(JSON.parse(JSON.stringify(option))).toEqual(option);
    expect(chartOption(spec(), size)).toEqual(option);
  });

  test('says lane, unit, now with its clock, usual, and how long and how much', () => {
    const said = texts(chartOption(spec(), size));
    expect(said).toEqual(
      expect.arrayContaining([
        'Water',
        'L/min, mean of 5 min',
        '02:48 now',
        'usual',
        '54 min',
        '0.4 L/min',
      ]),
    );
    expect(said).not.toContain('Water last night against usual');
    expect(texts(chartOption(spec(), { ...size, withTitle: true }))).toContain(
      'Water last night against usual',
    );
  });

  test('draws the found piece once more, thicker and in its colour', () => {
    const [whole, piece] = chartOption(spec(), size).series as {
      data: unknown[];
      lineStyle: { color: string; width: number };
    }[];
    expect(piece!.lineStyle.color).toBe(chartColours.light.found);
    expect(piece!.lineStyle.width).toBeGreaterThan(whole!.lineStyle.width);
    expect(piece!.data.length).toBeLessThan(whole!.data.length);
  });

  test('never draws a line across a gap, and gives the reason where there is room', () => {
    const gap = { from: from + hourMs, to: from + 4 * hourMs, reason: 'Link lost' };
    const option = chartOption(spec({ gaps: [gap] }), size);
    expect(texts(option)).toContain('Link lost 22:00–01:00');
    expect((option.series[0] as { connectNulls: boolean }).connectNulls).toBe(false);
  });

  test('late values are hollow dots', () => {
    const late = [from, from + 300_000];
    const dots = chartOption(spec({ late }), size).graphic.filter(
      (one) => (one as { type: string }).type === 'circle',
    );
    expect(dots).toHaveLength(2);
  });

  test('hours stand as bars, the found ones in their colour', () => {
    const points: [number, number][] = [0, 1, 2, 3, 4, 5].map((i) => [from + i * hourMs, 10 + i]);
    const found = { from: from + 2 * hourMs, to: from + 4 * hourMs, label: '2 h' };
    const option = chartOption(spec({ form: 'bars', points, found, now: null }), size);
    expect(option.series).toEqual([]);
    const fills = option.graphic.map((one) => (one as { style: { fill?: string } }).style.fill);
    expect(
      fills.filter((fill) => fill === chartColours.light.found && fill).length,
    ).toBeGreaterThanOrEqual(2);
    expect(texts(option).some((text) => text.endsWith('now'))).toBe(false);
  });
});

describe('the layout', () => {
  test.each([0.003, 0.05, 0.9, 1, 7, 12.2, 99, 1234])(
    'has at most five round ticks for %d',
    (highest) => {
      const { valueTicks, top } = chartLayout(spec({ points: [[from, highest]], usual: [] }), size);
      expect(valueTicks.length).toBeLessThanOrEqual(6);
      expect(valueTicks.length - 1).toBeLessThanOrEqual(5);
      expect(top).toBeGreaterThanOrEqual(highest);
      expect(new Set(valueTicks.map((tick) => tick.label)).size).toBe(valueTicks.length);
    },
  );

  test.each([1, 6, 24, 36, 24 * 7, 24 * 60])('has at most five time ticks in %d hours', (hours) => {
    const { timeTicks } = chartLayout(spec({ to: from + hours * hourMs, now: null }), size);
    expect(timeTicks.length).toBeLessThanOrEqual(5);
    expect(timeTicks.length).toBeGreaterThan(0);
  });

  test('in the night the clocks change each clock time is written once', () => {
    const start = Date.parse('2026-10-24T22:00:00Z');
    const { timeTicks } = chartLayout(
      spec({ from: start, to: start + 6 * hourMs, now: null }),
      size,
    );
    const labels = timeTicks.map((tick) => tick.label);
    expect(new Set(labels).size).toBe(labels.length);
  });

  test('nothing stands outside at any width of a screen', () => {
    for (const width of [280, 390, 640, 1100]) {
      for (const one of chartOption(spec(), { ...size, width }).graphic) {
        const { type, style, shape } = one as {
          type: string;
          style: { x: number };
          shape?: { x?: number; width?: number };
        };
        if (type === 'text') expect(style.x).toBeGreaterThanOrEqual(0);
        if (type === 'text') expect(style.x).toBeLessThanOrEqual(width);
        if (type === 'rect') expect(shape!.x! + shape!.width!).toBeLessThanOrEqual(width);
      }
    }
  });

  test('an empty series still gives a picture', () => {
    expect(() => chartOption(spec({ points: [], usual: [], found: null }), size)).not.toThrow();
  });
});
