/** Tables of energy: what a person set right, how well it was foreseen, what was saved, and what is planned. */
import type { Json, Maybe, MaybeJson, MaybeTime, Time, TimeNow } from './columns.ts';

export interface EnergySettingsTable {
  home_id: string;
  tariff: string | null;
  settings: Json;
  secrets_sealed: Buffer | null;
  markup: MaybeJson;
  peak: MaybeJson;
  answers: Json;
  changed_at: TimeNow;
}

export interface ForecastDaysTable {
  home_id: string;
  series: 'load' | 'solar';
  day: string;
  made_at: Time;
  slots: Json;
  baseline: Json;
  loss: Maybe<number>;
  baseline_loss: Maybe<number>;
  hours: Maybe<number>;
}

export interface EnergyForeseenTable {
  home_id: string;
  starts_at: Time;
  watts: number;
}

export interface EnergyRatesTable {
  home_id: string;
  starts_at: Time;
  ends_at: Time;
  buy: number;
  sell: Maybe<number>;
}

export interface EnergyHabitsTable {
  home_id: string;
  device: string;
  starts: Json;
  first_day: string;
  last_day: string;
}

export interface EnergyLedgerDaysTable {
  home_id: string;
  day: string;
  kept_at: Time;
}

export interface EnergyLedgerTable {
  home_id: string;
  day: string;
  device: string;
  kind: 'device' | 'battery';
  name: string;
  runs: number;
  kwh: number;
  paid: Maybe<number>;
  usual: Maybe<number>;
  low: Maybe<number>;
  high: Maybe<number>;
  why: Maybe<string>;
}

export interface PlanPinsTable {
  home_id: string;
  load: string;
  kind: 'now' | 'wait' | 'leave' | 'by' | 'at';
  at: MaybeTime;
  until: MaybeTime;
  set_by: 'person' | 'hand';
  set_at: TimeNow;
}

export interface EnergyPlansTable {
  home_id: string;
  made_at: Time;
  made_of: string;
  asked: Json;
  plan: Json;
}
