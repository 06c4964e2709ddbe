/** The charge of the home battery as it is planned, with what it does as words below. Pure. */
import type { HomePlanPage } from '@tomte/sdk/types-plan';
import type { Lane } from './energy-lanes.ts';

const minuteMs = 60_000;
const charPx = 7;
const words = {
  self_consume: 'follows the house',
  charge: 'fills',
  discharge: 'helps',
  hold: 'keeps',
} as const;

interface Piece {
  readonly start: number;
  readonly end: number;
  readonly mode: keyof typeof words;
  /** Charge at its end, %. */
  readonly percent: number;
}

/** Empty where the plan tells no charge. */
function piecesOf(page: HomePlanPage | null): Piece[] {
  if (page?.state !== 'ready' || !page.plan?.battery) return [];
  const { slots, battery } = page.plan;
  return slots.map(({ start, minutes, batteryMode: mode }, n) => {
    const t = Date.parse(start);
    return { start: t, end: t + minutes * minuteMs, mode, percent: battery.percent[n]! };
  });
}

export function batteryLane(
  page: HomePlanPage | null,
  o: { x: (t: number) => number; to: number; top: number; roomy: boolean },
): Lane | null {
  const pieces = piecesOf(page).filter(({ start }) => start < o.to);
  const [first] = pieces;
  if (!first) return null;
  const height = o.roomy ? 64 : 46;
  const y = (percent: number) => o.top + (height * (100 - percent)) / 100;
  const points = [
    [first.start, page!.plan!.battery!.now] as const,
    ...pieces.map(({ end, percent }) => [Math.min(end, o.to), percent] as const),
  ];
  const path = points.map(([t, percent]) => `${o.x(t).toFixed(1)} ${y(percent).toFixed(1)}`);
  const spans = joined(pieces).map(({ start, end, mode }) => {
    const [x, width] = [o.x(start), o.x(end) - o.x(start)];
    return { x, width, mode, text: words[mode] };
  });
  return {
    ...{ name: 'Battery', unit: '%', colour: 'battery', head: o.top - 26, top: o.top, height },
    ticks: [0, 100].map((percent) => ({ y: y(percent), label: String(percent) })),
    ...{ zero: y(0), solid: '', band: '', area: '', dashed: `M${path.join('L')}` },
    base: spans.filter(({ mode }) => mode !== 'self_consume'),
    words: spans
      .filter(({ text, width }) => width > text.length * charPx)
      .map(({ x, width, text }) => ({ x: x + width / 2, text })),
  };
}

function joined(pieces: readonly Piece[]): Pick<Piece, 'start' | 'end' | 'mode'>[] {
  const found: { start: number; end: number; mode: Piece['mode'] }[] = [];
  for (const { start, end, mode } of pieces) {
    const last = found.at(-1);
    if (last?.mode === mode) last.end = end;
    else found.push({ start, end, mode });
  }
  return found;
}

/** `35 %, keeps`: at the end of an hour, and what it does in most of it. */
export function batteryWithin(page: HomePlanPage | null, from: number, to: number): string {
  const within = piecesOf(page).filter(({ start, end }) => start < to && end > from);
  const last = within.at(-1);
  const special = within.find(({ mode }) => mode !== 'self_consume') ?? last;
  return last && special ? `${Math.round(last.percent)} %, ${words[special.mode]}` : '';
}
