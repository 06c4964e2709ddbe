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

interface Intended {
  readonly attempts: number;
  readonly answered: boolean;
  readonly outcome: unknown;
  /** Of the first attempt. */
  readonly asked_at: Date;
}

/**
 * Written before an Action is sent. `attempts` above 1 with `answered` false means that an earlier
 * try may have reached the home. Null when the lease is no longer ours: do not send.
 */
export async function intendAction(db: Db, o: Intent): Promise<Intended | null> {
  const { rows } = await sql<Intended>`
    insert into actions (home_id, key, asked_by, action, rule, asked_at)
    select ${o.home}, ${o.key}, ${o.askedBy}, ${json(o.action)}::jsonb, ${o.rule ?? null}::text, ${o.at}::timestamptz
    where ${o.lease ?? null}::bigint is null
      or exists (select from leases where home_id = ${o.home} and token = ${o.lease ?? null}::bigint)
    on conflict (key) do update set attempts = actions.attempts + 1
    returning attempts, answered_at is not null as answered, outcome, asked_at`.execute(db);
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

/** Somebody else changed the entity shortly after; the first such change is kept. */
export async function noteActionConflict(
  db: Db,
  o: { key: string; conflict: unknown },
): Promise<void> {
  await db
    .updateTable('actions')
    .set({ conflict: json(o.conflict) })
    .where('key', '=', o.key)
    .where('conflict', 'is', null)
    .execute();
}

/** What was allowed, oldest first: sent, or about to be. */
export const sentActions = (db: Db, o: { home: string; since: Date }): Promise<ActionRow[]> =>
  db
    .selectFrom('actions')
    .selectAll()
    .where('home_id', '=', o.home)
    .where('asked_at', '>', o.since)
    .where('rule', 'is', null)
    .orderBy('asked_at')
    .limit(50_000)
    .execute();

export const listActions = (
  db: Db,
  o: { home?: string | undefined; run?: string | undefined; limit: number },
): Promise<ActionRow[]> =>
  db
    .selectFrom('actions')
    .selectAll()
    .$if(o.home !== undefined, (q) => q.where('home_id', '=', o.home!))
    .$if(o.run !== undefined, (q) =>
      q.where('key', 'like', `${o.run!.replace(/[\\%_]/g, '\\$&')}/%`),
    )
    .orderBy('asked_at', 'desc')
    .orderBy('id', 'desc')
    .limit(o.limit)
    .execute();
