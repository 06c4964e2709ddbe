import type { Generated } from 'kysely';
import type { Json, Maybe, MaybeTime, TimeNow } from './columns.ts';

export interface ModelsTable {
  name: string;
  settings: Json;
  secrets_sealed: Maybe<Buffer>;
  state: Generated<'off' | 'watch' | 'on'>;
  watch_since: MaybeTime;
  agreed_at: MaybeTime;
  changed_at: TimeNow;
}

export interface DecisionsTable {
  home_id: string;
  seq: number;
  id: string;
  at: number;
  asked_by: string;
  key: string | null;
  decided_by: 'rule' | 'model';
  prompt_hash: string;
  record: string;
  seal: string;
}

export interface DecisionChainsTable {
  home_id: string;
  dropped: Generated<number>;
  dropped_seal: Generated<string>;
  last: number;
  last_seal: string;
  seal: string;
}

export interface DecisionUsageTable {
  day: string;
  asked_by: string;
  calls: Generated<number>;
  tokens: Generated<number>;
  cost: Generated<number>;
  refused: Generated<number>;
}
