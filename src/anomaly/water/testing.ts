import type { DetectorContext, Finding, Past, Watch } from '@tomte/sdk/define';
import type { EntityInfo, HourRow, Reading } from '@tomte/sdk/home';
import { hourMs, localHours, minuteMs } from '../local-hour.ts';
import { type WaterSettings, waterSettings } from './settings.ts';
import { watchWater } from './watch.ts';

/** Test kit of the water detector: a home with a flow sensor, a meter, motion, a person. */
export const zone = 'Europe/Amsterdam';

export const entity = (id: string, part: Partial<EntityInfo> = {}): EntityInfo => ({
  id,
  name: id,
  domain: id.split('.')[0]!,
  deviceClass: null,
  stateClass: null,
  unit: null,
  area: null,
  device: null,
  labels: [],
  platform: null,
  ...part,
});
export const flow = entity('sensor.water_flow', {
  deviceClass: 'volume_flow_rate',
  stateClass: 'measurement',
  unit: 'L/min',
});
export const meter = entity('sensor.water_total', {
  deviceClass: 'water',
  stateClass: 'total_increasing',
  unit: 'L',
});
export const motion = entity('binary_sensor.hall', { deviceClass: 'motion' });
export const clock = entity('sensor.clock');

export const settingsOf = (part: Partial<WaterSettings> = {}): WaterSettings =>
  waterSettings.parse(part);

export const openWatch = (o: Partial<DetectorContext<WaterSettings>> = {}): Watch =>
  watchWater({ settings: settingsOf(), entities: [flow], zone, state: null, ...o });

/** Feeds readings, and a tick a minute between them as a running home gives. */
export function feed(watch: Watch, readings: readonly Reading[], until?: number): Finding[] {
  const found: Finding[] = [];
  let at = readings[0]?.t ?? 0;
  for (const reading of readings) {
    for (; at + minuteMs < reading.t; at += minuteMs) found.push(...watch.tick(at + minuteMs));
    found.push(...watch.read(reading));
    at = reading.t;
  }
  for (; until !== undefined && at + minuteMs <= until; at += minuteMs) {
    found.push(...watch.tick(at + minuteMs));
  }
  return found;
}

export const at = (text: string): number => Date.parse(text);
export const say = (t: number, v: number | string, id = flow.id): Reading => ({ t, id, v });

/** Litres of an ordinary hour: nights nearly dry, showers in the morning, a smaller evening. */
export function usualLitres(t: number, inZone = zone): number {
  const { hour, weekend } = localHours(inZone)(t);
  const awake = hour >= 7 && hour <= 22 ? 4 : 0.2;
  const morning = 60 * Math.exp(-((hour - (weekend ? 8.5 : 7.5)) ** 2) / 2);
  return awake + morning * (weekend ? 0.6 : 1) + 35 * Math.exp(-((hour - 19) ** 2) / 5);
}

/** Hours of a meter's past, `extra(t)` litres more; trembling a little, the same each time. */
export function pastOf(o: {
  until: number;
  days: number;
  entities?: readonly EntityInfo[];
  extra?: (t: number) => number;
}): Past {
  const rows: HourRow[] = [];
  const entities = o.entities ?? [meter];
  for (let t = o.until - o.days * 24 * hourMs; t < o.until; t += hourMs) {
    const tremble = 1 + 0.3 * Math.sin(t / hourMs) * Math.cos(t / hourMs / 7);
    const litres = usualLitres(t) * tremble + (o.extra?.(t) ?? 0);
    const mean = litres / 60;
    const max = litres > 3 ? 9 + 3 * tremble : litres / 60;
    rows.push({ start: t, mean, min: 0, max, change: litres });
  }
  return { zone, entities, hours: new Map(entities.map((e) => [e.id, rows])) };
}
