/** What is to be planned, once read and made whole: times in epoch ms, no value missing. Pure. */

/** A stretch of the plan. Prices per kWh; powers are means over the slot. */
export interface PlanSlot {
  readonly start: number;
  readonly end: number;
  readonly minutes: number;
  readonly hours: number;
  readonly importPrice: number;
  readonly exportPrice: number;
  readonly baseLoadW: number;
  readonly solarW: number;
}

/** Where a value lies four times in five, and its middle; W. */
export interface Band {
  readonly low: number;
  readonly expected: number;
  readonly high: number;
}

export interface SlotBands {
  readonly baseLoadW: Band;
  readonly solarW: Band;
}

export interface Battery {
  readonly socWh: number;
  readonly socMinWh: number;
  readonly socMaxWh: number;
  readonly chargeMaxW: number;
  readonly dischargeMaxW: number;
  readonly chargeEfficiency: number;
  readonly dischargeEfficiency: number;
  readonly wearCostPerKWh: number;
  /** Null: the planner values what is stored itself. */
  readonly endValuePerKWh: number | null;
  readonly mayExport: boolean;
}

/** A room, a tank: warmth it holds and loses, and the band it should stay in. */
export interface Comfort {
  readonly nowC: number;
  readonly minC: number;
  readonly maxC: number;
  readonly capacityWhPerK: number;
  readonly lossWPerK: number;
  /** Warmth from one unit of power: 1 for a heating rod, 3 for a heat pump. */
  readonly heatPerPower: number;
  /** By slot. */
  readonly outsideC: readonly number[];
  /** Warmth taken besides the loss (hot water drawn), or given (below 0: sun, people), by slot. */
  readonly drawW: readonly number[];
}

export interface Load {
  readonly id: string;
  readonly powerW: number;
  /** Null: on or off. Else it may run at anything from this to `powerW`. */
  readonly powerMinW: number | null;
  /** Minutes at full power that are still to come; 0 for one that only keeps a comfort. */
  readonly minutes: number;
  readonly contiguous: boolean;
  /** Epoch ms. */
  readonly earliest: number;
  readonly deadline: number;
  readonly running: boolean;
  /** False: the home battery is not discharged while it runs. */
  readonly fromBattery: boolean;
  readonly minOnMinutes: number;
  readonly minOffMinutes: number;
  /** What a start is weighed with: fewer are kinder to the appliance. */
  readonly startCost: number;
  readonly comfort: Comfort | null;
}

export interface Problem {
  readonly id: string;
  readonly slots: readonly PlanSlot[];
  /** What may come of each slot besides its mean; null where only the means are known. */
  readonly bands: readonly SlotBands[] | null;
  readonly gridImportMaxW: number;
  readonly gridExportMaxW: number;
  /** Price of the highest mean import of a slot, above what was reached before. */
  readonly peak: { readonly pricePerKW: number; readonly soFarW: number } | null;
  readonly battery: Battery | null;
  readonly loads: readonly Load[];
  readonly previous: readonly PreviousSlot[];
  readonly timeLimitMs: number;
}

/** What an earlier plan meant to run: ids of loads, in `[start, end)`. */
export interface PreviousSlot {
  readonly start: number;
  readonly end: number;
  readonly on: readonly string[];
}

export const onPowerMinW = 1e-3;

/** Slots whose start the load may begin at or run in: wholly within its window. */
export const within = (slot: PlanSlot, load: Pick<Load, 'earliest' | 'deadline'>): boolean =>
  slot.start >= load.earliest && slot.end <= load.deadline;

export const isJob = (load: Load): boolean => load.comfort === null;
