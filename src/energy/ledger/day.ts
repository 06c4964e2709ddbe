/** One day of the ledger: what ran on it, measured, against when it usually ran. Pure. */
import type { Rate } from '@tomte/sdk/prices';
import { hourMs } from '../series.ts';
import type { ByHour } from '../setup/house.ts';
import { ledgerOf } from './ledger.ts';
import { longestHours, runsOf } from './runs.ts';

export interface DeviceHours {
  readonly device: string;
  readonly name: string;
  readonly kWh: ByHour;
  /** Usual begins, ms since midnight; null where no habit is known. */
  readonly habit: readonly number[] | null;
}

export interface DayInput {
  readonly from: number;
  readonly to: number;
  readonly devices: readonly DeviceHours[];
  readonly buy: readonly Rate[];
  readonly sell: readonly Rate[];
  /** kWh that the panels made and that the home used; hours that are not known are absent. */
  readonly solar: ByHour;
  readonly house: ByHour;
  readonly zone: string;
  /** False: later hours will not come any more, so that what was still running is told as far as it is known. */
  readonly mayWait: boolean;
}

/** What one device did on one day. Money is null where `why` says what was not known. */
export interface DeviceDay {
  /** A battery is held against itself, not against hours at which it usually ran. */
  readonly kind: 'device' | 'battery';
  readonly device: string;
  readonly name: string;
  readonly runs: number;
  readonly kWh: number;
  readonly money: {
    readonly paid: number;
    readonly usual: number;
    readonly low: number;
    readonly high: number;
  } | null;
  readonly why: string | null;
}

/**
 * Devices that began to run on the day; null while one of their runs may still go on, or hours of a meter that was
 * there before are still to come: some integrations bring in a day at once.
 */
export function ledgerDay(o: DayInput): DeviceDay[] | null {
  const found: DeviceDay[] = [];
  for (const device of o.devices) {
    const { kWh } = device;
    const runs = runsOf(kWh, o);
    const isLate = kWh.has(o.from - hourMs) && !kWh.has(o.to - hourMs);
    const goesOn = runs.some(({ ended, watts }) => !ended && watts.length <= longestHours);
    if (o.mayWait && (isLate || goesOn)) return null;
    if (runs.length > 0) found.push(deviceDay(o, device, runs));
  }
  return found;
}

function deviceDay(
  o: DayInput,
  { device, name, kWh, habit }: DeviceHours,
  runs: ReturnType<typeof runsOf>,
): DeviceDay {
  const used = runs.reduce((sum, { watts }) => sum + watts.reduce((a, b) => a + b, 0) / 1000, 0);
  const common = { kind: 'device' as const, device, name, runs: runs.length, kWh: used };
  if (runs.some(({ watts }) => watts.length > longestHours)) {
    return { ...common, money: null, why: `It ran more than ${longestHours} hours at a time.` };
  }
  const { rows, left } = ledgerOf({
    ...{ buy: o.buy, sell: o.sell, zone: o.zone, surplusW: surplusOf(o, kWh) },
    ran: runs.map(({ start, watts }) => ({
      ...{ load: device, name, start, watts, stepMs: hourMs, usualStarts: habit ?? [] },
    })),
  });
  // A day of which only a part is priced would be told as if it were all.
  const [row] = rows;
  if (left.length > 0 || !row) return { ...common, money: null, why: left[0]?.why ?? null };
  const { paid, usual, low, high } = row;
  return { ...common, money: { paid, usual, low, high }, why: null };
}

/** Sun that nothing but this device could have used, W by hour. */
function surplusOf({ solar, house }: DayInput, kWh: ByHour): Map<number, number> {
  const found = new Map<number, number>();
  for (const [t, made] of solar) {
    const used = house.get(t);
    if (used !== undefined) found.set(t, Math.max(0, made - used + (kWh.get(t) ?? 0)) * 1000);
  }
  return found;
}
