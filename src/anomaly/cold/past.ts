import type { Finding, Past } from '@tomte/sdk/define';
import type { HourRow } from '@tomte/sdk/home';
import { hourMs, localHours, minuteMs } from '../local-hour.ts';
import { noteHigh } from '../tail.ts';
import { celsiusOf } from '../units.ts';
import { type PartsState, partsState } from '../watch-parts.ts';
import { type ColdPart, newCold, usualOf } from './part.ts';
import { coldSensors } from './sensors.ts';
import type { ColdSettings } from './settings.ts';
import { watchCold } from './watch.ts';

const hoursMax = 14 * 24;

/**
 * What is usual, from hours: their means, how far the highest value of each day stands above the
 * middle, and how many hours on end are warm. A defrost shows in the highest value only.
 */
export function learnCold(past: Past, settings: ColdSettings): PartsState<ColdPart> {
  const local = localHours(past.zone);
  const parts = coldSensors(past.entities, settings.sensors).flatMap(({ entity }) => {
    const hours = celsiusHours(past.hours.get(entity.id) ?? [], entity.unit);
    const usual = usualOf(hours.map((hour) => hour.mean));
    if (!usual) return [];
    const part = newCold(entity.id);
    let warmSince: number | null = null;
    for (const { start, mean, max } of hours) {
      part.means.push(Number(mean.toFixed(2)));
      warmSince = mean > usual.top ? (warmSince ?? start) : null;
      const { day } = local(start);
      // Twenty minutes smooth a peak of the hour down to about half of it.
      noteHigh(part.warmth, day, (mean + max) / 2 - usual.middle);
      const minutes = warmSince === null ? 0 : (start + hourMs - warmSince) / minuteMs;
      noteHigh(part.minutes, day, Math.max(minutes, max > usual.top ? 25 : 0));
    }
    part.means.splice(0, Math.max(0, part.means.length - hoursMax));
    return [part];
  });
  return partsState(parts);
}

/** What would have been told: the hours as one reading each, judged by what all of them are like. */
export function lookAtCold(past: Past, settings: ColdSettings): Finding[] {
  const watch = watchCold({
    settings,
    entities: past.entities,
    zone: past.zone,
    state: learnCold(past, settings),
  });
  const readings = coldSensors(past.entities, settings.sensors).flatMap(({ entity }) =>
    (past.hours.get(entity.id) ?? []).flatMap(({ start, mean }) =>
      mean === null ? [] : [{ t: start, id: entity.id, v: mean }],
    ),
  );
  readings.sort((a, b) => a.t - b.t);
  const found = readings.flatMap((reading) => watch.read(reading));
  const end = readings.at(-1);
  return end ? [...found, ...watch.tick(end.t + hourMs)] : found;
}

function celsiusHours(
  rows: readonly HourRow[],
  unit: string | null,
): { start: number; mean: number; max: number }[] {
  return rows.flatMap(({ start, mean, max }) => {
    const celsius = mean === null ? null : celsiusOf(mean, unit);
    if (celsius === null) return [];
    return [{ start, mean: celsius, max: celsiusOf(max ?? mean!, unit) ?? celsius }];
  });
}
