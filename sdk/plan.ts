/** What a home’s plan wants now, as a workflow that carries it out is told. */
import type { Action } from './home.ts';
import type { PlanLoad } from './plan-load.ts';

export interface PlanAsked {
  readonly loads: readonly PlanLoad[];
  /** The fuse: what may be drawn from the grid, W. */
  readonly gridImportMaxW?: number | null;
  /** What is drawn from the grid, W: while it is silent nothing is planned by, and all is handed back. */
  readonly meter?: string | null;
  /** What this workflow switched last, by name of the load: where the home shows the other, a person did that. */
  readonly switched?: Readonly<Record<string, 'on' | 'off'>>;
  /** As it found each before it first switched it: what it goes back to where its line says nothing. */
  readonly found?: Readonly<Record<string, 'on' | 'off'>>;
  /** Nothing will be switched any more: the orders give everything back. */
  readonly leaving?: boolean;
}

export interface LoadOrder {
  readonly load: string;
  /** Null: it is left as it is. */
  readonly want: 'on' | 'off' | null;
  /** As the home shows it; null where it is not known. */
  readonly is: 'on' | 'off' | null;
  readonly action: Action | null;
  /** How long it could still wait and be done in time, minutes: what may wait longest is shed first. */
  readonly slackMinutes: number;
  /** It may be interrupted. */
  readonly mayPause: boolean;
  /** It ran for as long as it needs; absent where it did not. */
  readonly done?: boolean;
  readonly why: string;
}

export interface PlannedNow {
  /** When the plan was made, epoch ms; null where there is none. */
  readonly madeAt: number | null;
  /** Why there is no plan to follow, in words; null while there is one. */
  readonly stale: string | null;
  /** The meter has told nothing since, epoch ms: why all is handed back; null or absent while it tells. */
  readonly silentSince?: number | null;
  readonly orders: readonly LoadOrder[];
  readonly batteryMode: 'self_consume' | 'charge' | 'discharge' | 'hold' | null;
}
