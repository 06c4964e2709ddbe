/** What the linter looks at: one sensor of the energy page with its past, and the whole home around it. */
import type { HourRow } from '@tomte/sdk/home';
import type { ByHour } from '../setup/house.ts';
import type { Meter } from '../setup/setup.ts';

export interface Sensor extends Meter {
  readonly unit: string | null;
  readonly deviceClass: string | null;
  readonly stateClass: string | null;
  /** What it shows now; null where it shows no number. */
  readonly value: number | null;
  /** True when the home has it at all, as an entity or as a statistic of an integration. */
  readonly exists: boolean;
  /** True when long-term statistics are kept of it. */
  readonly hasStatistics: boolean;
  /** True when the recorder keeps its states; null where that is not known. */
  readonly isRecorded: boolean | null;
  /** Oldest first; energy in kWh, power in W, as Home Assistant converts from what the sensor calls its unit. */
  readonly hours: readonly HourRow[];
}

export interface LintInput {
  readonly sensors: readonly Sensor[];
  /** kWh the whole home used, by start of the hour. */
  readonly house: ByHour;
  /** True while the sun is well below the horizon; null where the home does not say where it is. */
  readonly isNight: ((t: number) => boolean) | null;
  /** End of the past that is looked at, epoch ms. */
  readonly now: number;
  readonly zone: string;
}

/** One fault of one sensor. */
export interface SensorFault {
  /** Name of the rule. */
  readonly rule: string;
  readonly statistic: string;
  readonly name: string;
  /** What is so, with its numbers. */
  readonly evidence: string;
  /** What comes of it. */
  readonly consequence: string;
  readonly fix: string;
  /** Sums and plans do without this sensor until it is mended, or a person says that it is right. */
  readonly blocks: boolean;
  /** What its numbers are multiplied with, where a person says that the suspicion is true. */
  readonly factor: number | null;
  /** Words of the answer that says so: `It is W`; null where there is nothing to set right from here. */
  readonly answer: string | null;
}

/** A rule: its name, and what it finds. */
export interface Rule {
  readonly rule: string;
  find(input: LintInput): readonly Omit<SensorFault, 'rule'>[];
}

export const energyRoles: readonly string[] = [
  'import',
  'export',
  'solar',
  'charge',
  'discharge',
  'home',
  'device',
];

export const isEnergy = ({ role }: Meter): boolean => energyRoles.includes(role);

type Words = Pick<SensorFault, 'evidence' | 'consequence' | 'fix'>;

/** A fault of this sensor; it blocks unless said otherwise. */
export const faultOf = (
  { statistic, name }: Sensor,
  words: Words & Partial<SensorFault>,
): Omit<SensorFault, 'rule'> => ({
  ...{ statistic, name, blocks: true, factor: null, answer: null },
  ...words,
});

export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const below = sorted[Math.floor(at)] ?? 0;
  return below + ((sorted[Math.ceil(at)] ?? below) - below) * (at - Math.floor(at));
}

export const changes = ({ hours }: Sensor): { start: number; kWh: number }[] =>
  hours.flatMap(({ start, change }) => (change === null ? [] : [{ start, kWh: change }]));
