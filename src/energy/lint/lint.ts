/** Faults of the sensors of the energy page, found before anything is summed up. Pure. */

import type { ByHour } from '../setup/house.ts';
import gaps from './rules/gaps.ts';
import largerThanHouse from './rules/larger-than-house.ts';
import notKept from './rules/not-kept.ts';
import resets from './rules/resets.ts';
import sign from './rules/sign.ts';
import solarAtNight from './rules/solar-at-night.ts';
import stateClass from './rules/state-class.ts';
import stuck from './rules/stuck.ts';
import twice from './rules/twice.ts';
import unit from './rules/unit.ts';
import type { LintInput, Rule, SensorFault } from './sensor.ts';

/** In the order in which a person would look: what makes all else meaningless first. */
export const rules: readonly Rule[] = [
  notKept,
  stateClass,
  unit,
  sign,
  resets,
  stuck,
  gaps,
  twice,
  solarAtNight,
  largerThanHouse,
];

export interface LintOptions extends Omit<LintInput, 'house'> {
  /** kWh the whole home used, by start of the hour, without the meters that are left out. */
  readonly houseOf: (leftOut: ReadonlySet<string>) => ByHour;
}

/**
 * All faults, sensor by sensor. A sensor of the wrong unit or sign, or without a past, is not looked at
 * by the rules after that: what they would find comes of it.
 */
export function lint({ houseOf, ...input }: LintOptions): SensorFault[] {
  const found: SensorFault[] = [];
  const explained = new Set<string>();
  for (const { rule, find } of rules) {
    const sensors = input.sensors.filter(({ statistic }) => !explained.has(statistic));
    const faults = find({ ...input, sensors, house: houseOf(explained) });
    for (const fault of faults) found.push({ rule, ...fault });
    if (!explaining.has(rule)) continue;
    for (const { statistic } of faults) explained.add(statistic);
  }
  return found;
}

const explaining = new Set(['not-kept', 'state-class', 'unit', 'sign']);

/** What a person said to a fault: the suspicion is true, or the sensor is right as it is. */
export type LintAnswer = 'true' | 'right';

export const answerKey = ({ rule, statistic }: Pick<SensorFault, 'rule' | 'statistic'>): string =>
  `${rule} ${statistic}`;

export interface Judged {
  /** Faults that nobody has answered, or whose answer does not mend them. */
  readonly open: readonly SensorFault[];
  /** Sensors that sums and plans do without. */
  readonly blocked: ReadonlySet<string>;
  /** What the numbers of a sensor are multiplied with, because a person said so. */
  readonly factors: ReadonlyMap<string, number>;
}

export function judge(
  faults: readonly SensorFault[],
  answers: Readonly<Record<string, LintAnswer>>,
): Judged {
  const open = faults.filter((fault) => {
    const answer = answers[answerKey(fault)];
    return !(answer === 'right' || (answer === 'true' && fault.factor !== null));
  });
  const factors = new Map<string, number>();
  for (const fault of faults) {
    if (answers[answerKey(fault)] === 'true' && fault.factor !== null) {
      factors.set(fault.statistic, (factors.get(fault.statistic) ?? 1) * fault.factor);
    }
  }
  const blocked = new Set(open.filter(({ blocks }) => blocks).map(({ statistic }) => statistic));
  return { open, blocked, factors };
}
