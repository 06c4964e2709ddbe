/** Where blocks of what runs stand below the lanes of energy: one row a load, on their axis of time. Pure. */
import type { HomePlanPage } from '@tomte/sdk/types-plan';
import { clockTime } from '@tomte/sdk/words';

export interface PlanRow {
  readonly name: string;
  readonly y: number;
  readonly blocks: readonly { readonly x: number; readonly width: number; readonly ran: boolean }[];
  readonly label: { readonly x: number; readonly anchor: 'start' | 'end'; readonly text: string };
  /** Where it must be done by; its words stand once. */
  readonly flag: { readonly x: number; readonly text: string } | null;
  readonly isPinned: boolean;
}

export interface PlanLane {
  readonly head: number;
  readonly rows: readonly PlanRow[];
  readonly bottom: number;
}

interface Axis {
  readonly from: number;
  readonly to: number;
  readonly now: number;
  readonly zone: string;
  readonly width: number;
  readonly top: number;
  x(t: number): number;
}

type Plan = NonNullable<HomePlanPage['plan']>;

const rowPx = 24;
const charPx = 7.5;
const minuteMs = 60_000;
const batteryWords = { charge: 'fills', discharge: 'helps', hold: 'keeps' } as const;

export function planLane(page: HomePlanPage | null, axis: Axis): PlanLane | null {
  if (!page?.plan || page.state !== 'ready') return null;
  const top = axis.top + 26;
  const told = new Set<string>();
  const loads = page.loads.map((load, n) => {
    const by = Date.parse(load.by);
    const isOpen = !['done', 'left_alone', 'not_needed', 'kept'].includes(load.stand);
    const isAhead = by > axis.now && by < axis.to && isOpen;
    const clock = clockTime(by, axis.zone);
    const flag = isAhead ? { x: axis.x(by), text: told.has(clock) ? '' : `by ${clock}` } : null;
    if (flag) told.add(clock);
    const pieces = load.pieces.map(
      ({ start, end }) => [Date.parse(start), Date.parse(end)] as const,
    );
    return rowOf(axis, top + n * rowPx, {
      ...{ name: load.name, pieces, flag, isPinned: load.pin !== null },
    });
  });
  // With its charge it has a lane of its own.
  const battery = (page.plan.battery ? [] : batteryPieces(page.plan)).map((piece, n) =>
    rowOf(axis, top + (loads.length + n) * rowPx, { ...piece, flag: null, isPinned: false }),
  );
  const rows = [...loads, ...battery].filter(
    ({ blocks, isPinned, flag }) => blocks.length > 0 || isPinned || flag !== null,
  );
  if (rows.length === 0) return null;
  const placed = rows.map((row, n) => ({ ...row, y: top + n * rowPx }));
  return { head: axis.top, rows: placed, bottom: top + rows.length * rowPx };
}

function rowOf(
  { from, to, now, width, x }: Axis,
  y: number,
  o: {
    name: string;
    pieces: readonly (readonly [number, number])[];
    flag: PlanRow['flag'];
    isPinned: boolean;
  },
): PlanRow {
  const blocks = o.pieces
    .filter(([start, end]) => end > from && start < to)
    .map(([start, end]) => ({
      ...{ x: x(start), width: Math.max(3, x(end) - x(start)), ran: end <= now },
    }));
  const text = o.isPinned ? `${o.name}, your way` : o.name;
  const length = text.length * charPx;
  const inside = blocks.find((block) => block.width > length + 12);
  const last = blocks.at(-1);
  const first = blocks[0];
  const right = last ? last.x + last.width + 6 : x(now) + 6;
  const hitsFlag = o.flag !== null && right < o.flag.x && right + length > o.flag.x - 4;
  const fits = right + length <= width && !hitsFlag;
  const label = inside
    ? { x: inside.x + 6, anchor: 'start' as const, text }
    : fits || !first
      ? { x: right, anchor: 'start' as const, text }
      : { x: first.x - 6, anchor: 'end' as const, text };
  return { name: o.name, y, blocks, label, flag: o.flag, isPinned: o.isPinned };
}

/** A row for each thing the battery does besides following the house. */
function batteryPieces({ slots }: Plan) {
  return (['charge', 'discharge', 'hold'] as const).map((mode) => ({
    name: `Battery ${batteryWords[mode]}`,
    pieces: slots
      .filter(({ batteryMode }) => batteryMode === mode)
      .map(({ start, minutes }) => {
        const begin = Date.parse(start);
        return [begin, begin + minutes * minuteMs] as const;
      })
      .reduce<(readonly [number, number])[]>((found, [start, end]) => {
        const last = found.at(-1);
        if (last && last[1] === start) found[found.length - 1] = [last[0], end];
        else found.push([start, end]);
        return found;
      }, []),
  }));
}

/** `Car, Dishwasher`: what runs within `[from, to)`. */
export const runsWithin = (page: HomePlanPage | null, from: number, to: number): string =>
  (page?.state === 'ready' ? page.loads : [])
    .filter(({ pieces }) =>
      pieces.some(({ start, end }) => Date.parse(start) < to && Date.parse(end) > from),
    )
    .map(({ name }) => name)
    .join(', ');
