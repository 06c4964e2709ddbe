import type { Facts } from '@tomte/sdk/types';
import { amount, count, duration, moment } from '@tomte/sdk/words';
import { fit, round, titled, type Worded } from '../fit.ts';

/** All that the words are made of. Watts, minutes, epoch ms. */
export interface ToldPower {
  readonly rule: string;
  readonly name: string;
  readonly since: number;
  readonly now: number;
  readonly zone: string;
  /** Watts now, or in the mean while on. */
  readonly watts: number;
  /** Watts above usual, for the house. */
  readonly over: number;
  readonly usual: number | null;
  readonly starts: number;
  readonly usualStarts: number | null;
  readonly longestMinutes: number | null;
  readonly awaySince: number | null;
  /** Things that have a sensor of their own, and are not what the house is told for. */
  readonly apart: readonly string[];
  readonly days: number;
}

/** `1.9 kW` from one kilowatt on, else watts. */
export const watts = (value: number): string =>
  value >= 1000 ? amount(value / 1000, 'kW') : amount(value, 'W');

export function wordPower(told: ToldPower): Worded {
  const title = titleOf(told);
  const text = fit(title, [...sentences(told), ...away(told), ...guess(told)]);
  return {
    title,
    text,
    lines: [`I know this one for ${count(told.days, 'day')}`],
    facts: factsOf(told),
  };
}

const away = ({ awaySince, now, zone }: ToldPower): string[] =>
  awaySince === null ? [] : [`Nobody has been home since ${moment(awaySince, now, zone)}.`];

function titleOf(told: ToldPower): string {
  const { rule, name, over, since, now } = told;
  if (rule === 'base' || rule === 'steady') return `The base load is up by ${watts(over)}`;
  if (rule === 'unbroken') return `Something has been on: ${watts(over)}`;
  if (rule === 'cycles') return titled(name, ` starts ${told.starts} times in 2 h`);
  return titled(name, `: ${watts(told.watts)} for ${duration(now - since)}`);
}

function sentences(told: ToldPower): string[] {
  const from = moment(told.since, told.now, told.zone);
  switch (told.rule) {
    case 'base':
      return [
        `The house never took less than ${watts(told.watts)} since ${from}.`,
        `Usually it falls to ${watts(told.usual ?? 0)}.`,
      ];
    case 'steady':
      return [
        `Each hour since ${from} took at least ${watts(told.over)} more than such hours do.`,
        `About ${watts(told.usual ?? 0)} is usual now.`,
      ];
    case 'unbroken':
      return [
        `The house took at least ${watts(told.watts)} without a break since ${from}.`,
        `At this hour ${watts(told.usual ?? 0)} is usual.`,
      ];
    case 'cycles':
      return [
        `It started ${told.starts} times since ${from}.`,
        ...(told.usualStarts === null
          ? []
          : [`Usually ${count(told.usualStarts, 'time')} in 2 h at most.`]),
      ];
    default: {
      const kWh = (told.watts * (told.now - told.since)) / 3_600_000_000;
      return [
        `It draws ${watts(told.watts)} since ${from}, ${amount(kWh, 'kWh')} so far.`,
        ...longest(told),
      ];
    }
  }
}

const longest = ({ longestMinutes }: ToldPower): string[] =>
  longestMinutes === null || longestMinutes < 1
    ? ['It is seldom on.']
    : [`It is seldom on for longer than ${duration(longestMinutes * 60_000)}.`];

function guess({ rule }: ToldPower): string[] {
  if (rule === 'base' || rule === 'steady')
    return ['Something new draws power all the time: what was plugged in?'];
  if (rule === 'unbroken') return ['An oven, an iron or a heater that was left on?'];
  if (rule === 'cycles') return ['Short runs wear it out: look at filter, flow and refrigerant.'];
  return [];
}

function factsOf(told: ToldPower): Facts {
  const { rule, since, now, zone } = told;
  const usually: Record<string, string> = {
    base: `at least ${watts(told.usual ?? 0)}`,
    unbroken: `${watts(told.usual ?? 0)} at this hour`,
    steady: `${watts(told.usual ?? 0)} at this hour`,
    cycles:
      told.usualStarts === null ? 'not known yet' : `${told.usualStarts} starts in 2 h at most`,
    on:
      told.longestMinutes === null
        ? 'not known yet'
        : `on for at most ${duration(told.longestMinutes * 60_000)}`,
  };
  const checks: Record<string, string> = {
    base: 'Look at what was plugged in last',
    steady: 'Look at what was plugged in last',
    unbroken: 'Look at oven, iron and heaters first',
    cycles: 'Look at its filter first',
    on: 'Switch it off if nobody needs it',
  };
  return {
    is: rule === 'cycles' ? `${told.starts} starts in 2 h` : watts(told.watts),
    usually: usually[rule] ?? 'not known yet',
    since: `${moment(since, now, zone)}, ${duration(now - since)}`,
    around: [
      ...away(told).map((line) => line.replace(/\.$/, '')),
      ...(told.apart.length === 0 ? [] : [`Not ${told.apart.join(', ')}: measured apart`]),
    ],
    probably:
      rule === 'base' || rule === 'steady' ? 'Something new draws power all the time' : null,
    check: checks[rule] ?? null,
    numbers: {
      rule,
      watts: round(told.watts),
      overWatts: round(told.over),
      usualWatts: told.usual === null ? null : round(told.usual),
      starts: told.starts,
      usualStarts: told.usualStarts,
      minutes: Math.round((now - since) / 60_000),
      longestUsualMinutes: told.longestMinutes === null ? null : round(told.longestMinutes),
      kWh: round((told.watts * (now - since)) / 3_600_000_000),
      days: told.days,
    },
  };
}

export function wordPowerOver(told: ToldPower): Worded {
  const what: Record<string, string> = {
    base: 'Over: the base load is as usual',
    steady: 'Over: the base load is as usual',
    unbroken: 'Over: the house takes what is usual',
    cycles: titled(`Over: ${told.name}`, ' runs as usual'),
  };
  const title = what[told.rule] ?? titled(`Over: ${told.name}`, ' is off');
  const text = `It lasted ${duration(told.now - told.since)}.`;
  return { title, text, lines: [], facts: { ...factsOf(told), check: null } };
}
