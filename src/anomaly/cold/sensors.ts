import type { EntityInfo } from '@tomte/sdk/home';
import { wordsOf } from '../people-sensors.ts';
import { isDegrees } from '../units.ts';

export type ColdKind = 'fridge' | 'freezer';
export interface ColdSensor {
  readonly entity: EntityInfo;
  /** By its words; what it measures decides where they say both. */
  readonly kind: ColdKind;
  /** Watts of the plug it hangs on, where that is known. */
  readonly plug: EntityInfo | null;
}

const freezerWords =
  /freezer|deep ?freeze|gefrier|tiefkühl|tiefkuhl|kühltruhe|vriezer|diepvries|frys|congélateur|congelateur|congelador|congelatore|pakastin/i;
const fridgeWords =
  /fridge|refrigerat|kühlschrank|kuhlschrank|koelkast|kyl|kjøleskap|køleskab|\bfrigo|réfrigérateur|nevera|frigorifero|jääkaappi|wine cooler/i;
const otherWords = /set ?point|target|soll|compressor|condenser|evaporator|ambient|cpu|chip|board/i;

export const isCold = (e: EntityInfo): boolean =>
  freezerWords.test(wordsOf(e)) || fridgeWords.test(wordsOf(e));

/** The fridges and freezers among these; `chosen` (not empty) names them outright. */
export function coldSensors(
  entities: readonly EntityInfo[],
  chosen: readonly string[] = [],
): ColdSensor[] {
  return entities.flatMap((entity): ColdSensor[] => {
    if (entity.domain !== 'sensor' || !isDegrees(entity.unit)) return [];
    const words = wordsOf(entity);
    if (chosen.length > 0 ? !chosen.includes(entity.id) : !isFound(entity, words)) return [];
    const kind = freezerWords.test(words) ? 'freezer' : 'fridge';
    return [{ entity, kind, plug: plugOf(entity, entities, kind) }];
  });
}

const isFound = (entity: EntityInfo, words: string): boolean =>
  entity.deviceClass === 'temperature' && isCold(entity) && !otherWords.test(words);

/** Power of the same device, or of one whose words name the same kind. */
function plugOf(
  entity: EntityInfo,
  entities: readonly EntityInfo[],
  kind: ColdKind,
): EntityInfo | null {
  const watts = entities.filter((e) => e.deviceClass === 'power' && e.unit === 'W');
  const words = kind === 'freezer' ? freezerWords : fridgeWords;
  const same = watts.find((e) => e.device !== null && e.device === entity.device);
  return same ?? watts.find((e) => words.test(wordsOf(e))) ?? null;
}
