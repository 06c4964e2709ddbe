/** The ledger as it crosses the wire: sums, each device, each day with what it lost by. */

import type { EnergyLedgerPage } from '@tomte/sdk/types-energy';
import { wallOf, whenOf } from '@tomte/sdk/wall-clock';
import { count, dayTime } from '@tomte/sdk/words';
import { type LedgerRow, totalOf } from '../../energy/ledger/ledger.ts';
import {
  batteryBaseline,
  batteryHabit,
  habitWords,
  ledgerSentence,
  lossWords,
} from '../../energy/ledger/words.ts';
import { iso } from '../../lib/clock.ts';
import type { Habit, LedgerEntry } from '../../store/ledger.ts';
import { usualWearPerKWh } from './home-problem.ts';

export interface LedgerKept {
  readonly asOf: number;
  readonly currency: string;
  /** Local dates that are kept, newest first. */
  readonly days: readonly string[];
  readonly entries: readonly (LedgerEntry & { readonly day: string })[];
  readonly habits: readonly Habit[];
}

export function ledgerPage(home: string, zone: string, kept: LedgerKept): EnergyLedgerPage {
  const { entries, currency } = kept;
  const days = kept.days.map((day) => dayRow(day, entries, currency));
  const total = totalOf(entries.flatMap(rowOf));
  const since = kept.days.at(-1) ?? null;
  const lost = days.filter(({ saved }) => saved !== null && saved < -0.005);
  const habits = new Map(kept.habits.map((habit) => [habit.device, habit]));
  const batteries = new Set(
    entries.flatMap(({ kind, device }) => (kind === 'battery' ? [device] : [])),
  );
  const isBattery = (device: string) => batteries.has(device);
  const battery = total.rows.some(({ load }) => isBattery(load));
  const habitOf = (device: string) =>
    habits.has(device) ? habitWords(habits.get(device)!.starts) : null;
  return {
    ...{ home, asOf: iso(kept.asOf), currency, since, until: kept.days[0] ?? null },
    sentence: ledgerSentence(total, {
      ...{ since: since === null ? '' : dayWords(since, zone), currency, battery },
    }),
    baseline: baselineWords(kept.habits, { zone, currency, battery }),
    ...{ saved: total.saved, low: total.low, high: total.high },
    lost: { days: lost.length, money: lost.reduce((sum, { saved }) => sum - saved!, 0) },
    devices: total.rows.map(({ load, ...row }) => ({
      kind: isBattery(load) ? ('battery' as const) : ('device' as const),
      ...{ sensor: load, ...row, ...used(entries, load) },
      habit: isBattery(load) ? batteryHabit : habitOf(load),
    })),
    days,
    left: leftOf(entries),
  };
}

function rowOf(entry: LedgerEntry): LedgerRow[] {
  const { device: load, name, paid, usual, low, high } = entry;
  if (paid === null || usual === null || low === null || high === null) return [];
  return [{ load, name, paid, usual, saved: usual - paid, low, high }];
}

function dayRow(day: string, all: LedgerKept['entries'], currency: string) {
  const entries = all.filter((entry) => entry.day === day);
  const rows = entries.flatMap(rowOf);
  if (rows.length === 0) return { day, saved: null, low: null, high: null, text: null };
  const { saved, low, high } = totalOf(rows);
  const [worst] = rows.toSorted((a, b) => a.saved - b.saved);
  const { kwh: kWh, kind } = entries.find(({ device }) => device === worst!.load)!;
  const text = saved < -0.005 ? lossWords({ ...worst!, kWh, kind }, currency) : null;
  return { day, saved, low, high, text };
}

function used(entries: LedgerKept['entries'], device: string) {
  const own = entries.filter((entry) => entry.device === device && entry.why === null);
  return {
    runs: own.reduce((sum, { runs }) => sum + runs, 0),
    kWh: own.reduce((sum, { kwh }) => sum + kwh, 0),
  };
}

/** What could not be held against anything, by device and reason. */
function leftOf(entries: LedgerKept['entries']): EnergyLedgerPage['left'] {
  const found = new Map<string, EnergyLedgerPage['left'][number]>();
  for (const { kind, device, name, runs, why } of entries) {
    if (why === null) continue;
    const key = `${device} ${why}`;
    found.set(key, { kind, sensor: device, name, why, runs: (found.get(key)?.runs ?? 0) + runs });
  }
  return [...found.values()];
}

const dayWords = (day: string, zone: string): string => {
  const noon = Date.parse(`${day}T12:00:00Z`);
  return dayTime(whenOf(wallOf(noon, zone), 0, zone), zone);
};

function baselineWords(
  habits: readonly Habit[],
  { zone, currency, battery }: { zone: string; currency: string; battery: boolean },
): string | null {
  const own = battery ? batteryBaseline(usualWearPerKWh, currency) : null;
  const [first] = habits.map(({ firstDay }) => firstDay).sort();
  const last = habits
    .map(({ lastDay }) => lastDay)
    .sort()
    .at(-1);
  if (first === undefined || last === undefined) return own;
  const span = `${dayWords(first, zone)} to ${dayWords(last, zone)}`;
  const usual = `Held against when ${count(habits.length, 'device')} began to run from ${span}, at the prices of the same day; whoever moved it.`;
  return own === null ? usual : `${usual} ${own}`;
}
