/** Inks and shapes of charts: what `chartOption` draws with. */
import type { ChartLayout } from './chart-layout.ts';

export interface ChartColours {
  readonly surface: string;
  readonly sunken: string;
  readonly line: string;
  readonly text: string;
  readonly muted: string;
  readonly faint: string;
  readonly reading: string;
  readonly usual: string;
  readonly found: string;
  readonly stale: string;
  readonly staleGround: string;
}

/** The chart tokens of both themes. */
export const chartColours: Readonly<Record<'light' | 'dark', ChartColours>> = {
  light: {
    surface: '#FFFFFF',
    sunken: '#ECEEEB',
    line: '#D5DAD6',
    text: '#17211D',
    muted: '#4C5952',
    faint: '#616D66',
    reading: '#1B7090',
    usual: '#828E87',
    found: '#B0302A',
    stale: '#5F6570',
    staleGround: '#EBECEF',
  },
  dark: {
    surface: '#18201D',
    sunken: '#0B100E',
    line: '#2D3833',
    text: '#E8EEEA',
    muted: '#AEBBB4',
    faint: '#93A199',
    reading: '#6EC2E0',
    usual: '#7C8982',
    found: '#F2938A',
    stale: '#A6ADB8',
    staleGround: '#22272B',
  },
};

export const chartFont = 'Schibsted Grotesk';

export type Draw = ReturnType<typeof drawing>;

/** The few shapes all is made of. */
export function drawing(layout: ChartLayout, colours: ChartColours) {
  const { scale } = layout;
  return {
    colours,
    text(
      x: number,
      y: number,
      text: string,
      o: {
        fill: string;
        bold?: boolean;
        size?: number;
        align?: 'left' | 'center' | 'right';
        z?: number;
      },
    ): object {
      const font = `${o.bold ? 600 : 400} ${(o.size ?? 13) * scale}px '${chartFont}'`;
      const style = {
        x,
        y,
        text,
        fill: o.fill,
        font,
        align: o.align ?? 'left',
        verticalAlign: 'middle',
      };
      return { type: 'text', silent: true, z: o.z ?? 20, style };
    },
    rect(
      box: { x: number; y: number; width: number; height: number },
      o: { fill: string | null; opacity?: number; z?: number },
    ): object {
      const style = { fill: o.fill, opacity: o.opacity ?? 1 };
      return { type: 'rect', silent: true, z: o.z ?? 1, shape: box, style };
    },
    line(
      points: readonly (readonly [number, number])[],
      o: { stroke: string; width?: number; opacity?: number; z?: number; dash?: number[] },
    ): object {
      const style = {
        fill: null,
        stroke: o.stroke,
        lineWidth: (o.width ?? 1) * scale,
        opacity: o.opacity ?? 1,
        ...(o.dash && { lineDash: o.dash.map((part) => part * scale) }),
      };
      return { type: 'polyline', silent: true, z: o.z ?? 1, shape: { points }, style };
    },
    polygon(
      points: readonly (readonly [number, number])[],
      o: { fill: string; opacity: number; z: number },
    ): object {
      const style = { fill: o.fill, opacity: o.opacity };
      return { type: 'polygon', silent: true, z: o.z, shape: { points }, style };
    },
    dot(x: number, y: number, r: number, o: { stroke: string; fill: string }): object {
      const style = { fill: o.fill, stroke: o.stroke, lineWidth: 1.25 * scale };
      return { type: 'circle', silent: true, z: 14, shape: { cx: x, cy: y, r: r * scale }, style };
    },
  };
}

/** Lines of 45 degrees, `step` pixels apart, cut to the box. */
export function hatch(
  box: { x: number; y: number; width: number; height: number },
  step: number,
): [number, number][][] {
  const made: [number, number][][] = [];
  for (let d = step; d < box.width + box.height; d += step) {
    const from: [number, number] = [
      box.x + Math.max(0, d - box.height),
      box.y + Math.min(d, box.height),
    ];
    const to: [number, number] = [
      box.x + Math.min(d, box.width),
      box.y + Math.max(0, d - box.width),
    ];
    made.push([from, to]);
  }
  return made;
}
