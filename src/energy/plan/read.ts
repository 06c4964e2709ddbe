import { TomteError } from '@tomte/sdk/errors';
import type {
  Band,
  Battery,
  Comfort,
  Load,
  PlanSlot,
  PreviousSlot,
  Problem,
  SlotBands,
} from './problem.ts';
import {
  type BatteryOnWire,
  type LoadOnWire,
  type ProblemOnWire,
  problemSchema,
} from './schema.ts';

const minuteMs = 60_000;
/** Only breaks ties. */
const leastStartCost = 0.0003;
const dayMs = 24 * 60 * minuteMs;

/** Makes a problem whole. Throws plan.input_invalid, which names the place. */
export function readProblem(value: unknown): Problem {
  const parsed = problemSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(
      `${issue?.path.join('.') || 'the problem'}: ${issue?.message ?? 'not as expected'}`,
    );
  }
  const wire = parsed.data;
  const slots = slotsOf(wire);
  const loads = (wire.loads ?? []).map((load, n) => loadOf(load, slots, n));
  const twice = loads.find((load, n) => loads.findIndex(({ id }) => id === load.id) < n);
  if (twice) throw invalid(`loads: ${twice.id} stands there twice`);
  return {
    id: String(wire.id),
    slots,
    bands: bandsOf(wire, slots),
    gridImportMaxW: wire.gridImportMaxW ?? Infinity,
    gridExportMaxW: wire.gridExportMaxW ?? Infinity,
    peak: wire.peakPricePerKW
      ? { pricePerKW: wire.peakPricePerKW, soFarW: wire.peakSoFarW ?? 0 }
      : null,
    battery: wire.battery ? batteryOf(wire.battery) : null,
    loads,
    previous: previousOf(wire.previousPlan),
    timeLimitMs: wire.timeLimitMs ?? 1_000,
  };
}

const invalid = (message: string): TomteError => new TomteError('plan.input_invalid', message);

function slotsOf(wire: ProblemOnWire): PlanSlot[] {
  const { slotMinutes } = wire;
  const lengths =
    typeof slotMinutes === 'number' ? wire.importPrice.map(() => slotMinutes) : slotMinutes;
  const starts: number[] = [];
  let at = Date.parse(wire.start);
  for (const minutes of lengths) {
    starts.push(at);
    at += minutes * minuteMs;
  }
  const whole = (name: 'importPrice' | 'exportPrice' | 'baseLoadW' | 'solarW', none?: number) => {
    const values = wire[name];
    if (values.length !== lengths.length)
      throw invalid(`${name}: ${values.length} values for ${lengths.length} slots`);
    return filled(values, starts, name, none);
  };
  const [importPrice, exportPrice] = [whole('importPrice'), whole('exportPrice', 0)];
  const [baseLoadW, solarW] = [whole('baseLoadW'), whole('solarW', 0)];
  return lengths.map((minutes, n) => ({
    start: starts[n]!,
    end: starts[n]! + minutes * minuteMs,
    minutes,
    hours: minutes / 60,
    importPrice: importPrice[n]!,
    exportPrice: exportPrice[n]!,
    baseLoadW: baseLoadW[n]!,
    // At night an inverter draws a few watts, which the house's load holds already.
    solarW: Math.max(0, solarW[n]!),
  }));
}

/** A missing end is the mean; ends the wrong way round are turned. */
function bandsOf({ bands }: ProblemOnWire, slots: readonly PlanSlot[]): SlotBands[] | null {
  if (!bands) return null;
  const band = (name: keyof SlotBands, n: number): Band => {
    const mean = slots[n]![name];
    const of = (end: keyof Band) => {
      const values = bands[name][end];
      if (values.length !== slots.length)
        throw invalid(`bands.${name}.${end}: ${values.length} values for ${slots.length} slots`);
      return Math.max(0, values[n] ?? mean);
    };
    const [low, expected, high] = [of('low'), of('expected'), of('high')].sort((a, b) => a - b);
    return { low: low!, expected: expected!, high: high! };
  };
  return slots.map((_, n) => ({ baseLoadW: band('baseLoadW', n), solarW: band('solarW', n) }));
}

/** A missing value is that of the same time on another day of the plan, else the mean of those known. */
function filled(
  values: readonly (number | null)[],
  starts: readonly number[],
  name: string,
  none: number | undefined,
): number[] {
  const known = new Map<number, number>();
  values.forEach((value, n) => {
    if (value !== null) known.set(starts[n]!, value);
  });
  if (known.size === values.length) return values as number[];
  if (known.size === 0) {
    if (none !== undefined) return values.map(() => none);
    throw invalid(`${name}: holds no value`);
  }
  const mean = [...known.values()].reduce((sum, value) => sum + value, 0) / known.size;
  return values.map(
    (value, n) => value ?? known.get(starts[n]! - dayMs) ?? known.get(starts[n]! + dayMs) ?? mean,
  );
}

function batteryOf(wire: BatteryOnWire): Battery {
  const socMaxWh = Math.min(wire.socMaxWh ?? wire.capacityWh, wire.capacityWh);
  const socMinWh = wire.socMinWh ?? 0;
  if (socMinWh > socMaxWh) throw invalid('battery: socMinWh is above socMaxWh or the capacity');
  if (wire.socWh > wire.capacityWh * 1.001) throw invalid('battery: socWh is above the capacity');
  return {
    socWh: wire.socWh,
    socMinWh,
    socMaxWh,
    chargeMaxW: wire.chargeMaxW,
    dischargeMaxW: wire.dischargeMaxW,
    chargeEfficiency: wire.chargeEfficiency ?? 1,
    dischargeEfficiency: wire.dischargeEfficiency ?? 1,
    wearCostPerKWh: wire.wearCostPerKWh ?? 0,
    endValuePerKWh: wire.endValuePerKWh ?? null,
    mayExport: wire.mayExport ?? false,
  };
}

function loadOf(wire: LoadOnWire, slots: readonly PlanSlot[], n: number): Load {
  const [start, end] = [slots[0]!.start, slots.at(-1)!.end];
  if (!wire.comfort && wire.durationMinutes == null)
    throw invalid(`loads.${n}: neither durationMinutes nor comfort`);
  const powerMinW = wire.powerMinW ?? null;
  if (powerMinW !== null && powerMinW > wire.powerW)
    throw invalid(`loads.${n}: powerMinW is above powerW`);
  return {
    id: wire.id,
    powerW: wire.powerW,
    powerMinW: wire.contiguous ? null : powerMinW,
    minutes: wire.comfort ? 0 : Math.max(0, wire.durationMinutes! - (wire.doneMinutes ?? 0)),
    contiguous: wire.contiguous ?? false,
    earliest: wire.earliest ? Math.max(Date.parse(wire.earliest), start) : start,
    deadline: wire.deadline ? Date.parse(wire.deadline) : end,
    running: wire.running ?? false,
    fromBattery: wire.fromBattery ?? true,
    minOnMinutes: wire.minOnMinutes ?? 0,
    minOffMinutes: wire.minOffMinutes ?? 0,
    startCost: wire.startCost ?? leastStartCost,
    comfort: wire.comfort ? comfortOf(wire.comfort, slots.length, n) : null,
  };
}

function comfortOf(wire: NonNullable<LoadOnWire['comfort']>, count: number, n: number): Comfort {
  if (wire.minC > wire.maxC) throw invalid(`loads.${n}.comfort: minC is above maxC`);
  const bySlot = (value: number | number[], name: string) => {
    if (typeof value === 'number') return Array.from({ length: count }, () => value);
    if (value.length !== count)
      throw invalid(`loads.${n}.comfort.${name}: ${value.length} values for ${count} slots`);
    return value;
  };
  return {
    nowC: wire.nowC,
    minC: wire.minC,
    maxC: wire.maxC,
    capacityWhPerK: wire.capacityWhPerK,
    lossWPerK: wire.lossWPerK,
    heatPerPower: wire.heatPerPower ?? 1,
    outsideC: bySlot(wire.outsideC, 'outsideC'),
    drawW: bySlot(wire.drawW ?? 0, 'drawW'),
  };
}

function previousOf(wire: ProblemOnWire['previousPlan']): PreviousSlot[] {
  return (wire?.slots ?? []).map(({ start, minutes, loads }) => {
    const begin = Date.parse(start);
    const on = Object.entries(loads ?? {}).flatMap(([id, watts]) => ((watts ?? 0) > 0 ? [id] : []));
    return { start: begin, end: begin + minutes * minuteMs, on };
  });
}
