import type { EntityInfo } from '@tomte/sdk/home';

const isMotion = (e: EntityInfo): boolean =>
  e.domain === 'binary_sensor' &&
  ['motion', 'occupancy', 'presence'].includes(e.deviceClass ?? '') &&
  !isOutdoors(e);

const outdoorWords =
  /yard|garden|outside|outdoor|exterior|drive ?way|porch|terrace|terrasse|patio|balcon|balkon|veranda|street|side ?walk|car ?port|lawn|door ?bell|garten|außen|aussen|draußen|einfahrt|straße|tuin|buiten|oprit|jardin|jardín|extérieur|utomhus|utendørs|udendørs|\b(gate|deck|road|hof|hage|trädgård|ute)\b/i;

/** All that names an entity, as words. */
export const wordsOf = (e: EntityInfo): string =>
  `${e.id} ${e.name} ${e.area ?? ''} ${e.device ?? ''}`.replace(/[_.-]/g, ' ');

/** Cats, rain and passers-by: what moves there says nothing of the house. */
export const isOutdoors = (e: EntityInfo): boolean => outdoorWords.test(wordsOf(e));

/** What tells whether somebody is about: motion sensors indoors and persons; trackers only without persons. */
export function peopleSensors(entities: readonly EntityInfo[]): {
  motion: string[];
  who: string[];
} {
  const persons = entities.filter((e) => e.domain === 'person');
  const who = persons.length > 0 ? persons : entities.filter((e) => e.domain === 'device_tracker');
  return { motion: entities.filter(isMotion).map((e) => e.id), who: who.map((e) => e.id) };
}
