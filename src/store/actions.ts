import { sql } from 'kysely';
import { type Db, json, type Row } from './tables.ts';

export type ActionRow = Row<'actions'>;

export interface Intent {
  readonly home: string;
  /** Run and step, or who asked and when: the same key is the same Action. */
  readonly key: string;
  readonly askedBy: string;
  readonly action: unknown;
  readonly rule?: string | null;
  readonly at: Date;
  /** Token of the home's lease: with it, only its holder may write. */
  readonly lease?: number;
}

/**
 * Written before an Action is sent. `attempts` above 1 with `answered` false means that an earlier
 * try may have reached the home. Null when the lease is no longer ours: do not send.
 */
export async function intendAction(
  db: Db,
  o: Intent,
): Promise<{ attempts: number; answered: boolean; outcome: unknown } | null> {
  const { rows } = await sql<{ attempts: number; answered: boolean; outcome: unknown }>`
    insert into actions (home_id, key, asked_by, action, rule, asked_at)
    select ${o.home}, ${o.key}, ${o.askedBy}, ${json(o.action)}::jsonb, ${o.rule ?? null}::text, ${o.at}::timestamptz
    where ${o.lease ?? null}::bigint is null
      or exists (select from leases where home_id = ${o.home} and token = ${o.lease ?? null}::bigint)
    on conflict (key) do update set attempts = actions.attempts + 1
    returning attempts, answered_at is not null as answered, outcome`.execute(db);
  return rows[0] ?? null;
}

export async function answerAction(
  db: Db,
  o: { key: string; outcome: unknown; at: Date },
): Promise<void> {
  await db
    .updateTable('actions')
    .set({ answered_at: o.at, outcome: json(o.outcome) })
    .where('key', '=', o.key)
    .execute();
}
