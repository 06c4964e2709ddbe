/** Spans of the day by the clock of a home. Pure. */
import type { ClockSpan } from '@tomte/sdk/types-people';
import { clockTime } from '@tomte/sdk/words';
import { nextLocalTime } from '../lib/local-time.ts';

export const spanOf = (from: string | null, to: string | null): ClockSpan | null =>
  from === null || to === null ? null : { from, to };

/** Whether the clock on the wall stands in the span; its end does not belong to it. */
export function within(span: ClockSpan, now: number, zone: string): boolean {
  const clock = clockTime(now, zone);
  return span.from < span.to
    ? clock >= span.from && clock < span.to
    : clock >= span.from || clock < span.to;
}

/** When the quiet ends, epoch ms; null where it is not quiet now. */
export const quietEnd = (span: ClockSpan | null, now: number, zone: string): number | null =>
  span !== null && within(span, now, zone) ? nextLocalTime(now, zone, { time: span.to }) : null;
