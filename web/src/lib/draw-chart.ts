/** Draws a ChartSpec with ECharts, and says where a time stands on it. Loaded when the first chart is seen. */
import type { ChartSpec } from '@tomte/sdk/chart';
import { chartOption } from '@tomte/sdk/chart-option';
import { LineChart } from 'echarts/charts';
import { GraphicComponent, GridComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

export interface Drawing {
  /** Left edge of a time, in pixels of the container. */
  x(t: number): number;
  /** The time at a pixel. */
  t(x: number): number;
  close(): void;
}

export interface DrawingSize {
  readonly width: number;
  readonly height: number;
  readonly theme: 'light' | 'dark';
}

let prepared = false;

export function drawChart(element: HTMLElement, spec: ChartSpec, size: DrawingSize): Drawing {
  if (!prepared) {
    use([LineChart, GridComponent, GraphicComponent, SVGRenderer]);
    prepared = true;
  }
  const { width, height } = size;
  const chart = init(element, null, { renderer: 'svg', width, height });
  chart.setOption(chartOption(spec, size));
  return {
    x: (t) => chart.convertToPixel({ xAxisIndex: 0 }, t) as unknown as number,
    t: (x) => chart.convertFromPixel({ xAxisIndex: 0 }, x) as unknown as number,
    close: () => chart.dispose(),
  };
}
