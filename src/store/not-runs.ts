import { sql } from 'kysely';
import { type Db, json, type Row } from './tables.ts';

export type NotRunRow = Row<'not_run'>;

export interface NewNotRun {
  readonly home: string;
  readonly workflow: string;
  /** Kind of the trigger. */
  readonly trigger: string;
  readonly code: string;
  readonly reason: string;
  readonly details: Readonly<Record<string, unknown>>;
  /** The Run it would have been. */
  readonly run: string;
  readonly at: Date;
}

/** Rows kept of each workflow in a home. */
export const notRunsKept = 500;

/**
 * A trigger matched and no Run started: why. The same words as the newest row of the workflow, within a
 * day, are counted there, and so is the same code within a minute: a flood stays few rows, each with its
 * newest words and time.
 */
export async function addNotRun(db: Db, row: NewNotRun): Promise<void> {
  const { home, workflow, trigger, code, reason, run, at } = row;
  const details = json(row.details);
  const counted = await sql`
    update not_run set times = times + 1, since = coalesce(since, at), at = greatest(at, ${at}),
      run = ${run}, reason = ${reason}, details = ${details}::jsonb
    where id = (select id from not_run where home_id = ${home} and workflow = ${workflow}
        order by id desc limit 1)
      and code = ${code} and trigger = ${trigger} and run <> ${run}
      and abs(extract(epoch from at - ${at}::timestamptz)) <
        case when reason = ${reason} then 86400 else 60 end`.execute(db);
  if ((counted.numAffectedRows ?? 0n) > 0n) return;
  await db
    .insertInto('not_run')
    .values({ home_id: home, workflow, trigger, code, reason, details, run, at })
    .execute();
  await sql`
    delete from not_run where home_id = ${home} and workflow = ${workflow} and id <= (
      select id from not_run where home_id = ${home} and workflow = ${workflow}
      order by id desc offset ${notRunsKept} limit 1)`.execute(db);
}

/** Newest first; a row that counts several touches `[from, to)` when any of them may. */
export function listNotRuns(
  db: Db,
  o: {
    home?: string | undefined;
    workflow?: string | undefined;
    from?: Date | undefined;
    to?: Date | undefined;
    limit: number;
  },
): Promise<NotRunRow[]> {
  let query = db.selectFrom('not_run').selectAll();
  if (o.home !== undefined) query = query.where('home_id', '=', o.home);
  if (o.workflow !== undefined) query = query.where('workflow', '=', o.workflow);
  if (o.from !== undefined) query = query.where('at', '>=', o.from);
  if (o.to !== undefined) query = query.where(sql<Date>`coalesce(since, at)`, '<', o.to);
  return query.orderBy('at', 'desc').orderBy('id', 'desc').limit(o.limit).execute();
}
