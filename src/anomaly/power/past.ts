import type { Finding, Past } from '@tomte/sdk/define';
import { hourMs, localHours } from '../local-hour.ts';
import { type PartsState, partsState } from '../watch-parts.ts';
import { newPower, type PowerPart } from './part.ts';
import { powerSensors } from './sensors.ts';
import type { PowerSettings } from './settings.ts';
import { watchPower } from './watch.ts';

const hoursMin = 7 * 24;

/** What is usual of the house, from the lowest value of each hour; of single things hours tell too little. */
export function learnPower(past: Past, settings: PowerSettings): PartsState<PowerPart> {
  const local = localHours(past.zone);
  const parts = powerSensors(past.entities, settings.sensors).flatMap(
    ({ entity, kind, factor }) => {
      const rows = past.hours.get(entity.id) ?? [];
      if (kind !== 'house' || rows.length < hoursMin) return [];
      const part = newPower(entity.id);
      const recent: number[] = [];
      for (const { start, min, mean } of rows) {
        const low = min ?? mean;
        if (low === null) continue;
        const watts = Math.round(low * factor);
        const lows = part.lows[local(start).hour]!;
        lows.push(watts);
        if (lows.length > 21) lows.shift();
        recent.push(watts);
        if (recent.length > 12) recent.shift();
        if (recent.length === 12 && start % (6 * hourMs) === 0)
          part.bases.push(Math.min(...recent));
        if (part.bases.length > 84) part.bases.shift();
      }
      return [part];
    },
  );
  return partsState(parts);
}

/** What would have been told: the lowest value of each hour as one reading, the house only. */
export function lookAtPower(past: Past, settings: PowerSettings): Finding[] {
  const sensors = powerSensors(past.entities, settings.sensors);
  const houses = sensors.filter((s) => s.kind === 'house');
  // The others would be passed over at each tick.
  const silent = new Set(sensors.flatMap((s) => (s.kind === 'house' ? [] : [s.entity.id])));
  const watch = watchPower({
    settings,
    entities: past.entities.filter(({ id }) => !silent.has(id)),
    zone: past.zone,
    state: learnPower(past, settings),
  });
  const found: Finding[] = [];
  for (const { entity } of houses) {
    for (const { start, min, mean } of past.hours.get(entity.id) ?? []) {
      const low = min ?? mean;
      if (low === null) continue;
      found.push(...watch.read({ t: start, id: entity.id, v: low }));
      for (let t = start + hourMs / 6; t < start + hourMs; t += hourMs / 6)
        found.push(...watch.tick(t));
    }
  }
  return found;
}
