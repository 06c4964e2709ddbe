/**
 * The tables of `migrations/`, as Kysely sees them. `bigint` columns are epoch milliseconds or
 * counters and are read as numbers (the pool parses them; all are far below 2^53); `timestamptz`
 * columns are `Date`s and may be written as a `Date` or as ISO 8601 text.
 * One file, however long: it is one list, and the schema beside it is another.
 */
import type { Grant } from '@tomte/sdk/types-grant';
import type { ColumnType, Generated, Insertable, Kysely, Selectable, Updateable } from 'kysely';
import type { Json, Maybe, MaybeJson, MaybeTime, Texts, Time, TimeNow } from './columns.ts';
import { keepableJson } from './keepable.ts';
import type {
  DecisionChainsTable,
  DecisionsTable,
  DecisionUsageTable,
  ModelsTable,
} from './tables-decide.ts';
import type {
  EnergyForeseenTable,
  EnergyHabitsTable,
  EnergyLedgerDaysTable,
  EnergyLedgerTable,
  EnergyPlansTable,
  EnergyRatesTable,
  EnergySettingsTable,
  ForecastDaysTable,
  PlanPinsTable,
} from './tables-energy.ts';
import type {
  AlertStepsTable,
  DigestItemsTable,
  DigestsTable,
  PersonsTable,
  RoutesTable,
} from './tables-people.ts';

export interface HomesTable {
  id: string;
  name: string;
  instance: string | null;
  address: string;
  version: string;
  time_zone: string;
  currency: string;
  user_name: string;
  user_id: string;
  user_admin: boolean;
  token_sealed: Buffer;
  token_issued_at: MaybeTime;
  token_expires_at: MaybeTime;
  pinned_certificate: string | null;
  allow_plain_http: Generated<boolean>;
  entities: Generated<number>;
  buttons_entity: Maybe<string>;
  own_user: Generated<boolean>;
  notes: MaybeJson;
  linked_at: TimeNow;
  position: Generated<number>;
}

export interface LeasesTable {
  home_id: string;
  worker: string;
  boot: string;
  token: number;
  renewed_at: Time;
  expires_at: Time;
}

export interface SeriesTable {
  id: ColumnType<number, never, never>;
  home_id: string;
  entity_id: string;
  unit: string | null;
}

export interface ReadingsTable {
  series_id: number;
  at: number;
  value: number | null;
  word: string | null;
  late: Generated<boolean>;
}

export interface HoursTable {
  series_id: number;
  at: number;
  mean: number | null;
  min: number | null;
  max: number | null;
  change: number | null;
}

export interface GapsTable {
  id: ColumnType<number, never, never>;
  home_id: string;
  began_at: number;
  ended_at: number;
  cause: string;
  rebuilt: number;
  unknown_entities: Texts;
}

export interface DetectorStatesTable {
  home_id: string;
  detector: string;
  state: Json;
  position: number;
}

export interface EpisodesTable {
  id: string;
  home_id: string;
  detector: string;
  about: string;
  state: 'open' | 'over';
  since: number;
  raised_at: number;
  cleared_at: number | null;
  finding: Json;
  hidden: Generated<boolean>;
}

export interface DetectorSettingsTable {
  home_id: string;
  detector: string;
  settings: Json;
  changed_at: TimeNow;
}

export interface FindingAnswersTable {
  id: string;
  home_id: string;
  detector: string;
  episode: string;
  title: string;
  answer: 'right' | 'expected' | 'not_worth';
  given_by: Maybe<string>;
  given_at: TimeNow;
  hides: MaybeJson;
  undone_at: MaybeTime;
}

export interface WorkflowSettingsTable {
  home_id: string;
  workflow: string;
  mode: 'on' | 'off' | 'watch';
  settings: Json;
  grants: ColumnType<Grant[], unknown, unknown>;
  changed_at: TimeNow;
  secrets_sealed: ColumnType<Buffer | null, Buffer | null | undefined, Buffer | null>;
  watch_until: MaybeTime;
  let_act_at: MaybeTime;
}

export interface RunsTable {
  id: string;
  home_id: string;
  workflow: string;
  trigger: Json;
  reason: string;
  state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';
  result: MaybeJson;
  error: MaybeJson;
  created_at: TimeNow;
  ended_at: MaybeTime;
  version: Maybe<string>;
  parent: Maybe<string>;
  dry: Generated<boolean>;
  segment: Generated<number>;
  crashes: Generated<number>;
  terms: MaybeJson;
  fork: MaybeJson;
}

export interface WaitsTable {
  run: string;
  position: number;
  home_id: string;
  kind: 'sleep' | 'until' | 'event' | 'webhook' | 'approval' | 'run';
  name: string;
  spec: Json;
  began_at: number;
  due_at: number | null;
  settled_at: Maybe<number>;
  outcome: MaybeJson;
}

export interface ApprovalsTable {
  id: string;
  home_id: string;
  run: string | null;
  position: number | null;
  workflow: string | null;
  kind: 'question' | 'action';
  title: string;
  text: string;
  options: Json;
  fallback: string;
  action: MaybeJson;
  action_hash: Maybe<string>;
  state: 'open' | 'answered' | 'expired' | 'cancelled';
  asked_at: TimeNow;
  expires_at: Time;
  answer: Maybe<string>;
  answered_by: Maybe<string>;
  answered_at: MaybeTime;
  used_at: MaybeTime;
  used_by: Maybe<string>;
  alert: Maybe<string>;
}

export interface SchedulesTable {
  home_id: string;
  workflow: string;
  spec: string;
  last_due: number | null;
  next_due: number | null;
}

export interface ClockJumpsTable {
  id: ColumnType<number, never, never>;
  at: Time;
  by_ms: number;
}

export interface NotRunTable {
  id: ColumnType<number, never, never>;
  home_id: string;
  workflow: string;
  reason: string;
  at: TimeNow;
  trigger: Maybe<string>;
  code: Maybe<string>;
  details: MaybeJson;
  run: Maybe<string>;
  times: Generated<number>;
  since: MaybeTime;
}

export interface PendingTriggersTable {
  home_id: string;
  workflow: string;
  kind: 'for' | 'debounce';
  key: string;
  fired: Json;
  due_at: number;
}

export interface WorkflowStoreTable {
  home_id: string;
  workflow: string;
  key: string;
  value: Json;
  updated_at: TimeNow;
}

export interface WorkflowVersionsTable {
  hash: string;
  name: string;
  number: number;
  code: string;
  source_map: string | null;
  declared: Json;
  made_at: TimeNow;
}

export interface WorkflowFilesTable {
  name: string;
  hash: string | null;
  error: MaybeJson;
  changed_at: TimeNow;
}

export interface RunLogsTable {
  id: ColumnType<number, never, never>;
  run: string;
  at: number;
  text: string;
}

export interface ModesTable {
  home_id: string;
  mode: 'pause' | 'guests' | 'away';
  since: Time;
  until: Time;
  set_by: string | null;
  ended_at: MaybeTime;
}

export interface WebhooksTable {
  path_hash: string;
  home_id: string;
  workflow: string;
  name: string;
  sealed: Buffer;
  made_at: TimeNow;
}

export interface WebhookDeliveriesTable {
  path_hash: string;
  id: string;
  at: TimeNow;
}

export interface ConnectorCacheTable {
  home_id: string;
  connector: string;
  key: string;
  value: Json;
  fetched_at: Time;
  valid_until: Time;
  error: MaybeJson;
  failed_at: MaybeTime;
}

export interface ConnectorSettingsTable {
  home_id: string;
  connector: string;
  settings: Json;
  secrets_sealed: Buffer | null;
  changed_at: TimeNow;
}

export interface BacktestsTable {
  home_id: string;
  workflow: string;
  settings: Json;
  result: Json;
  made_at: TimeNow;
}

export interface ActionsTable {
  id: ColumnType<number, never, never>;
  home_id: string;
  key: string;
  asked_by: string;
  action: Json;
  rule: string | null;
  attempts: Generated<number>;
  asked_at: TimeNow;
  answered_at: MaybeTime;
  outcome: MaybeJson;
  conflict: MaybeJson;
}

export interface AlertsTable {
  id: string;
  home_id: string;
  key: string;
  title: string;
  text: string;
  lines: Texts;
  severity: 'now' | 'today' | 'digest';
  state: 'open' | 'acknowledged' | 'snoozed' | 'resolved';
  since: Time;
  entities: Texts;
  facts: MaybeJson;
  detector: string | null;
  episode: string | null;
  workflow: string | null;
  run: string | null;
  created_at: TimeNow;
  updated_at: TimeNow;
  resolved_at: MaybeTime;
  seen_by: string | null;
  seen_at: MaybeTime;
  quiet_until: MaybeTime;
  approval: Maybe<string>;
  choices: MaybeJson;
  depends_on: Texts;
  parent: Maybe<string>;
  told_at: MaybeTime;
  held_until: MaybeTime;
  turns: ColumnType<number[], readonly number[] | undefined, readonly number[]>;
  flapping_since: MaybeTime;
  rests_at: MaybeTime;
  last_words: MaybeJson;
  late: Generated<boolean>;
  action: MaybeJson;
}

export interface ChannelsTable {
  id: string;
  home_id: string | null;
  kind: string;
  name: string;
  enabled: Generated<boolean>;
  severities: Texts;
  settings: Json;
  secrets_sealed: Buffer | null;
  test: MaybeJson;
  stopped_at: MaybeTime;
  created_at: TimeNow;
}

export interface DeliveriesTable {
  id: string;
  alert_id: string | null;
  channel_id: string;
  kind: 'open' | 'update' | 'over' | 'test';
  turn: Generated<number>;
  state: 'pending' | 'sending' | 'sent' | 'failed' | 'held';
  silent: Generated<boolean>;
  message: Json;
  attempts: Generated<number>;
  next_at: TimeNow;
  created_at: TimeNow;
  sent_at: MaybeTime;
  receipt: string | null;
  error: MaybeJson;
  taken_at: MaybeTime;
  /** Worker that sends it, or did. */
  taken_by: Generated<string | null>;
}

export interface SettingsTable {
  name: string;
  value: Json;
}

export interface FirstLooksTable {
  home_id: string;
  look: Json;
  updated_at: TimeNow;
}

export interface Tables {
  homes: HomesTable;
  leases: LeasesTable;
  series: SeriesTable;
  readings: ReadingsTable;
  hours: HoursTable;
  gaps: GapsTable;
  detector_states: DetectorStatesTable;
  episodes: EpisodesTable;
  detector_settings: DetectorSettingsTable;
  finding_answers: FindingAnswersTable;
  workflow_settings: WorkflowSettingsTable;
  runs: RunsTable;
  not_run: NotRunTable;
  actions: ActionsTable;
  alerts: AlertsTable;
  channels: ChannelsTable;
  deliveries: DeliveriesTable;
  settings: SettingsTable;
  first_looks: FirstLooksTable;
  waits: WaitsTable;
  approvals: ApprovalsTable;
  schedules: SchedulesTable;
  clock_jumps: ClockJumpsTable;
  pending_triggers: PendingTriggersTable;
  workflow_store: WorkflowStoreTable;
  workflow_versions: WorkflowVersionsTable;
  workflow_files: WorkflowFilesTable;
  run_logs: RunLogsTable;
  modes: ModesTable;
  webhooks: WebhooksTable;
  webhook_deliveries: WebhookDeliveriesTable;
  connector_cache: ConnectorCacheTable;
  connector_settings: ConnectorSettingsTable;
  backtests: BacktestsTable;
  persons: PersonsTable;
  routes: RoutesTable;
  alert_steps: AlertStepsTable;
  digest_items: DigestItemsTable;
  digests: DigestsTable;
  energy_settings: EnergySettingsTable;
  energy_rates: EnergyRatesTable;
  energy_foreseen: EnergyForeseenTable;
  energy_habits: EnergyHabitsTable;
  energy_ledger_days: EnergyLedgerDaysTable;
  energy_ledger: EnergyLedgerTable;
  forecast_days: ForecastDaysTable;
  plan_pins: PlanPinsTable;
  energy_plans: EnergyPlansTable;
  models: ModelsTable;
  decisions: DecisionsTable;
  decision_chains: DecisionChainsTable;
  decision_usage: DecisionUsageTable;
}

/** A `Transaction<Tables>` is one too. */
export type Db = Kysely<Tables>;

export type Row<T extends keyof Tables> = Selectable<Tables[T]>;
export type NewRow<T extends keyof Tables> = Insertable<Tables[T]>;
export type Change<T extends keyof Tables> = Updateable<Tables[T]>;

/** JSON text for a jsonb column: the driver would send an array as a PostgreSQL array. */
export const json = (value: unknown): string | null =>
  value === null || value === undefined ? null : keepableJson(value);
