import type { EntityInfo } from '@tomte/sdk/home';
import { isOutdoors, wordsOf } from '../people-sensors.ts';
import { isDegrees } from '../units.ts';

export type DoorKind = 'door' | 'garage' | 'window' | 'fridge';
export interface DoorSensor {
  readonly entity: EntityInfo;
  readonly kind: DoorKind;
  /** A temperature of the same room; null where there is none. */
  readonly room: EntityInfo | null;
}

const classes = ['door', 'window', 'garage_door', 'opening'];
const garageWords = /garage|carport|garasje|garagentor/i;
const windowWords =
  /window|fenster|raam|fönster|vindu|vindue|fenêtre|ventana|finestra|skylight|velux/i;
const fridgeWords =
  /fridge|freezer|refrigerat|kühl|gefrier|koelkast|vriezer|kyl|frys|frigo|nevera/i;
/** Gates and sheds are left open for a day, and boxes and flaps are no doors of a home. */
const otherWords =
  /mail ?box|letter ?box|briefkasten|brievenbus|postkasse|cat ?flap|pet ?door|tamper|lid\b|valve|dishwasher|washing machine|washer|dryer|oven|microwave|printer/i;

/** The doors and windows among these; `chosen` (not empty) names them outright. */
export function doorSensors(
  entities: readonly EntityInfo[],
  chosen: readonly string[] = [],
): DoorSensor[] {
  const temperatures = entities.filter(
    (e) => e.domain === 'sensor' && e.deviceClass === 'temperature' && isDegrees(e.unit),
  );
  return entities.flatMap((entity): DoorSensor[] => {
    if (entity.domain !== 'binary_sensor' || !classes.includes(entity.deviceClass ?? '')) return [];
    const words = wordsOf(entity);
    if (chosen.length > 0 ? !chosen.includes(entity.id) : otherWords.test(words)) return [];
    const room = temperatures.find(
      (e) =>
        e.area !== null &&
        e.area === entity.area &&
        !isOutdoors(e) &&
        !fridgeWords.test(wordsOf(e)),
    );
    return [{ entity, kind: kindOf(entity, words), room: room ?? null }];
  });
}

function kindOf(entity: EntityInfo, words: string): DoorKind {
  if (fridgeWords.test(words)) return 'fridge';
  if (entity.deviceClass === 'garage_door' || garageWords.test(words)) return 'garage';
  return entity.deviceClass === 'window' || windowWords.test(words) ? 'window' : 'door';
}
