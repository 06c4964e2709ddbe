import { type LocalHour, minuteMs } from '../local-hour.ts';
import { dropDay, newTail, noteHigh, type Tail } from '../tail.ts';

/** All that is known of one door or window; epoch ms. Plain JSON. */
export interface DoorPart {
  readonly id: string;
  at: number;
  /** Null while it is shut, or was never seen to open. */
  openSince: number | null;
  /** When it was last shut; null when never seen. */
  shutAt: number | null;
  /** The room's temperature when it was opened, °C. */
  roomFrom: number | null;
  unknownSince: number | null;
  /** Longest time open of each day it was opened, minutes; and with everybody away. */
  readonly minutes: Tail;
  readonly away: Tail;
  /** Times open of late, minutes: what "usually" says. */
  readonly recent: number[];
}

export const newDoor = (id: string): DoorPart => ({
  id,
  at: 0,
  openSince: null,
  shutAt: null,
  roomFrom: null,
  unknownSince: null,
  minutes: newTail(),
  away: newTail(),
  recent: [],
});

const recentMax = 40;

/** What it said, at the part's clock. A door that was open when first heard opened nobody knows when. */
export function hearDoor(
  part: DoorPart,
  v: number | string,
  o: { frozen: boolean; local: (t: number) => LocalHour },
): void {
  if (v === 'on') {
    part.unknownSince = null;
    part.openSince ??= part.at;
    return;
  }
  if (v !== 'off') {
    part.unknownSince ??= part.at;
    return;
  }
  part.unknownSince = null;
  if (part.openSince !== null && part.shutAt !== null && !o.frozen) {
    const minutes = (part.at - part.openSince) / minuteMs;
    noteHigh(part.minutes, o.local(part.openSince).day, minutes);
    part.recent.push(Math.round(minutes * 10) / 10);
    if (part.recent.length > recentMax) part.recent.shift();
  }
  part.openSince = null;
  part.roomFrom = null;
  part.shutAt = part.at;
}

/** What led to an episode is no habit. */
export function forgetOpening(part: DoorPart): void {
  dropDay(part.minutes);
  dropDay(part.away);
}
