import { clockTime, moment } from '@tomte/sdk/words';

/** What is known of who is about. Plain JSON. */
export interface People {
  /** By entity: Home Assistant's word, and since when. */
  readonly motion: Record<string, { v: string; at: number }>;
  readonly who: Record<string, { v: string; at: number }>;
}
export const nobodyKnown = (): People => ({ motion: {}, who: {} });

export function hearPerson(
  kept: Record<string, { v: string; at: number }>,
  reading: { id: string; v: number | string; t: number },
): void {
  const v = String(reading.v);
  // What a sensor said before it fell silent is the newest that is known.
  if (v === 'unavailable' || v === 'unknown' || kept[reading.id]?.v === v) return;
  kept[reading.id] = { v, at: reading.t };
}

/** One sentence on who is about, or null when nothing tells. */
export function peopleSentence(people: People, now: number, zone: string): string | null {
  const who = Object.values(people.who);
  if (who.length > 0 && who.every((one) => one.v !== 'home')) {
    const left = Math.max(...who.map((one) => one.at));
    return `Nobody has been home since ${moment(left, now, zone)}.`;
  }
  const motion = Object.values(people.motion);
  if (motion.length === 0) return null;
  if (motion.some((one) => one.v === 'on')) return 'Somebody is moving in the house.';
  const last = Math.max(...motion.map((one) => one.at));
  if (now - last < 10 * 60_000) return `Somebody moved at ${clockTime(last, zone)}.`;
  return `Nobody has moved since ${moment(last, now, zone)}.`;
}
