/** A plan, as `tomte plan --jsonl` answers it. */

export type BatteryMode = 'self_consume' | 'charge' | 'discharge' | 'hold';

export interface PlannedSlot {
  /** ISO 8601 UTC. */
  readonly start: string;
  readonly minutes: number;
  readonly batteryMode: BatteryMode;
  /** Above 0: discharging. */
  readonly batteryW: number;
  /** Above 0: from the grid. */
  readonly gridW: number;
  readonly curtailW: number;
  readonly loads: Readonly<Record<string, number>>;
}

/** A limit that could not be held, by how much, and what a unit of it was weighed with. */
export interface Bent {
  /** `gridImportMaxW`, `gridExportMaxW`, `socMinWh`, `socMaxWh`, `deadline:ID`, `comfort:ID`. */
  readonly limit: string;
  /** Number of the slot it is in; of a deadline, the slot in which it lies. */
  readonly slot: number;
  readonly byW?: number;
  readonly byMinutes?: number;
  readonly byDegrees?: number;
  readonly costPerUnit: number;
}

export interface Plan {
  readonly id: string;
  readonly status: 'optimal' | 'feasible' | 'fallback';
  /** Import less export, and wear; without what is left in the battery. */
  readonly cost: number;
  /** Every load as soon as it may, the battery by itself. */
  readonly costDoNothing: number;
  /** How far from the best it may be, in currency. */
  readonly gap: number;
  readonly solveMs: number;
  readonly slots: readonly PlannedSlot[];
  readonly bent: readonly Bent[];
}

/** What is chosen in each slot, before it is told: W, `batteryW` above 0 when discharging. */
export interface Choice {
  readonly batteryW: readonly number[];
  readonly curtailW: readonly number[];
  readonly loadsW: ReadonlyMap<string, readonly number[]>;
  /** What the battery is told, where that was weighed; null or absent: what its watts come to. */
  readonly modes?: readonly (BatteryMode | null)[];
}
