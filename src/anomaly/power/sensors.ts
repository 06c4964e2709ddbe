import type { EntityInfo } from '@tomte/sdk/home';
import { wordsOf } from '../people-sensors.ts';

export interface PowerSensor {
  readonly entity: EntityInfo;
  /** Watts in one unit of the sensor. */
  readonly factor: number;
  /** The whole house, what one thing draws, or one that is known to start and stop by itself. */
  readonly kind: 'house' | 'thing' | 'cycler';
}

const houseWords =
  /\b(house|home|total|grid|mains?|whole|import|consumption|net|p1|dsmr|smart ?meter|electricity meter|haus|huis|hus|verbrauch|verbruik|forbruk|netz|strømmåler)\b/i;
const cyclerWords =
  /heat ?pump|wärmepumpe|warmtepomp|varmepumpe|värmepump|pompe à chaleur|compressor|air ?con|klima|boiler|furnace|fridge|freezer|kühlschrank|koelkast|kyl|frys|sump|well pump/i;
/** What makes or stores power, and phases that are counted in the whole. */
const otherWords =
  /solar|\bpv\b|inverter|photovolt|battery|batterie|export|feed ?in|return|production|generation|injection|surplus|apparent|reactive|limit|set ?point|forecast|phase|\bl[123]\b/i;

const watts: Readonly<Record<string, number>> = { W: 1, kW: 1000, mW: 0.001 };

/** Whose power is watched; `chosen` (not empty) names them outright. Without words for it, one sensor alone is the house. */
export function powerSensors(
  entities: readonly EntityInfo[],
  chosen: readonly string[] = [],
): PowerSensor[] {
  const found = entities.filter((e) => {
    if (e.domain !== 'sensor' || watts[e.unit ?? ''] === undefined) return false;
    if (chosen.length > 0) return chosen.includes(e.id);
    return e.deviceClass === 'power' && !otherWords.test(wordsOf(e));
  });
  const named = found.find((e) => houseWords.test(wordsOf(e)) && !cyclerWords.test(wordsOf(e)));
  const plain = found.filter((e) =>
    /^sensor\.(power|active_power|current_power|power_usage|energy_power|electricity)$/.test(e.id),
  );
  const house = named ?? plain[0] ?? (found.length === 1 ? found[0] : undefined);
  return found.map((entity) => ({
    entity,
    factor: watts[entity.unit!]!,
    kind: entity === house ? 'house' : cyclerWords.test(wordsOf(entity)) ? 'cycler' : 'thing',
  }));
}
