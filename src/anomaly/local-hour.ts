import { Temporal } from 'temporal-polyfill';

export const minuteMs = 60_000;
export const hourMs = 3_600_000;
export const dayMs = 86_400_000;

/** Where an instant stands on the home's wall clock. */
export interface LocalHour {
  /** Start of the UTC hour it belongs to, epoch ms: Home Assistant's statistics are cut there. */
  readonly start: number;
  /** 0 to 23 on the wall clock; the hour repeated in autumn comes twice, the one skipped in spring never. */
  readonly hour: number;
  readonly weekend: boolean;
  /** `2026-11-13`. */
  readonly day: string;
}

/** Hours of each zone, shared by all that ask: a past is looked at many times over. */
const zones = new Map<string, Map<number, LocalHour>>();
const keptMax = 6_000;

function hourOf(zone: string, start: number): LocalHour {
  let hours = zones.get(zone);
  if (!hours || hours.size >= keptMax) {
    hours = new Map();
    zones.set(zone, hours);
  }
  const known = hours.get(start);
  if (known) return known;
  const at = Temporal.Instant.fromEpochMilliseconds(start).toZonedDateTimeISO(zone);
  const day = at.toPlainDate().toString();
  const made = { start, hour: at.hour, weekend: at.dayOfWeek >= 6, day };
  hours.set(start, made);
  return made;
}

/** Answers local hours of one zone. Keeps the newest answers: readings come in time order. */
export function localHours(zone: string): (t: number) => LocalHour {
  let last: LocalHour | null = null;
  let before: LocalHour | null = null;
  return (t) => {
    const start = Math.floor(t / hourMs) * hourMs;
    if (last !== null && last.start === start) return last;
    // Some ask of now and of half an hour ago by turns.
    if (before !== null && before.start === start) return before;
    const made = hourOf(zone, start);
    if (last === null || start > last.start) {
      before = last;
      last = made;
    } else before = made;
    return made;
  };
}
