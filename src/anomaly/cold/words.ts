import type { Facts } from '@tomte/sdk/types';
import { amount, count, duration, moment } from '@tomte/sdk/words';
import { fit, round, titled, type Worded } from '../fit.ts';
import { minuteMs } from '../local-hour.ts';
import { degrees, degreesApart } from '../units.ts';
import type { ColdUsual } from './part.ts';
import type { ColdKind } from './sensors.ts';

/** All that the words are made of. °C, epoch ms. */
export interface ToldCold {
  readonly kind: ColdKind;
  /** `The freezer`, or its own name where there are several. */
  readonly name: string;
  readonly unit: string | null;
  readonly value: number;
  /** Smoothed: now, and at `since`. */
  readonly smooth: number;
  readonly from: number | null;
  readonly usual: ColdUsual | null;
  /** Longest ordinary time above the top, minutes. */
  readonly longestMinutes: number | null;
  /** Days behind what is usual. */
  readonly days: number;
  readonly since: number;
  readonly now: number;
  readonly zone: string;
  /** What its plug draws, and since when; null where there is none. */
  readonly plug: { watts: number; since: number } | null;
}

/** Where food begins to suffer, °C. */
const badAt: Record<ColdKind, number> = { freezer: -5, fridge: 10 };
const defrostMinutesMin = 10;

export function wordCold(told: ToldCold): Worded {
  const rising = risingPerHour(told);
  const warming = rising !== null && rising >= 0.5;
  const shown = degrees(told.value, told.unit);
  const title = titled(told.name, ` is ${warming ? 'warming' : 'warm'}: ${shown}`);
  const text = fit(title, [
    was(told, rising),
    ...notDefrost(told),
    ...pace(told, rising),
    told.plug && told.plug.watts < 1 ? 'Its plug draws nothing.' : 'Is the door shut?',
  ]);
  return { title, text, lines: linesOf(told), facts: factsOf(told, rising) };
}

function was(told: ToldCold, rising: number | null): string {
  const shown = degrees(told.value, told.unit);
  const from = moment(told.since, told.now, told.zone);
  const up = risingWords(told, rising).replace(',', ' and');
  if (!told.usual) return `${shown} since ${from}${up}.`;
  return `Was ${degrees(told.usual.middle, told.unit)} until ${from}, now ${shown}${up}.`;
}

/** `, rising 2.1 °C an hour`; nothing while it does not. */
const risingWords = ({ unit }: ToldCold, rising: number | null): string =>
  rising !== null && rising >= 0.5 ? `, rising ${degreesApart(rising, unit)} an hour` : '';

function notDefrost(told: ToldCold): string[] {
  const minutes = told.longestMinutes;
  if (minutes === null) return [];
  if (told.kind === 'freezer' && minutes >= defrostMinutesMin) {
    return [`Not a defrost: those end in ${duration(minutes * minuteMs)}.`];
  }
  if (minutes < 1) return ['It never was that warm.'];
  return [`It is never warm for longer than ${duration(minutes * minuteMs)}.`];
}

function pace(told: ToldCold, rising: number | null): string[] {
  const bad = badAt[told.kind];
  if (rising === null || rising < 0.5 || told.value >= bad) return [];
  const hours = (bad - told.value) / rising;
  if (hours > 12) return [];
  // Nobody reads minutes in a guess.
  const at = Math.round((told.now + hours * 3_600_000) / (15 * minuteMs)) * 15 * minuteMs;
  return [`At this pace ${degrees(bad, told.unit)} by about ${moment(at, told.now, told.zone)}.`];
}

/** Degrees an hour since it left what is usual; null while that is too short to say. */
function risingPerHour(told: ToldCold): number | null {
  const ms = told.now - told.since;
  if (told.from === null || ms < 10 * minuteMs) return null;
  return ((told.smooth - told.from) / ms) * 3_600_000;
}

function linesOf(told: ToldCold): string[] {
  const { plug, usual, now, zone } = told;
  return [
    ...(plug
      ? [`Its plug draws ${amount(plug.watts, 'W')} since ${moment(plug.since, now, zone)}`]
      : []),
    usual
      ? `Nine in ten hours of ${count(told.days, 'day')} stay below ${degrees(usual.top, told.unit)}`
      : 'I do not know this one yet: told by plain rule',
  ];
}

function factsOf(told: ToldCold, rising: number | null): Facts {
  const { usual, unit, since, now, zone, plug } = told;
  const lasted = duration(now - since);
  const off = plug !== null && plug.watts < 1;
  return {
    is: `${degrees(told.value, unit)}${risingWords(told, rising)}`,
    usually: usual
      ? `${degrees(usual.middle, unit)}, seldom above ${degrees(usual.top, unit)}`
      : 'not known yet',
    since: `${moment(since, now, zone)}, ${lasted}`,
    around: [
      ...linesOf(told).slice(0, plug ? 1 : 0),
      ...notDefrost(told).map((line) => line.replace(/\.$/, '')),
      ...pace(told, rising).map((line) => line.replace(/\.$/, '')),
    ],
    probably: off ? 'It has no power' : 'The door is not shut',
    check: off ? 'Look at its plug and the fuse first' : 'Shut the door first',
    numbers: {
      degrees: round(told.value),
      usualDegrees: usual ? round(usual.middle) : null,
      topDegrees: usual ? round(usual.top) : null,
      risingPerHour: rising === null ? null : round(rising),
      minutes: Math.round((now - since) / minuteMs),
      longestUsualMinutes: told.longestMinutes === null ? null : Math.round(told.longestMinutes),
      days: told.days,
      plugWatts: plug ? round(plug.watts) : null,
    },
  };
}

export function wordColdOver(told: ToldCold): Worded {
  const name = `${told.name.charAt(0).toLowerCase()}${told.name.slice(1)}`;
  const title = titled(`Over: ${name}`, ' is cold again');
  const usual = told.usual ? ` Usual is ${degrees(told.usual.middle, told.unit)}.` : '';
  const text = `${degrees(told.value, told.unit)} now, after ${duration(told.now - told.since)} above usual.${usual}`;
  const facts = factsOf(told, null);
  return { title, text, lines: [], facts: { ...facts, check: null } };
}
