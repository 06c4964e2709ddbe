import type { Facts } from '@tomte/sdk/types';
import { amount, clockTime, count, dayTime, duration } from '@tomte/sdk/words';
import { type Baseline, usualAt } from '../baseline.ts';
import { fit, type Worded } from '../fit.ts';
import type { LocalHour } from '../local-hour.ts';
import type { Shown } from '../units.ts';
import type { Streak } from './hour-sum.ts';
import { isLearned } from './usual.ts';

/** Words for hours on end that took more water than usual, some days ago. */
export function wordPast(
  streak: Streak,
  o: { baseline: Baseline; at: LocalHour; zone: string; shown: Shown },
): Worded {
  const volume = (litres: number) => amount(litres / o.shown.litres, o.shown.volume);
  const { since, until, litres, hours, usualLitres } = streak;
  const lasted = duration(until - since);
  const perHour = litres / hours;
  const usual = usualLitres / hours;
  const days = count(Math.min(60, o.baseline.days), 'day');
  const span = `${clockTime(since, o.zone)}–${clockTime(until, o.zone)}`;
  const known = usual < 1 ? '0' : `${volume(usual)} an hour`;
  const highest = `${volume(usualAt(o.baseline, o.at).highest)} an hour`;
  const cistern = perHour < 180;
  const title = `Water ran for ${lasted}: ${volume(litres)}`;
  const facts: Facts = {
    is: `${volume(perHour)} an hour`,
    usually: `${known}; highest at this hour in ${days} ${highest}`,
    since: `${dayTime(since, o.zone)} ${span}, ${lasted}, ${volume(litres)}`,
    around: [],
    probably: cistern ? 'A toilet cistern: it stopped by itself' : 'An open tap or a hose',
    check: cistern ? 'Look at the cistern' : null,
    numbers: {
      rule: 'hours',
      litres: Math.round(litres),
      hours,
      usualLitresAnHour: Number(usual.toPrecision(3)),
      days: o.baseline.days,
      until,
    },
  };
  const text = fit(title, [
    `${dayTime(since, o.zone)} ${span}, about ${volume(perHour)} an hour.`,
    `At this time it is usually ${known}.`,
    cistern
      ? 'Probably a toilet cistern: it may come again.'
      : 'Probably an open tap or a hose: you may know which.',
    ...(isLearned(o.baseline) ? [] : [`I know this water for ${days}.`]),
  ]);
  return {
    title,
    text,
    lines: [`Highest at this hour in ${days}: ${highest}`],
    facts,
  };
}
