/** Steps that ran side by side, as lanes beside the rows; and how long each took, on a scale that folds long waits. Pure. */
import type { RunStep } from '@tomte/sdk/types';

export interface LaneRow {
  /** 0 is the lane a Run begins in. */
  readonly lane: number;
  /** Lanes whose line comes from the row above, and whose line goes on to the row below. */
  readonly above: readonly number[];
  readonly below: readonly number[];
  /** Lanes that this row is joined to sideways: it branched off there, or they come together here. */
  readonly joined: readonly number[];
}

interface Span {
  readonly lane: number;
  readonly first: number;
  last: number;
}

/** One row for each step, in order. Without branches every row is in lane 0. */
export function laneRows(steps: readonly RunStep[]): LaneRow[] {
  const laneOf = new Map<number, number>();
  const open = new Map<number, Span>();
  const spans: Span[] = [];
  const joins = steps.map((): number[] => []);
  steps.forEach((step, row) => {
    const beside = new Set(step.beside.flatMap((position) => laneOf.get(position) ?? []));
    const from = (step.after === null ? null : laneOf.get(step.after)) ?? 0;
    const lane = beside.size === 0 ? 0 : beside.has(from) ? firstFree(beside) : from;
    if (beside.size === 0) {
      for (const [other, span] of open) {
        if (other === 0) continue;
        span.last = row;
        joins[row]!.push(other);
        open.delete(other);
      }
    }
    const going = open.get(lane);
    if (going) going.last = row;
    else {
      if (lane !== 0) joins[row]!.push(from);
      // A branch begins where it left the lane it came from.
      const span = { lane, first: row, last: row };
      open.set(lane, span);
      spans.push(span);
    }
    laneOf.set(step.position, lane);
  });
  return steps.map((step, row) => ({
    lane: laneOf.get(step.position)!,
    above: lanesAt(spans, (span) => span.first < row && span.last >= row),
    below: lanesAt(spans, (span) => span.first <= row && span.last > row),
    joined: joins[row]!,
  }));
}

function firstFree(taken: ReadonlySet<number>): number {
  let lane = 0;
  while (taken.has(lane)) lane++;
  return lane;
}

const lanesAt = (spans: readonly Span[], crosses: (span: Span) => boolean): number[] => [
  ...new Set(spans.filter(crosses).map(({ lane }) => lane)),
];

export interface Bar {
  /** Per cent of the width. */
  readonly left: number;
  readonly width: number;
  /** It is far longer than it looks. */
  readonly folded: boolean;
}

const foldMs = 60_000;

/** Bars of spans (epoch ms), null where nothing is known. Long stretches in which nothing happens are folded. */
export function bars(spans: readonly (readonly [number, number] | null)[]): (Bar | null)[] {
  const times = [...new Set(spans.flatMap((span) => span ?? []))].sort((a, b) => a - b);
  const place = new Map<number, number>();
  let x = 0;
  times.forEach((t, n) => {
    if (n > 0) x += Math.log1p((t - times[n - 1]!) / 1000);
    place.set(t, x);
  });
  const whole = x || 1;
  return spans.map((span) => {
    if (!span) return null;
    const [from, to] = span;
    const left = (place.get(from)! / whole) * 100;
    return { left, width: (place.get(to)! / whole) * 100 - left, folded: to - from >= foldMs };
  });
}
