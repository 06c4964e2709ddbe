/** What was saved, kept for each day that is over: by what the meters of devices measured, whoever moved it. */
import type { Rate } from '@tomte/sdk/prices';
import { wallOf, whenOf } from '@tomte/sdk/wall-clock';
import { type DeviceDay, type DeviceHours, ledgerDay } from '../../energy/ledger/day.ts';
import { habitOf } from '../../energy/ledger/runs.ts';
import { dayMs, hourMs } from '../../energy/series.ts';
import { type ByHour, changesByHour } from '../../energy/setup/house.ts';
import { dayOf } from '../../energy/story/days.ts';
import { keepHabit, keepLedgerDay, listHabits, listLedgerDays } from '../../store/ledger.ts';
import type { Db } from '../../store/tables.ts';
import { batteryDays } from './ledger-batteries.ts';
import type { EnergyHome } from './meters.ts';

export interface LedgerParts {
  readonly db: Db;
  readonly now: number;
  readonly home: string;
  readonly zone: string;
  readonly energy: EnergyHome;
  /** What was paid, and what a kWh fed in brought, in the past. */
  readonly buy: readonly Rate[];
  readonly sell: readonly Rate[];
}

/** Habits are read from so many days before the first that is told. */
const habitDays = 28;
const leastHabitDays = 14;
/** Of a past that is known from the first moment, so many days are told at once. */
const firstDays = 28;
/** Statistics of the last hours may come late. */
const lateMs = 3 * hourMs;
/** What has not come by then will not come: a meter that was taken away does not stop the ledger. */
const longestLateMs = 2 * dayMs;

/** Keeps all days that are over and were not kept; a day on which something still runs waits, and so do later ones. */
export async function keepLedger(parts: LedgerParts): Promise<void> {
  const { db, home, zone, energy, now } = parts;
  const devices = devicesOf(energy);
  const first = firstHour(energy);
  if (!Number.isFinite(first)) return;
  const solar = solarOf(energy);
  let from = await nextDay(parts, first);
  for (;;) {
    const to = whenOf(wallOf(from, zone), 0, zone, 1);
    if (to + lateMs > now) return;
    const habits = await habitsAt(parts, devices, from);
    const day = {
      ...{ from, to, solar, house: energy.house, buy: parts.buy, sell: parts.sell },
      mayWait: now < to + longestLateMs,
    };
    const rows = ledgerDay({
      ...{ ...day, zone },
      devices: devices.map((one) => ({ ...one, habit: habits.get(one.device) ?? null })),
    });
    const batteries = batteryDays(energy, day);
    if (!rows || !batteries) return;
    const id = { home, day: dayOf(from, zone), at: new Date(now) };
    await keepLedgerDay(db, id, [...rows, ...batteries].map(entryOf));
    from = to;
  }
}

/** Of the meters that something is told of; Infinity where there are none. */
function firstHour({ setup, clean }: EnergyHome): number {
  const told = setup.meters.filter(({ role }) => role === 'device' || role === 'discharge');
  return Math.min(...told.flatMap(({ statistic }) => clean.get(statistic)?.[0]?.start ?? []));
}

/** Midnight of the first day that is not kept; of a home that was never told of, after a habit can be known. */
async function nextDay({ db, home, zone, now }: LedgerParts, first: number): Promise<number> {
  const [last] = await listLedgerDays(db, home, 1);
  const midnight = (t: number, days: number) => whenOf(wallOf(t, zone), 0, zone, days);
  if (last !== undefined) return midnight(Date.parse(`${last}T12:00:00Z`), 1);
  return Math.max(midnight(first, leastHabitDays + 1), midnight(now, -firstDays));
}

/** A device's first habit stands; one that has none yet is looked at anew each day. */
async function habitsAt(
  { db, home, zone }: LedgerParts,
  devices: readonly Omit<DeviceHours, 'habit'>[],
  to: number,
): Promise<Map<string, readonly number[]>> {
  const known = new Map((await listHabits(db, home)).map((one) => [one.device, one.starts]));
  const from = to - habitDays * dayMs;
  for (const { device, kWh } of devices) {
    const starts = known.has(device) ? null : habitOf(kWh, { from, to, zone });
    if (!starts) continue;
    const span = { firstDay: dayOf(from, zone), lastDay: dayOf(to - hourMs, zone) };
    await keepHabit(db, home, { device, starts, ...span });
    known.set(device, starts);
  }
  return known;
}

function devicesOf({ setup, judged, clean }: EnergyHome): Omit<DeviceHours, 'habit'>[] {
  return setup.meters
    .filter(({ role, statistic }) => role === 'device' && !judged.blocked.has(statistic))
    .map(({ statistic, name }) => ({
      ...{ device: statistic, name, kWh: changesByHour(clean.get(statistic)) },
    }));
}

/** kWh of all roofs; an hour that one of them does not tell is absent. */
function solarOf({ setup, judged, clean }: EnergyHome): ByHour {
  const roofs = setup.meters.filter(({ role }) => role === 'solar');
  if (roofs.some(({ statistic }) => judged.blocked.has(statistic))) return new Map();
  const [one, ...others] = roofs.map(({ statistic }) => changesByHour(clean.get(statistic)));
  const hours = [...(one ?? [])].flatMap(([t, kWh]) => {
    const rest = others.map((roof) => roof.get(t));
    if (rest.includes(undefined)) return [];
    return [[t, rest.reduce<number>((sum, more) => sum + more!, kWh)] as const];
  });
  return new Map(hours);
}

const entryOf = ({ kind, device, name, runs, kWh, money, why }: DeviceDay) => ({
  ...{ kind, device, name, runs, kwh: kWh, why },
  ...(money ?? { paid: null, usual: null, low: null, high: null }),
});
