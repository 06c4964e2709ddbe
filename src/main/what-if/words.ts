/** One sentence from what was counted, and the moments that differ. Pure. */
import type { WhyAnswer } from '@tomte/sdk/types-runs';
import { clockTime, cut, dayTime } from '@tomte/sdk/words';
import { iso } from '../../lib/clock.ts';
import type { Difference, Moment } from './compare.ts';
import type { Asked, Setting } from './setting.ts';

export type Found = WhyAnswer['found'][number];

export const pastDays = 60;
const titleMax = 45;
const labelMax = 90;
const namedMax = 3;
const momentsMax = 30;

/** Words of a figure, a time, yes or no. */
export const shown = (value: unknown): string =>
  value === undefined || value === null
    ? 'nothing'
    : typeof value === 'boolean'
      ? value
        ? 'yes'
        : 'no'
      : String(value);

/** A label may go on with what else holds; a sentence needs its beginning. */
const named = (label: string): string => `“${cut(label.split(';')[0]!, labelMax)}”`;

export const changeWords = ({ setting, value }: Asked): string =>
  `${named(setting.label)} at ${shown(value)} instead of ${shown(setting.now)}`;

/** `In the last 60 days, with “…” at 20 instead of 10, it would have told you 3 times instead of 5; …` */
export function differenceWords(o: {
  title: string;
  asked: Asked;
  was: readonly Moment[];
  is: readonly Moment[];
  difference: Difference;
  zone: string;
}): string {
  const { difference, zone } = o;
  const told = [numberTold(o.was), numberTold(o.is)] as const;
  const switched = [o.was.length - told[0], o.is.length - told[1]] as const;
  const { gone, come, otherwise } = difference;
  const begun = `In the last ${pastDays} days, with ${changeWords(o.asked)}, ${o.title} would have told you ${insteadOf(...told)}`;
  const acted = switched[0] + switched[1] > 0 ? ` and switched ${insteadOf(...switched)}` : '';
  const parts = [
    listed('newly quiet', gone.filter(isTold), zone),
    listed('newly told', come.filter(isTold), zone),
    otherwise.length === 0 ? '' : `told another way or at another time: ${otherwise.length}`,
    listed('no longer switched', gone.filter(isAction), zone),
    listed('newly switched', come.filter(isAction), zone),
  ].filter((part) => part !== '');
  return `${begun}${acted}; ${parts.length === 0 ? 'nothing differs' : parts.join('; ')}.`;
}

const isAction = ({ kind }: Moment): boolean => kind === 'action';
const isTold = (moment: Moment): boolean => !isAction(moment);
export const numberTold = (moments: readonly Moment[]): number => moments.filter(isTold).length;

function insteadOf(was: number, is: number): string {
  if (was === is) return `${times(is)} either way`;
  return `${times(is)} instead of ${was > 2 && is > 2 ? was : times(was)}`;
}

export const times = (n: number): string =>
  n === 0 ? 'nothing' : n === 1 ? 'once' : n === 2 ? 'twice' : `${n} times`;

function listed(what: string, moments: readonly Moment[], zone: string): string {
  if (moments.length === 0) return '';
  const first = moments
    .slice(0, namedMax)
    .map(({ title, from }) => `${cut(title, titleMax)} (${dayTime(from, zone)})`);
  const more = moments.length - first.length;
  return `${what}: ${first.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** Evidence: each moment that differs, newest first. */
export function momentRows(
  { gone, come, otherwise }: Difference,
  o: { page: string; home: string; zone: string },
): Found[] {
  const row = (moment: Moment, text: string) => ({ moment, text });
  return [
    ...gone.map((one) => row(one, isAction(one) ? 'No longer switched.' : 'Newly quiet.')),
    ...come.map((one) => row(one, isAction(one) ? 'Newly switched.' : 'Newly told.')),
    ...otherwise.map(([was, is]) => row(is, otherWords(was, is, o.zone))),
  ]
    .sort((a, b) => b.moment.from - a.moment.from)
    .slice(0, momentsMax)
    .map(({ moment: { kind, from, title }, text }) => ({
      ...{ kind, at: iso(from), title, text, page: o.page, home: o.home },
    }));
}

const otherWords = (was: Moment, is: Moment, zone: string): string =>
  was.how === is.how
    ? `Told at ${clockTime(is.from, zone)} instead of ${clockTime(was.from, zone)}.`
    : `Told ${is.how} instead of ${was.how}.`;

export const pageOf = (home: string, workflow: string): string =>
  `workflows/${encodeURIComponent(home)}/${encodeURIComponent(workflow)}`;

/** The settings of a workflow, each with what it is and takes, and where to change it. */
export const settingRows = (
  settings: readonly Setting[],
  { home, name }: { home: string; name: string },
): Found[] =>
  settings.map((setting) => ({
    ...{ kind: 'workflow' as const, at: null, title: setting.label, home },
    text: `It is ${shown(setting.now)}${takes(setting)}.`,
    page: setting.detector === null ? pageOf(home, name) : `watched/${setting.detector}`,
  }));

export function takes({ kind, lowest, highest, choices }: Setting): string {
  if (kind === 'choice') return `; it can be ${choices.join(', ')}`;
  if (kind !== 'number') return '';
  const [from, to] = [lowest, highest].map((one) => (Number.isFinite(one) ? String(one) : null));
  if (from !== null && to !== null) return `; it can be ${from} to ${to}`;
  return from === null ? (to === null ? '' : `; at most ${to}`) : `; at least ${from}`;
}
