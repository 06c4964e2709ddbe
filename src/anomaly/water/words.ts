import type { Facts } from '@tomte/sdk/types';
import { amount, clockTime, count, duration, figure, moment } from '@tomte/sdk/words';
import { type Baseline, usualAt } from '../baseline.ts';
import { fit, type Worded } from '../fit.ts';
import type { LocalHour } from '../local-hour.ts';
import type { Shown } from '../units.ts';
import type { Rule } from './rules.ts';
import type { Tap } from './tap.ts';
import { isLearned, strongestUse } from './usual.ts';

/** All that an alert's words are made of. Litres and litres a minute; times epoch ms. */
export interface Told {
  readonly rule: Rule;
  readonly since: number;
  /** The newest water. */
  readonly until: number;
  readonly now: number;
  readonly lpm: number;
  readonly litres: number;
  readonly zone: string;
  readonly shown: Shown;
  readonly baseline: Baseline;
  readonly at: LocalHour;
  readonly people: string | null;
  /** Machines that take water, and whether the sensor was heard: what may be the cause, and mostly is not. */
  readonly notTheCause: readonly string[];
  /** What would have been a dry gap, or a rest. */
  readonly dryMs: number;
  /** Where it is told because it runs so slowly: the most minutes that such water ran on other days. */
  readonly slowMinutes: number | null;
}
export function wordWater(told: Told): Worded {
  const { rule } = told;
  const title = titles[rule](told);
  const probably = rule === 'pouring' || rule === 'much' ? null : likely(told.lpm);
  const sentences = [
    is(told),
    usually(told),
    ...(told.people && rule !== 'pouring' ? [told.people] : []),
    probably ? `Probably ${probably.what}: ${probably.look}.` : closeTap,
    ...(isLearned(told.baseline) ? [] : [knownFor(told.baseline)]),
  ];
  return { title, text: fit(title, sentences), lines: linesOf(told), facts: factsOf(told) };
}

const closeTap = 'If nobody is filling something, close the main tap now.';
const rate = (told: Told, lpm: number): string => amount(lpm / told.shown.litres, told.shown.flow);
const volume = (told: Told, litres: number): string =>
  amount(litres / told.shown.litres, told.shown.volume);

/** `52 minutes`, and from two hours on `3 h 10 min`. */
function spoken(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  return minutes < 120 ? count(minutes, 'minute') : duration(ms);
}

const titles: Record<Rule, (told: Told) => string> = {
  pouring: (told) => `Water is pouring: ${rate(told, told.lpm)}`,
  much: (told) => `Water runs and runs: ${volume(told, told.litres)}`,
  unbroken: (told) => `Water has run for ${spoken(told.until - told.since)}`,
  noDryGap: (told) => `Water has not stopped for ${duration(told.now - told.since)}`,
  noRest: (told) => `Water has not rested for ${duration(told.now - told.since)}`,
  hours: (told) => `More water than usual: ${volume(told, told.litres)}`,
};

function is(told: Told): string {
  const { rule, since, until, now, zone } = told;
  const from = moment(since, now, zone);
  switch (rule) {
    case 'pouring': {
      const lasted = duration(until - since);
      return `${rate(told, told.lpm)} for ${lasted}, ${volume(told, told.litres)}.`;
    }
    case 'much':
    case 'unbroken':
      return `${rate(told, told.lpm)} since ${from}, ${volume(told, told.litres)} so far.`;
    case 'noDryGap':
    case 'noRest': {
      const dry = count(Math.round(told.dryMs / 60_000), 'min', 'min');
      return `Not dry for ${dry} since ${from}, ${volume(told, told.litres)} so far.`;
    }
    case 'hours':
      return `${volume(told, told.litres)} from ${from} to ${clockTime(until, zone)}.`;
  }
}

function usually(told: Told): string {
  const { baseline, rule, at } = told;
  if (rule === 'pouring') return strongestSentence(told);
  if (rule === 'much') return 'That is more than you ever use at once.';
  if (!isLearned(baseline)) return 'At night it is usually 0.';
  if (rule === 'noDryGap' || rule === 'noRest') return 'It usually stops for longer much sooner.';
  const { median, highest } = usualAt(baseline, at);
  if (median < 1) return 'At this hour it is usually 0.';
  if (told.slowMinutes !== null) {
    const most = spoken(Math.max(1, told.slowMinutes) * 60_000);
    return `Such a thin flow usually ends within ${most}.`;
  }
  return `At this hour ${volume(told, median)} is usual, ${volume(told, highest)} the most.`;
}

function strongestSentence(told: Told): string {
  const strongest = strongestUse(told.baseline);
  if (strongest === null || strongest < 0.1) return 'That is more than two taps give.';
  return `Your strongest use in ${daysOf(told.baseline)} was ${rate(told, strongest)}.`;
}

const daysOf = (baseline: Baseline): string => count(Math.min(60, baseline.days), 'day');
const knownFor = (baseline: Baseline): string =>
  baseline.days === 0
    ? 'I do not know this water yet.'
    : `I know this water for ${daysOf(baseline)}.`;

function likely(lpm: number): { what: string; look: string; check: string } {
  if (lpm < 0.15)
    return {
      what: 'a drip',
      look: 'look at the taps and the boiler valve first',
      check: 'Look at the taps and the boiler valve first',
    };
  if (lpm < 3)
    return {
      what: 'a toilet cistern',
      look: 'look there first',
      check: 'Look at the cistern first',
    };
  return {
    what: 'an open tap or a hose',
    look: 'look at those first',
    check: 'Look at taps and hoses first',
  };
}

/**
 * The most this hour of the day has seen, as what is told is measured: a rate beside a rate. Where no
 * rate of the past is known, the litres of the whole hour, with the litres of now beside them.
 */
function highestWords(told: Told): string | null {
  const { highestPeak, highest, samples } = usualAt(told.baseline, told.at);
  if (samples === 0) return null;
  if (told.rule !== 'hours' && highestPeak !== null) return rate(told, highestPeak);
  const most = `${volume(told, highest)} in the whole hour`;
  if (told.rule === 'hours') return most;
  const lasted = duration(
    (told.rule === 'noDryGap' || told.rule === 'noRest' ? told.now : told.until) - told.since,
  );
  return `${most} (now ${volume(told, told.litres)} in ${lasted})`;
}

function usualWords(told: Told): string {
  const { median } = usualAt(told.baseline, told.at);
  const highest = highestWords(told);
  const known = median < 1 ? '0' : `${volume(told, median)} an hour`;
  if (highest === null) return `${known} at this hour`;
  return `${known}; highest at this hour in ${daysOf(told.baseline)} ${highest}`;
}

function linesOf(told: Told): string[] {
  const highest = highestWords(told);
  const learned = isLearned(told.baseline);
  return [
    ...(highest && learned ? [`Highest at this hour in ${daysOf(told.baseline)}: ${highest}`] : []),
    ...(told.people ? [told.people.replace(/\.$/, '')] : []),
    ...(told.notTheCause.length > 0 ? [told.notTheCause.join('; ')] : []),
    ...(learned ? [] : [knownFor(told.baseline).replace(/\.$/, '')]),
  ];
}

function factsOf(told: Told): Facts {
  const { rule, baseline, now, since, until, zone } = told;
  const { median } = usualAt(baseline, told.at);
  const probably = rule === 'pouring' || rule === 'much' ? null : likely(told.lpm);
  const lasted = duration((rule === 'noDryGap' || rule === 'noRest' ? now : until) - since);
  return {
    is: rule === 'hours' ? volume(told, told.litres) : rate(told, told.lpm),
    usually: isLearned(baseline) ? usualWords(told) : knownFor(baseline).replace(/\.$/, ''),
    since: `${moment(since, now, zone)}, ${lasted}, ${volume(told, told.litres)} so far`,
    around: [...(told.people ? [told.people.replace(/\.$/, '')] : []), ...told.notTheCause],
    probably: probably ? `${capital(probably.what)}: ${figure(told.lpm)} L/min, steady` : null,
    check: probably ? probably.check : 'Close the main tap',
    numbers: {
      rule,
      ...(rule === 'noDryGap' || rule === 'noRest'
        ? { dryMinutes: Math.round(told.dryMs / 60_000) }
        : {}),
      ...(told.slowMinutes === null ? {} : { slowMinutes: told.slowMinutes }),
      litresPerMinute: round(told.lpm),
      litres: round(told.litres),
      minutes: Math.round((until - since) / 60_000),
      usualLitresAnHour: round(median),
      longestSlowMinutes: told.slowMinutes === null ? null : round(told.slowMinutes),
      dryMinutes: rule === 'noDryGap' || rule === 'noRest' ? Math.round(told.dryMs / 60_000) : null,
      days: baseline.days,
    },
  };
}

/** After a restart or a gap a sensor may say what it said long ago. */
const gapMs = 60 * 60_000;

/** Whether a restart or a gap of the sensor may be the cause. */
export function heardWords(
  tap: Pick<Tap, 'silent' | 'unknownSince'>,
  o: { since: number; now: number; zone: string },
): string[] {
  if (tap.unknownSince !== null)
    return [`The sensor is silent since ${moment(tap.unknownSince, o.now, o.zone)}`];
  const { silent } = tap;
  if (silent === undefined || silent.to < o.since - gapMs) return ['No restart and no gap'];
  return [
    `The sensor was silent from ${moment(silent.from, o.now, o.zone)} to ${clockTime(silent.to, o.zone)}`,
  ];
}

const round = (value: number): number => Number(value.toPrecision(4));
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The words when it is over. */
export function wordOver(told: Told): Worded {
  const title = `Over: the water stopped at ${clockTime(told.until, told.zone)}`;
  const again = 'If nobody did anything it may come again: a cistern often does.';
  const lasted = `${volume(told, told.litres)} in ${duration(told.until - told.since)}.`;
  const text = fit(title, told.rule === 'pouring' || told.lpm >= 3 ? [lasted] : [lasted, again]);
  const facts = factsOf(told);
  // Nothing runs any more: what is left is to look where it came from.
  const check = told.rule === 'pouring' ? 'Look where the water came from' : facts.check;
  return { title, text, lines: [], facts: { ...facts, check } };
}
