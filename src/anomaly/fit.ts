import type { EntityInfo } from '@tomte/sdk/home';
import type { Facts } from '@tomte/sdk/types';

export { fit, titled } from '@tomte/sdk/words';

/** What people read of a finding, and the numbers it was made from. */
export interface Worded {
  readonly title: string;
  readonly text: string;
  readonly lines: string[];
  readonly facts: Facts;
}

const kindWords =
  /\s+((air )?temperature|contact|opening|((current|active) )?power|motion|occupancy|battery( level)?|state of charge)?( sensor)?$/i;

/** A name as people say it: as in Home Assistant without the kind of sensor at its end; never an id. */
export function nameOf(entity: EntityInfo): string {
  const given = entity.name === entity.id ? wordsOfId(entity.id) : entity.name.trim();
  const short = given.replace(kindWords, '');
  const name = short === '' ? given : short;
  return name.charAt(0).toUpperCase() + name.slice(1);
}
const wordsOfId = (id: string): string => (id.split('.')[1] ?? id).replaceAll('_', ' ');

/** Four figures for the facts: what is written is made of these. */
export const round = (value: number): number => Number(value.toPrecision(4));
