import { clockTime, moment } from '@tomte/sdk/words';

/** Home Assistant's word, and since when; `first` where no earlier word was heard. */
interface Heard {
  readonly v: string;
  readonly at: number;
  readonly first?: true;
}
/** What is known of who is about, by entity. Plain JSON. */
export interface People {
  readonly motion: Record<string, Heard>;
  readonly who: Record<string, Heard>;
}
export const nobodyKnown = (): People => ({ motion: {}, who: {} });

const minuteMs = 60_000;
const movingMs = 15 * minuteMs;
/** A motion sensor that is on for longer is stuck, or counts a sleeper: it tells nothing of now. */
const stuckMs = 30 * minuteMs;
/** Up to this long it may be somebody who sits still, so nobody is claimed to be away. */
const sittingMsMax = 12 * 60 * minuteMs;

export function hearPerson(
  kept: Record<string, Heard>,
  reading: { id: string; v: number | string; t: number },
): void {
  const v = String(reading.v);
  // What a sensor said before it fell silent is the newest that is known.
  if (v === 'unavailable' || v === 'unknown' || kept[reading.id]?.v === v) return;
  const first = kept[reading.id] === undefined;
  kept[reading.id] = { v, at: reading.t, ...(first && { first }) };
}

/** Forgets sensors that are no longer listened to. */
export function keepOnly(kept: Record<string, unknown>, ids: { has(id: string): boolean }): void {
  for (const id of Object.keys(kept)) if (!ids.has(id)) delete kept[id];
}

/** One sentence on who is about, or null when nothing tells. */
export function peopleSentence(people: People, now: number, zone: string): string | null {
  const who = Object.values(people.who);
  if (who.length > 0 && who.every((one) => one.v !== 'home')) {
    const left = Math.max(...who.map((one) => one.at));
    return `Nobody has been home since ${moment(left, now, zone)}.`;
  }
  return motionSentence(Object.values(people.motion), now, zone);
}

function motionSentence(motion: readonly Heard[], now: number, zone: string): string | null {
  // One that is on as long as it is heard has not been seen to move.
  const turnedOn = motion.filter((one) => one.v === 'on' && !one.first).map((one) => one.at);
  if (turnedOn.some((at) => now - at < movingMs)) return 'Somebody is moving in the house.';
  const ended = motion.filter((one) => one.v !== 'on').map((one) => one.at);
  const last = Math.max(...ended, ...turnedOn.filter((at) => now - at <= stuckMs));
  if (!Number.isFinite(last)) return null;
  if (turnedOn.includes(last) || now - last < 10 * minuteMs) {
    return `Somebody moved at ${clockTime(last, zone)}.`;
  }
  const sitting = motion.some((one) => one.v === 'on' && now - one.at < sittingMsMax);
  return sitting ? null : `Nobody has moved since ${moment(last, now, zone)}.`;
}
