import type { EntityInfo } from '@tomte/sdk/home';
import { litresPer, litresPerMinutePer } from '../units.ts';

export interface WaterSensor {
  readonly id: string;
  readonly kind: 'flow' | 'meter';
  /** Litres a minute, or litres, in one unit of the sensor. */
  readonly factor: number;
  readonly unit: string | null;
  readonly name: string;
}

// Device class volume_flow_rate also names air, heating circuits and pools, which run for hours by design.
const otherFlows =
  /heat|heiz|boiler|radiator|floor|circul|brine|coolant|air|vent|luft|pool|gas|fuel|oil/i;
const waterWords = /water|wasser|vann|vatten|eau|agua|acqua/i;

/** The water sensors among these; `chosen` (not empty) names them outright. */
export function waterSensors(
  entities: readonly EntityInfo[],
  chosen: readonly string[] = [],
): WaterSensor[] {
  return entities.flatMap((entity): WaterSensor[] => {
    if (chosen.length > 0 && !chosen.includes(entity.id)) return [];
    const named = { id: entity.id, unit: entity.unit, name: entity.name };
    const perMinute = litresPerMinutePer(entity.unit);
    if (perMinute !== null && isFlow(entity, chosen)) {
      return [{ ...named, kind: 'flow', factor: perMinute }];
    }
    const litres = litresPer(entity.unit);
    if (litres !== null && isMeter(entity, chosen)) {
      return [{ ...named, kind: 'meter', factor: litres }];
    }
    return [];
  });
}

const isFlow = (entity: EntityInfo, chosen: readonly string[]): boolean =>
  chosen.includes(entity.id) ||
  (entity.deviceClass === 'volume_flow_rate' && !otherFlows.test(`${entity.id} ${entity.name}`));

/** A statistic without an entity (`source:name`) has no device class: its own words must say water. */
const isMeter = (entity: EntityInfo, chosen: readonly string[]): boolean =>
  chosen.includes(entity.id) ||
  (entity.deviceClass === 'water' &&
    (entity.stateClass === 'total' || entity.stateClass === 'total_increasing')) ||
  (entity.id.includes(':') && waterWords.test(`${entity.id} ${entity.name}`));
