import type { Facts } from '@tomte/sdk/types';
import { clockTime, count, duration, moment } from '@tomte/sdk/words';
import { fit, round, titled, type Worded } from '../fit.ts';
import { minuteMs } from '../local-hour.ts';
import { degrees, degreesApart } from '../units.ts';

/** All that the words are made of. °C, minutes, epoch ms. */
export interface ToldDoor {
  readonly name: string;
  readonly since: number;
  readonly now: number;
  readonly zone: string;
  /** Three in four times it is shut within this, minutes; null before five times are known. */
  readonly usualMinutes: number | null;
  readonly longestMinutes: number | null;
  readonly outside: { celsius: number; unit: string | null } | null;
  readonly room: { name: string; lost: number; unit: string | null } | null;
  readonly awaySince: number | null;
  readonly home: string | null;
}

export function wordDoor(told: ToldDoor): Worded {
  const title = titled(told.name, ` open for ${spoken(told.now - told.since)}`);
  const from = moment(told.since, told.now, told.zone);
  const usual = usually(told);
  const text = fit(title, [
    usual === null ? `Open since ${from}.` : `Open since ${from}; ${usual}.`,
    ...away(told),
    ...cold(told),
    ...(usual === null ? ['I do not know its habits yet.'] : []),
  ]);
  return { title, text, lines: linesOf(told), facts: factsOf(told) };
}

/** `25 minutes`, and from two hours on `3 h 10 min`. */
function spoken(ms: number): string {
  const minutes = Math.round(ms / minuteMs);
  return minutes < 120 ? count(minutes, 'minute') : duration(ms);
}

const usually = ({ usualMinutes }: ToldDoor): string | null =>
  usualMinutes === null
    ? null
    : `usually shut within ${duration(Math.max(1, Math.ceil(usualMinutes)) * minuteMs)}`;

const away = (told: ToldDoor): string[] =>
  told.awaySince === null
    ? []
    : [`Nobody has been home since ${moment(told.awaySince, told.now, told.zone)}.`];

function cold({ outside, room }: ToldDoor): string[] {
  const out = outside ? `${degrees(outside.celsius, outside.unit)} outside` : null;
  const lost =
    room && room.lost >= 0.5 ? `${room.name} has lost ${degreesApart(room.lost, room.unit)}` : null;
  if (out === null && lost === null) return [];
  const both = [out, lost && (out === null ? lost : lost.charAt(0).toLowerCase() + lost.slice(1))];
  return [`${both.filter((part) => part !== null).join(', ')}.`];
}

const linesOf = (told: ToldDoor): string[] => [
  ...(told.home ? [`At home: ${told.home}`] : []),
  ...(told.longestMinutes !== null && told.longestMinutes >= 1
    ? [`Longest of ordinary days: ${duration(told.longestMinutes * minuteMs)}`]
    : []),
];

function factsOf(told: ToldDoor): Facts {
  const { since, now, zone, outside, room } = told;
  return {
    is: 'Open',
    usually: usually(told) ?? 'not known yet',
    since: `${moment(since, now, zone)}, ${duration(now - since)}`,
    around: [...away(told), ...cold(told)].map((line) => line.replace(/\.$/, '')),
    probably: null,
    check: 'Shut it, or say that it stays open',
    numbers: {
      minutes: Math.round((now - since) / minuteMs),
      usualMinutes: told.usualMinutes === null ? null : round(told.usualMinutes),
      longestMinutes: told.longestMinutes === null ? null : round(told.longestMinutes),
      outsideDegrees: outside ? round(outside.celsius) : null,
      roomLostDegrees: room ? round(room.lost) : null,
    },
  };
}

export function wordDoorOver(told: ToldDoor): Worded {
  const title = titled(`Over: ${told.name}`, ` shut at ${clockTime(told.now, told.zone)}`);
  const facts = { ...factsOf(told), is: 'Shut', check: null };
  return { title, text: `It was open for ${duration(told.now - told.since)}.`, lines: [], facts };
}
