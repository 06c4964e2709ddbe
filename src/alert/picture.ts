import { fileURLToPath } from 'node:url';
import type { ChartSpec } from '@tomte/sdk/chart';
import { chartFont, chartOption } from '@tomte/sdk/chart-option';
import { indexedPng } from './indexed-png.ts';

/** Pixels of an alert's picture: two to one, what messengers show uncut. */
export const pictureSize = { width: 1024, height: 512 } as const;

/** The picture of an alert: light theme, text of double size, PNG under 30 KB. */
export async function drawPng(spec: ChartSpec): Promise<Uint8Array> {
  const svg = await drawSvg(spec);
  const { renderAsync } = await import('@resvg/resvg-js');
  const image = await renderAsync(svg, {
    font: { fontFiles: fontFiles(), loadSystemFonts: false, defaultFontFamily: chartFont },
    textRendering: 2,
  });
  return indexedPng(image.pixels, image);
}

// Charts are drawn now and then: their libraries are loaded at the first one, not at start.
async function drawSvg(spec: ChartSpec): Promise<string> {
  const [{ init, use }, { LineChart }, { GraphicComponent, GridComponent }, { SVGRenderer }] =
    await Promise.all([
      import('echarts/core'),
      import('echarts/charts'),
      import('echarts/components'),
      import('echarts/renderers'),
    ]);
  use([LineChart, GraphicComponent, GridComponent, SVGRenderer]);
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...pictureSize });
  try {
    chart.setOption(
      chartOption(spec, { ...pictureSize, theme: 'light', scale: 2, withTitle: true }),
    );
    return plainFonts(chart.renderToSVGString());
  } finally {
    chart.dispose();
  }
}

// The renderer to PNG knows the single font properties, not CSS's shorthand for all of them.
const plainFonts = (svg: string): string =>
  svg.replaceAll(
    /font: ?(\d+) ([\d.]+)px [^;"]+/g,
    `font-weight:$1;font-size:$2px;font-family:${chartFont}`,
  );

const fontFiles = (): string[] =>
  ['400', '600'].map((weight) =>
    fileURLToPath(new URL(`./fonts/schibsted-grotesk-${weight}.ttf`, import.meta.url)),
  );
