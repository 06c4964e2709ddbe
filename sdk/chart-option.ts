/**
 * The drawing of a ChartSpec: one pure function from the spec to an Apache ECharts option, the same
 * in the browser and in the picture of an alert. The option is plain JSON; series carry the curves,
 * graphic elements carry what stands around them.
 */
import type { ChartSpec } from './chart.ts';
import { gaps, head, nights, ticks, usualBand } from './chart-ground.ts';
import { type ChartLayout, type ChartSize, chartLayout } from './chart-layout.ts';
import { type ChartColours, chartColours, type Draw, drawing } from './chart-shapes.ts';

export { type ChartColours, chartColours, chartFont } from './chart-shapes.ts';

export interface ChartOptionSettings extends ChartSize {
  readonly theme: 'light' | 'dark';
  /** Replaces tokens one by one. */
  readonly colours?: Partial<ChartColours>;
}

/** An ECharts option: `setOption` takes it as it is. */
export type ChartOption = {
  readonly animation: false;
  readonly backgroundColor: string;
  readonly grid: object;
  readonly xAxis: object;
  readonly yAxis: object;
  readonly series: object[];
  readonly graphic: object[];
};

export function chartOption(spec: ChartSpec, o: ChartOptionSettings): ChartOption {
  const colours = { ...chartColours[o.theme], ...o.colours };
  const layout = chartLayout(spec, o);
  const draw = drawing(layout, colours);
  const { grid } = layout;
  return {
    animation: false,
    backgroundColor: colours.surface,
    grid: { left: grid.left, top: grid.top, width: grid.width, height: grid.height },
    xAxis: { type: 'value', min: spec.from, max: spec.to, show: false },
    yAxis: { type: 'value', min: layout.bottom, max: layout.top, show: false },
    series: spec.form === 'bars' ? [] : lines(spec, layout, colours),
    graphic: [
      ...nights(spec, layout, draw),
      ...head(spec, layout, draw),
      ...ticks(layout, draw),
      ...usualBand(spec, layout, draw),
      ...gaps(spec, layout, draw),
      ...(spec.form === 'bars' ? bars(spec, layout, draw) : lateDots(spec, layout, draw)),
      ...found(spec, layout, draw),
      ...nowLine(spec, layout, draw),
    ],
  };
}

/** What was read, and the found piece once more, thicker and in its own colour. */
function lines(spec: ChartSpec, layout: ChartLayout, colours: ChartColours): object[] {
  const { found } = spec;
  const line = (data: ChartSpec['points'], colour: string, width: number, z: number): object => ({
    type: 'line',
    data,
    symbol: 'none',
    silent: true,
    connectNulls: false,
    clip: true,
    z,
    lineStyle: { color: colour, width: width * layout.scale, cap: 'butt', join: 'round' },
  });
  const drawn = [line(spec.points, colours.reading, 1.75, 10)];
  if (found) {
    const piece = spec.points.filter(([t]) => t >= found.from && t <= found.to);
    drawn.push(line(piece, colours.found, 3, 11));
  }
  return drawn;
}

function bars(spec: ChartSpec, layout: ChartLayout, draw: Draw): object[] {
  const { x, y, grid } = layout;
  const { reading, found } = draw.colours;
  const next = (i: number) => spec.points[i + 1]?.[0] ?? spec.points[i]![0] + layout.barMs;
  return spec.points.flatMap(([t, v], i) => {
    if (v === null || v <= 0 || t >= spec.to || t < spec.from) return [];
    const isFound = spec.found !== null && t >= spec.found.from && t < spec.found.to;
    const left = x(t);
    const width = Math.max(1, x(Math.min(next(i), t + layout.barMs)) - left);
    const gap = width > 6 ? Math.min(2 * layout.scale, width * 0.2) : 0;
    const box = {
      x: left + gap / 2,
      y: y(v),
      width: width - gap,
      height: grid.top + grid.height - y(v),
    };
    return [draw.rect(box, { fill: isFound ? found : reading, z: 10 })];
  });
}

/** Values rebuilt after a Gap. */
function lateDots(spec: ChartSpec, layout: ChartLayout, draw: Draw): object[] {
  const late = new Set(spec.late);
  const { reading, surface } = draw.colours;
  return spec.points.flatMap(([t, v]) =>
    v !== null && late.has(t)
      ? [draw.dot(layout.x(t), layout.y(v), 2.5, { stroke: reading, fill: surface })]
      : [],
  );
}

/** A bracket below the plot, with its length; the value stands at the line. */
function found(spec: ChartSpec, layout: ChartLayout, draw: Draw): object[] {
  if (!spec.found) return [];
  const { x, grid, scale } = layout;
  const colour = draw.colours.found;
  const left = Math.max(grid.left, x(spec.found.from));
  const right = Math.min(grid.left + grid.width, x(spec.found.to));
  const top = grid.top + grid.height + 4 * scale;
  const y = top + 5 * scale;
  const { label } = layout;
  return [
    draw.line(
      [
        [left, top],
        [left, y],
        [right, y],
        [right, top],
      ],
      { stroke: colour, width: 1.5, z: 15 },
    ),
    draw.text(label.x, y + 11 * scale, spec.found.label, { fill: colour, align: label.align }),
    ...(label.value === null
      ? []
      : [
          draw.text(label.x, label.valueY, label.value, {
            fill: colour,
            bold: true,
            align: label.align,
            z: 25,
          }),
        ]),
  ];
}

function nowLine(spec: ChartSpec, layout: ChartLayout, draw: Draw): object[] {
  if (spec.now === null || layout.nowLabel === null) return [];
  const { x, grid, axisY, scale } = layout;
  const at = Math.round(x(spec.now)) + 0.5;
  const { text } = draw.colours;
  const label = layout.nowLabel;
  return [
    draw.line(
      [
        [at, grid.top - 4 * scale],
        [at, axisY + 4 * scale],
      ],
      { stroke: text, z: 30 },
    ),
    draw.text(label.x, label.y, label.text, { fill: text, bold: true, align: label.align, z: 30 }),
  ];
}
