import { Temporal } from 'temporal-polyfill';

/**
 * The next `HH:MM` on the clock of the zone, epoch ms; with `daysAhead`, that of a later day. On a day
 * that skips this time it is the moment the clocks arrive behind it.
 */
export function nextLocalTime(
  now: number,
  zone: string,
  { time, daysAhead = 0 }: { time: string; daysAhead?: number },
): number {
  const here = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone);
  const on = (days: number) =>
    here.add({ days }).withPlainTime(Temporal.PlainTime.from(time)).epochMilliseconds;
  if (daysAhead > 0) return on(daysAhead);
  const today = on(0);
  return today > now ? today : on(1);
}
