import type { EntityInfo } from '@tomte/sdk/home';
import { count, duration, moment } from '@tomte/sdk/words';
import { fit, nameOf, round, titled, type Worded } from '../fit.ts';
import { blindFor, platformName } from './sensors.ts';

/** `out` is unavailable, `still` stands still, `flaps` comes and goes. */
export type SilenceRule = 'out' | 'still' | 'flaps';

export interface ToldSilence {
  readonly rule: SilenceRule;
  /** All that are silent for this one cause, the first to be noticed first. */
  readonly members: readonly EntityInfo[];
  readonly since: number;
  readonly now: number;
  readonly zone: string;
  /** What it said last. */
  readonly value: number | string | null;
  readonly usualMinutes: number | null;
  readonly drops: number;
  /** Other sensors heard in the last hour. */
  readonly othersHeard: number;
}

export function wordSilence(over: boolean, told: ToldSilence): Worded {
  const many = told.members.length > 1;
  const cause = causeOf(told);
  const title = over ? titled(`Over: ${cause}`, ' is heard again') : titleOf(told, cause);
  const text = over
    ? `It was silent for ${duration(told.now - told.since)}.`
    : fit(title, many ? several(told) : one(told));
  return { title, text, lines: over ? [] : linesOf(told), facts: factsOf(told, over) };
}

/** What all of them have in common: integration, thing, or the home. */
function causeOf({ members }: ToldSilence): string {
  const [first] = members;
  if (members.length === 1) return nameOf(first!);
  const { platform, device } = first!;
  if (device !== null && members.every((e) => e.device === device)) return device;
  if (platform !== null && members.every((e) => e.platform === platform))
    return platformName(platform);
  return 'Much of the home';
}

function titleOf(told: ToldSilence, cause: string): string {
  if (told.members.length > 1)
    return titled(cause, ` is silent: ${count(told.members.length, 'sensor')}`);
  if (told.rule === 'flaps') return titled(cause, ' comes and goes');
  return titled(cause, told.rule === 'still' ? ' stands still' : ' is silent');
}

function several(told: ToldSilence): string[] {
  const blind = blindFor(told.members);
  return [
    `No news since ${moment(told.since, told.now, told.zone)}.`,
    ...(told.othersHeard > 0
      ? [`${count(told.othersHeard, 'other sensor')} are fine, so it is the cause of all.`]
      : []),
    ...(blind ? [`Until it is back I cannot see: ${blind}.`] : []),
  ];
}

function one(told: ToldSilence): string[] {
  const from = moment(told.since, told.now, told.zone);
  if (told.rule === 'flaps')
    return [`It was lost ${told.drops} times since ${from}.`, 'A weak radio or an empty battery.'];
  if (told.rule === 'out')
    return [
      `Unavailable since ${from}, ${duration(told.now - told.since)}.`,
      'Battery, radio or plug: look at those first.',
    ];
  const usual =
    told.usualMinutes === null
      ? []
      : [`Usually it moves within ${duration(told.usualMinutes * 60_000)}.`];
  return [
    `It says ${String(told.value)} since ${from}.`,
    ...usual,
    'It may be stuck: take its battery out for a moment.',
  ];
}

const linesOf = ({ members }: ToldSilence): string[] => [
  ...(members.length > 1
    ? [members.slice(0, 3).map(nameOf).join(', ') + (members.length > 3 ? ' …' : '')]
    : []),
  ...(members.length === 1 && members[0]!.area ? [`It is in: ${members[0]!.area}`] : []),
];

function factsOf(told: ToldSilence, over: boolean): Worded['facts'] {
  const { rule, since, now, zone, usualMinutes } = told;
  const is: Record<SilenceRule, string> = {
    out: 'Unavailable',
    still: `Still at ${String(told.value)}`,
    flaps: `Lost ${told.drops} times`,
  };
  return {
    is: over ? 'Heard again' : is[rule],
    usually:
      usualMinutes === null ? 'heard all day' : `moves within ${duration(usualMinutes * 60_000)}`,
    since: `${moment(since, now, zone)}, ${duration(now - since)}`,
    around:
      told.othersHeard > 0
        ? [`${count(told.othersHeard, 'other sensor')} heard in the last hour`]
        : [],
    probably: null,
    check: over
      ? null
      : told.members.length > 1
        ? 'Restart its app, then re-plug the stick'
        : 'Look at its battery first',
    numbers: {
      rule,
      sensors: told.members.length,
      minutes: Math.round((now - since) / 60_000),
      usualMinutes: usualMinutes === null ? null : round(usualMinutes),
      drops: told.drops,
      othersHeard: told.othersHeard,
      value:
        typeof told.value === 'number'
          ? told.value
          : Number.isFinite(Number(told.value))
            ? Number(told.value)
            : null,
    },
  };
}
