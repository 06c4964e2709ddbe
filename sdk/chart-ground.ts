/** What stands behind and around the curve of a chart. */
import type { ChartSpec } from './chart.ts';
import { type ChartLayout, clockOf } from './chart-layout.ts';
import { type Draw, hatch } from './chart-shapes.ts';

/** Night is a barely darker ground, behind the plot only. */
export function nights(spec: ChartSpec, layout: ChartLayout, draw: Draw): object[] {
  const { grid, x } = layout;
  return spec.nights
    .filter((night) => night.to > spec.from && night.from < spec.to)
    .map((night) => {
      const left = x(night.from);
      const box = { x: left, y: grid.top, width: x(night.to) - left, height: grid.height };
      return draw.rect(box, { fill: draw.colours.sunken, opacity: 0.4, z: -5 });
    });
}

/** Name and unit stand on their own line above the lane. */
export function head(spec: ChartSpec, layout: ChartLayout, draw: Draw): object[] {
  const { headY, scale } = layout;
  const { text, faint } = draw.colours;
  const unitX = (spec.lane.length * 7.3 + 6) * scale;
  return [
    ...(layout.titleY === null
      ? []
      : [
          draw.text(0 + layout.margin, layout.titleY, spec.title, {
            fill: text,
            bold: true,
            size: 17,
          }),
        ]),
    draw.text(layout.margin, headY, spec.lane, { fill: text, bold: true }),
    draw.text(layout.margin + unitX, headY, spec.unit, { fill: faint, size: 12 }),
  ];
}

export function ticks(layout: ChartLayout, draw: Draw): object[] {
  const { grid, x, y, scale } = layout;
  const { muted, line } = draw.colours;
  const right = grid.left + grid.width;
  const bottom = layout.axisY;
  const clocks = layout.timeTicks.flatMap(({ t, label }) => [
    draw.line(
      [
        [x(t), bottom],
        [x(t), bottom + 4 * scale],
      ],
      { stroke: line },
    ),
    draw.text(x(t), bottom + 16 * scale, label, { fill: muted, align: 'center' }),
  ]);
  const values = layout.valueTicks.flatMap(({ value, label }) => [
    draw.text(grid.left - 8 * scale, y(value), label, { fill: muted, size: 12, align: 'right' }),
    draw.line(
      [
        [grid.left, y(value)],
        [right, y(value)],
      ],
      { stroke: line, opacity: value === 0 ? 1 : 0.6, z: 0 },
    ),
  ]);
  return [
    ...values,
    ...clocks,
    draw.line(
      [
        [grid.left, bottom],
        [right, bottom],
      ],
      { stroke: line },
    ),
  ];
}

/** A grey band with an edge, in steps of its own times, and the word for it. */
export function usualBand(spec: ChartSpec, layout: ChartLayout, draw: Draw): object[] {
  const { x, y } = layout;
  if (spec.usual.length === 0) return [];
  const steps = spec.usual.flatMap(([t, low, high], i) => {
    const end = Math.min(spec.to, spec.usual[i + 1]?.[0] ?? spec.to);
    const start = Math.max(spec.from, t);
    return end <= start ? [] : [{ start, end, low, high }];
  });
  const upper = steps.flatMap(({ start, end, high }): [number, number][] => [
    [x(start), y(high)],
    [x(end), y(high)],
  ]);
  const lower = steps.flatMap(({ start, end, low }): [number, number][] => [
    [x(start), y(low)],
    [x(end), y(low)],
  ]);
  const fill = draw.colours.usual;
  return [
    draw.polygon([...upper, ...lower.reverse()], { fill, opacity: 0.16, z: 2 }),
    draw.line(upper, { stroke: fill, z: 3 }),
    ...usualLabel(layout, draw),
  ];
}

const usualLabel = (layout: ChartLayout, draw: Draw): object[] =>
  layout.usualLabel === null
    ? []
    : [
        draw.text(layout.usualLabel.x, layout.usualLabel.y, 'usual', {
          fill: draw.colours.faint,
          size: 12,
          align: 'center',
        }),
      ];

/** No line across a gap: a hatch with its reason. */
export function gaps(spec: ChartSpec, layout: ChartLayout, draw: Draw): object[] {
  const { grid, x, scale } = layout;
  const { stale, staleGround } = draw.colours;
  return spec.gaps.flatMap((gap) => {
    const left = Math.max(grid.left, x(gap.from));
    const right = Math.min(grid.left + grid.width, x(gap.to));
    if (right <= left) return [];
    const box = { x: left, y: grid.top, width: right - left, height: grid.height };
    const label = `${gap.reason} ${clockOf(gap, spec.zone)}`;
    const said = right - left > label.length * 6.2 * scale;
    const at = { x: (left + right) / 2, y: grid.top + 10 * scale };
    return [
      draw.rect(box, { fill: staleGround, z: 4 }),
      ...hatch(box, 6 * scale).map((line) =>
        draw.line(line, { stroke: stale, opacity: 0.35, z: 5 }),
      ),
      ...(said ? [draw.text(at.x, at.y, label, { fill: stale, size: 12, align: 'center' })] : []),
    ];
  });
}
