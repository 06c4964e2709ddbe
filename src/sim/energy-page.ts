/** A home that knows more of its energy: what it feeds in, two devices, and prices of the day ahead. */
import { capacityKWh } from './home-battery.ts';
import type { House } from './house.ts';
import { type LivedEntity, measured, meter } from './lived.ts';
import { hashOf, seeded } from './random.ts';

const hourMs = 3_600_000;
const energy = meter('kWh', 'energy', 2, 5 * 60_000);

export function energyEntities(): readonly LivedEntity[] {
  return [
    measured(
      {
        id: 'sensor.grid_export',
        name: 'Grid Export',
        ...{ device: 'Electricity meter', area: 'Utility' },
      },
      energy,
      (h, t) => 900 + h.totals(t).exportKWh,
    ),
    measured(
      {
        id: 'sensor.dishwasher_energy',
        name: 'Dishwasher Energy',
        ...{ device: 'Dishwasher', area: 'Kitchen' },
      },
      energy,
      (h, t) => 210 + h.totals(t).dishwasherKWh,
    ),
    measured(
      {
        id: 'sensor.ev_charger_energy',
        name: 'EV Charger Energy',
        ...{ device: 'EV charger', area: 'Garage' },
      },
      energy,
      (h, t) => 1400 + h.totals(t).carKWh,
    ),
    dayAheadPrice(),
  ];
}

export function batteryEntities(): readonly LivedEntity[] {
  const place = { device: 'Home battery', area: 'Utility' };
  return [
    measured(
      { id: 'sensor.battery_charged', name: 'Battery Charged', ...place },
      energy,
      (h, t) => 3100 + h.totals(t).batteryInKWh,
    ),
    measured(
      { id: 'sensor.battery_discharged', name: 'Battery Discharged', ...place },
      energy,
      (h, t) => 2800 + h.totals(t).batteryOutKWh,
    ),
    measured(
      { id: 'sensor.battery_charge', name: 'Battery Charge', ...place },
      { unit: '%', deviceClass: 'battery', decimals: 1, stepMs: 5 * 60_000 },
      (h, t) => h.totals(t).batteryPercent,
    ),
  ];
}

/** The price of the hour, all taxes in it; the coming hours in its attributes, those of tomorrow from 13:00 on. */
function dayAheadPrice(): LivedEntity {
  // The same object for the same hour: a state that says the same is no change.
  let told: { t: number; house: House; lists: object } | null = null;
  return {
    ...{ id: 'sensor.day_ahead_price', name: 'Day-ahead Price', device: '', area: null },
    attributes: {
      ...{ state_class: 'measurement', unit_of_measurement: 'EUR/kWh' },
      friendly_name: 'Day-ahead Price',
    },
    stepMs: hourMs,
    state: (house, t) => priceAt(house, t).toFixed(4),
    moving(house, t) {
      if (told?.t === t && told.house === house) return told.lists;
      const day = house.dayAt(t);
      const next = house.dayAt(day.start + day.minutes * 60_000);
      const isOut = t - day.start >= 13 * hourMs;
      const lists = {
        raw_today: listOf(house, day),
        raw_tomorrow: isOut ? listOf(house, next) : [],
      };
      told = { t, house, lists };
      return lists;
    },
  };
}

function listOf(house: House, day: { start: number; minutes: number }): object[] {
  return Array.from({ length: day.minutes / 60 }, (_, n) => {
    const start = day.start + n * hourMs;
    return {
      start: new Date(start).toISOString(),
      end: new Date(start + hourMs).toISOString(),
      value: Number(priceAt(house, start).toFixed(4)),
    };
  });
}

/** Dear in the morning and more so in the evening, cheap at night and under the sun; no day like another. */
function priceAt(house: House, t: number): number {
  const { start } = house.dayAt(t);
  const hour = Math.floor((t - start) / hourMs);
  const bump = (at: number, width: number) => Math.exp(-(((hour - at) / width) ** 2));
  const mood = seeded(hashOf(`price ${start}`));
  const level = 0.07 + 0.05 * mood();
  const spot =
    level + 0.05 * bump(8, 2) + (0.08 + 0.06 * mood()) * bump(18.5, 2.5) - 0.03 * bump(13, 2.5);
  const wobble = 0.01 * seeded(hashOf(`price ${start} ${hour}`))();
  return (spot + wobble) * 1.19 + 0.17;
}

const batterySource = {
  type: 'battery',
  stat_energy_from: 'sensor.battery_discharged',
  stat_energy_to: 'sensor.battery_charged',
  stat_soc: 'sensor.battery_charge',
  capacity: capacityKWh,
};

/** The energy page of such a home. */
export const richPage = (
  plain: { grid: object; solar: object; water: object },
  { homeBattery }: { homeBattery: boolean },
): object => ({
  energy_sources: [
    {
      ...plain.grid,
      stat_energy_to: 'sensor.grid_export',
      entity_energy_price: 'sensor.day_ahead_price',
      number_energy_price_export: 0.08,
    },
    { ...plain.solar, stat_rate: 'sensor.solar_power' },
    plain.water,
    ...(homeBattery ? [batterySource] : []),
  ],
  device_consumption: [
    { stat_consumption: 'sensor.dishwasher_energy', name: 'Dishwasher' },
    {
      stat_consumption: 'sensor.ev_charger_energy',
      name: 'Car',
      stat_rate: 'sensor.ev_charger_power',
    },
  ],
});
