/** One problem on the wire. What the design names first; what is optional beyond it, after. */
import { z } from 'zod';

const time = z.iso.datetime({ offset: true });
const amount = z.number().finite().min(0).max(1e9);
const price = z.number().finite().min(-1_000).max(1_000);
const series = <S extends z.ZodType>(value: S) => z.array(value.nullable()).min(1).max(1_000);
const watts = z.number().finite().max(1e9);
const minutes = z.number().finite().min(0).max(100_000);
const degrees = z.number().finite().min(-100).max(200);
const efficiency = z.number().finite().gt(0).max(1);

const battery = z.object({
  capacityWh: amount,
  socWh: amount,
  socMinWh: amount.nullish(),
  socMaxWh: amount.nullish(),
  chargeMaxW: amount,
  dischargeMaxW: amount,
  chargeEfficiency: efficiency.nullish(),
  dischargeEfficiency: efficiency.nullish(),
  wearCostPerKWh: z.number().finite().min(0).max(1_000).nullish(),
  endValuePerKWh: price.nullish(),
  mayExport: z.boolean().nullish(),
});

const comfort = z.object({
  nowC: degrees,
  minC: degrees,
  maxC: degrees,
  capacityWhPerK: z.number().finite().gt(0).max(1e6),
  lossWPerK: amount,
  heatPerPower: z.number().finite().gt(0).max(20).nullish(),
  outsideC: z.union([degrees, z.array(degrees).min(1).max(1_000)]),
  drawW: z.union([z.number().finite(), z.array(z.number().finite()).min(1).max(1_000)]).nullish(),
});

const load = z.object({
  id: z.string().min(1).max(200),
  powerW: amount,
  durationMinutes: minutes.nullish(),
  contiguous: z.boolean().nullish(),
  earliest: time.nullish(),
  deadline: time.nullish(),
  doneMinutes: minutes.nullish(),
  running: z.boolean().nullish(),
  powerMinW: amount.nullish(),
  fromBattery: z.boolean().nullish(),
  minOnMinutes: minutes.nullish(),
  minOffMinutes: minutes.nullish(),
  startCost: z.number().finite().min(0).max(100).nullish(),
  comfort: comfort.nullish(),
});

const previousPlan = z.object({
  slots: z
    .array(
      z.object({
        start: time,
        minutes: z.number().finite().gt(0).max(100_000),
        loads: z.record(z.string(), z.number().nullable()).nullish(),
      }),
    )
    .max(1_000),
});

const band = z.object({ low: series(watts), expected: series(watts), high: series(watts) });

export const problemSchema = z.object({
  id: z.union([z.string().max(200), z.number().finite()]),
  start: time,
  slotMinutes: z.union([
    z.number().finite().min(1).max(1_440),
    z.array(z.number().finite().min(1).max(1_440)).min(1).max(1_000),
  ]),
  importPrice: series(price),
  exportPrice: series(price),
  baseLoadW: series(amount),
  solarW: series(watts),
  bands: z.object({ baseLoadW: band, solarW: band }).nullish(),
  gridImportMaxW: amount.nullish(),
  gridExportMaxW: amount.nullish(),
  peakPricePerKW: z.number().finite().min(0).max(10_000).nullish(),
  peakSoFarW: amount.nullish(),
  battery: battery.nullish(),
  loads: z.array(load).max(60).nullish(),
  previousPlan: previousPlan.nullish(),
  timeLimitMs: z.number().finite().min(1).max(60_000).nullish(),
});

export type ProblemOnWire = z.output<typeof problemSchema>;
export type LoadOnWire = z.output<typeof load>;
export type BatteryOnWire = z.output<typeof battery>;
