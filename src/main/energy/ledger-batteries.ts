/** The home's batteries on one day of the ledger, from what its meters measured. */
import {
  type BatteryDayInput,
  type BatteryHours,
  batteryDay,
} from '../../energy/ledger/battery.ts';
import type { DeviceDay } from '../../energy/ledger/day.ts';
import { type ByHour, changesByHour } from '../../energy/setup/house.ts';
import type { BatterySetup } from '../../energy/setup/setup.ts';
import { usualWearPerKWh } from './home-problem.ts';
import type { EnergyHome } from './meters.ts';

/** Null where hours of one are still to come. Each stands before the house with the others as they were. */
export function batteryDays(
  energy: EnergyHome,
  o: Omit<BatteryDayInput, 'solar'> & { readonly solar: ByHour },
): DeviceDay[] | null {
  const all = energy.setup.batteries.map((one, n) => hoursOf(energy, one, n));
  const hasPanels = energy.setup.meters.some(({ role }) => role === 'solar');
  const days = all.map((battery) => {
    const house = withOthers(
      o.house,
      all.filter((other) => other !== battery),
    );
    return batteryDay({ ...o, house, solar: hasPanels ? o.solar : null }, battery);
  });
  return days.every((rows) => rows !== null) ? days.flat() : null;
}

function hoursOf({ judged, clean }: EnergyHome, one: BatterySetup, n: number): BatteryHours {
  // A meter that sums do without tells no hours.
  const hours = (id: string): ByHour =>
    judged.blocked.has(id) ? new Map() : changesByHour(clean.get(id));
  const percent = (one.soc === null ? [] : (clean.get(one.soc) ?? [])).flatMap(({ start, mean }) =>
    mean === null ? [] : [[start, mean] as const],
  );
  return {
    ...{ device: one.discharge, name: n === 0 ? 'Home battery' : `Home battery ${n + 1}` },
    ...{ charge: hours(one.charge), discharge: hours(one.discharge), percent: new Map(percent) },
    ...{ capacityKWh: one.capacityKWh, roundTrip: one.roundTrip, wearPerKWh: usualWearPerKWh },
    ...{ mostIn: kWhOf(one.chargeMaxW), mostOut: kWhOf(one.dischargeMaxW) },
  };
}

/** Of an hour. */
const kWhOf = (watts: number | null): number | null => (watts === null ? null : watts / 1000);

function withOthers(house: ByHour, others: readonly BatteryHours[]): ByHour {
  if (others.length === 0) return house;
  const taken = (t: number) =>
    others.reduce((sum, one) => sum + (one.charge.get(t) ?? 0) - (one.discharge.get(t) ?? 0), 0);
  return new Map([...house].map(([t, used]) => [t, used + taken(t)] as const));
}
