/** Alarms against labelled faults: what was found, how soon, and how often nobody needed to know. */
import type { EntityInfo, Reading } from '@tomte/sdk/home';
import type { Fault, FaultClass } from './faults.ts';
import type { HomeYear } from './readings.ts';

export interface Alarm {
  readonly at: number;
  readonly entities: readonly string[];
  readonly what: string;
}
export interface Judge {
  read(reading: Reading): Alarm[];
}
export type MakeJudge = (home: {
  entities: readonly EntityInfo[];
  zone: string;
  seed: number;
}) => Judge;

export interface Score {
  readonly months: number;
  readonly falseAlarms: Alarm[];
  /** Minutes to the first alarm of each fault, null where none came. */
  readonly found: { name: FaultClass; fault: Fault; minutes: number | null }[];
  readonly readings: number;
  /** Of the processor: the machine may be shared. */
  readonly seconds: number;
}

const minuteMs = 60_000;
const learningMs = 28 * 1440 * minuteMs;

export function scoreHome(home: HomeYear, make: MakeJudge): Score {
  const judge = make(home);
  const alarms: Alarm[] = [];
  let readings = 0;
  let spent = 0;
  let batch: Reading[] = [];
  const run = () => {
    const from = process.cpuUsage();
    for (const reading of batch) for (const alarm of judge.read(reading)) alarms.push(alarm);
    spent += process.cpuUsage(from).user;
    batch = [];
  };
  for (const reading of home.readings()) {
    readings += 1;
    batch.push(reading);
    if (batch.length === 50_000) run();
  }
  run();
  return { ...compare(home, alarms), readings, seconds: spent / 1e6 };
}

/** A hit is on the fault's sensors, from its begin to an hour after its end; one a day later counts as nothing. */
function compare(
  home: HomeYear,
  alarms: readonly Alarm[],
): Pick<Score, 'months' | 'falseAlarms' | 'found'> {
  const time = (minute: number) => home.start + minute * minuteMs;
  const first = new Map<Fault, number>();
  const falseAlarms: Alarm[] = [];
  for (const alarm of alarms) {
    const fault = home.faults.find(
      (one) =>
        alarm.at >= time(one.from) &&
        alarm.at <= time(one.to + 1440) &&
        home.at(one).some((id) => alarm.entities.includes(id)),
    );
    if (!fault) {
      if (alarm.at - home.start >= learningMs) falseAlarms.push(alarm);
    } else if (alarm.at <= time(fault.to + 60) && !first.has(fault)) {
      first.set(fault, (alarm.at - time(fault.from)) / minuteMs);
    }
  }
  return {
    months: (home.minutes * minuteMs - learningMs) / (30 * 1440 * minuteMs),
    falseAlarms,
    found: home.faults.map((fault) => ({
      name: fault.name,
      fault,
      minutes: first.get(fault) ?? null,
    })),
  };
}

export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const low = sorted[Math.floor((sorted.length - 1) / 2)]!;
  return (low + sorted[Math.ceil((sorted.length - 1) / 2)]!) / 2;
}
