import type { EntityInfo } from '@tomte/sdk/home';
import { clockTime, count, duration, moment } from '@tomte/sdk/words';
import { fit, nameOf, titled, type Worded } from '../fit.ts';
import { minuteMs } from '../local-hour.ts';

export interface ToldMotion {
  readonly rule: string;
  /** Where, the first to move first. */
  readonly rooms: readonly { readonly entity: EntityInfo; readonly first: number }[];
  readonly since: number;
  readonly now: number;
  readonly zone: string;
  readonly marks: number;
  readonly awaySince: number | null;
  readonly days: number;
  readonly robot: string | null;
  readonly home: string | null;
}

const placeOf = (entity: EntityInfo): string => entity.area ?? nameOf(entity);

export function wordMotion(told: ToldMotion): Worded {
  const [first] = told.rooms;
  const place = first ? placeOf(first.entity) : 'the house';
  const away = told.rule === 'away';
  const where = `Motion: ${place}`;
  const title = titled(where, away ? ', nobody home' : ` at ${clockTime(told.since, told.zone)}`);
  const text = fit(title, [
    ...path(told),
    ...(told.awaySince === null
      ? []
      : [`Everyone left at ${moment(told.awaySince, told.now, told.zone)}.`]),
    away ? 'Nothing usually moves then.' : 'At this hour the house is usually still.',
    ...(told.robot ? [told.robot] : []),
  ]);
  return { title, text, lines: linesOf(told), facts: factsOf(told) };
}

function path({ rooms, zone }: ToldMotion): string[] {
  const said = rooms
    .slice(0, 3)
    .map(({ entity, first }) => `${placeOf(entity)} at ${clockTime(first, zone)}`);
  return said.length === 0 ? [] : [`${said.join(', then ')}.`];
}

const linesOf = (told: ToldMotion): string[] => [
  ...(told.home ? [`At home: ${told.home}`] : []),
  `Learned from ${count(told.days, 'day')}`,
];

function factsOf(told: ToldMotion): Worded['facts'] {
  const { rule, since, now, zone, rooms } = told;
  return {
    is: `Motion in ${count(rooms.length, 'place')}`,
    usually: rule === 'away' ? 'nothing moves with nobody home' : 'still at this hour',
    since: `${moment(since, now, zone)}, ${duration(now - since)}`,
    around: [
      ...path(told).map((line) => line.replace(/\.$/, '')),
      ...(told.awaySince === null ? [] : [`Everyone left at ${moment(told.awaySince, now, zone)}`]),
      ...(told.robot ? [told.robot.replace(/\.$/, '')] : []),
    ],
    probably: null,
    check:
      rule === 'away'
        ? 'Look at the camera, or call a neighbour'
        : 'Look whether somebody needs help',
    numbers: {
      rule,
      places: rooms.length,
      marks: told.marks,
      minutes: Math.round((now - since) / minuteMs),
      days: told.days,
    },
  };
}

export function wordMotionOver(told: ToldMotion): Worded {
  const title = `Over: still since ${clockTime(told.now, told.zone)}`;
  const text = `It moved for ${duration(told.now - told.since)}.`;
  return { title, text, lines: [], facts: { ...factsOf(told), check: null } };
}
