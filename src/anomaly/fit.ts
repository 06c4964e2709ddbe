import type { EntityInfo } from '@tomte/sdk/home';
import type { Facts } from '@tomte/sdk/types';

/** What people read of a finding, and the numbers it was made from. */
export interface Worded {
  readonly title: string;
  readonly text: string;
  readonly lines: string[];
  readonly facts: Facts;
}

const titleMax = 45;
const textMax = 240;

/** As many sentences as there is room for beside the title, dropped from the right. */
export function fit(title: string, sentences: readonly string[]): string {
  let text = '';
  for (const sentence of sentences) {
    const longer = text === '' ? sentence : `${text} ${sentence}`;
    if (title.length + longer.length > textMax) break;
    text = longer;
  }
  return text;
}

/** A title with a name in it: a name that is too long is cut, the number behind it is not. */
export function titled(name: string, rest: string): string {
  const room = titleMax - rest.length;
  return `${name.length > room ? `${name.slice(0, room - 1).trimEnd()}…` : name}${rest}`;
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
