/** Tables of who is told, and of what waits to be told. */
import type { RouteStep } from '@tomte/sdk/types-people';
import type { ColumnType, Generated } from 'kysely';
import type { Maybe, Texts, Time, TimeNow } from './columns.ts';

export interface PersonsTable {
  id: string;
  name: string;
  entity: string | null;
  channels: Texts;
  quiet_from: string | null;
  quiet_to: string | null;
  may_say_yes: Generated<boolean>;
  position: Generated<number>;
  created_at: TimeNow;
}

export interface RoutesTable {
  id: string;
  home_id: string | null;
  name: string;
  position: Generated<number>;
  enabled: Generated<boolean>;
  severities: Texts;
  areas: Texts;
  hours_from: string | null;
  hours_to: string | null;
  presence: Generated<'all' | 'home' | 'away'>;
  steps: ColumnType<RouteStep[], string, string>;
  created_at: TimeNow;
}

export interface AlertStepsTable {
  alert_id: string;
  step: number;
  due_at: Time;
  channels: Texts;
}

export interface DigestItemsTable {
  id: ColumnType<number, never, never>;
  home_id: string;
  channel_id: string;
  alert_id: string;
  why: 'digest' | 'quiet' | 'away' | 'held';
  at: Time;
  day: Maybe<string>;
}

export interface DigestsTable {
  home_id: string;
  day: string;
  at: Time;
}
