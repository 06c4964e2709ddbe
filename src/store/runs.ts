import { sql } from 'kysely';
import { type Db, json, type Row } from './tables.ts';

export type RunRow = Row<'runs'>;
export type RunState = RunRow['state'];

/** Journals a Run before it starts. False when it is there already: the same happening, once. */
export async function addRun(
  db: Db,
  run: {
    id: string;
    home: string;
    workflow: string;
    trigger: unknown;
    reason: string;
    state?: RunState;
    at?: Date;
    version?: string | null;
    parent?: string | null;
    dry?: boolean;
    /** Mode and settings it starts under. */
    terms?: unknown;
    /** Run whose steps it takes over, and the place from which it goes on by itself. */
    fork?: unknown;
  },
): Promise<boolean> {
  const done = await db
    .insertInto('runs')
    .values({
      id: run.id,
      home_id: run.home,
      workflow: run.workflow,
      trigger: json(run.trigger) ?? 'null',
      reason: run.reason,
      state: run.state ?? 'running',
      version: run.version ?? null,
      parent: run.parent ?? null,
      dry: run.dry ?? false,
      terms: json(run.terms),
      fork: json(run.fork),
      ...(run.at === undefined ? {} : { created_at: run.at }),
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst();
  return (done.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** Between wakes: `waiting` or `running`. A Run that has ended stays ended. */
export async function setRunState(db: Db, id: string, state: 'waiting' | 'running'): Promise<void> {
  await db
    .updateTable('runs')
    .set({ state })
    .where('id', '=', id)
    .where('state', 'in', ['waiting', 'running'])
    .execute();
}

/** The end, once, and with it what it waited for is left: the first end that is written counts. */
export async function endRun(
  db: Db,
  o: {
    id: string;
    state: 'done' | 'failed' | 'cancelled';
    at: Date;
    result?: unknown;
    /** The body of a TomteError: code, message, hint, details. */
    error?: unknown;
  },
): Promise<boolean> {
  const at = o.at.getTime();
  const left = json({ kind: 'left', at });
  const { rows } = await sql<{ id: string }>`
    with ended as (
      update runs set state = ${o.state}, ended_at = ${o.at}::timestamptz,
        result = ${json(o.result)}::jsonb, error = ${json(o.error)}::jsonb
      where id = ${o.id} and state in ('waiting', 'running')
      returning id),
    leaving as (
      update waits set settled_at = ${at}, outcome = ${left}::jsonb from ended
      where waits.run = ended.id and waits.settled_at is null)
    select id from ended`.execute(db);
  return rows.length > 0;
}

export const getRun = (db: Db, id: string): Promise<RunRow | undefined> =>
  db.selectFrom('runs').selectAll().where('id', '=', id).executeTakeFirst();

/** Newest first. */
export function listRuns(
  db: Db,
  o: {
    home?: string | undefined;
    workflow?: string | undefined;
    states?: readonly RunState[];
    limit?: number | undefined;
  },
): Promise<RunRow[]> {
  let query = db.selectFrom('runs').selectAll();
  if (o.home !== undefined) query = query.where('home_id', '=', o.home);
  if (o.workflow !== undefined) query = query.where('workflow', '=', o.workflow);
  if (o.states !== undefined) query = query.where('state', 'in', [...o.states]);
  return query
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(o.limit ?? 100)
    .execute();
}

/**
 * Runs of a home that have not ended, oldest first: what a start or a takeover goes on with. Those that
 * only wait are left out, except those of these kinds of trigger or these workflows.
 */
export const openRuns = (
  db: Db,
  home: string,
  also: { kinds: readonly string[]; workflows: readonly string[] },
): Promise<RunRow[]> =>
  db
    .selectFrom('runs')
    .selectAll()
    .where('home_id', '=', home)
    .where((row) =>
      row.or([
        row('state', '=', 'running'),
        row.and([row('state', '=', 'waiting'), row('segment', '=', 0)]),
        row.and([
          row('state', '=', 'waiting'),
          row.or([
            row(sql<string>`trigger->>'kind'`, 'in', ['', ...also.kinds]),
            row('workflow', 'in', ['', ...also.workflows]),
          ]),
        ]),
      ]),
    )
    .orderBy('created_at')
    .orderBy('id')
    .execute();

/** For the rules of a workflow's mode: its Runs that have not ended, its last start, and what became of this one. */
export async function startsOf(
  db: Db,
  o: { home: string; workflow: string; run: string },
): Promise<{
  open: { id: string }[];
  lastAt: number | null;
  isThere: boolean;
  isRefused: boolean;
}> {
  const { rows } = await sql<{
    open: string[] | null;
    last: Date | null;
    there: boolean;
    refused: boolean;
  }>`
    select
      (select array_agg(id order by created_at, id) from runs
        where home_id = ${o.home} and workflow = ${o.workflow} and state in ('waiting', 'running')) as open,
      (select max(created_at) from runs
        where home_id = ${o.home} and workflow = ${o.workflow}) as last,
      exists (select from runs where id = ${o.run}) as there,
      exists (select from not_run where home_id = ${o.home} and run = ${o.run}) as refused`.execute(
    db,
  );
  const row = rows[0]!;
  return {
    open: (row.open ?? []).map((id) => ({ id })),
    lastAt: row.last?.getTime() ?? null,
    isThere: row.there,
    isRefused: row.refused,
  };
}

/** Answers how often its process died by now. */
export async function countCrash(db: Db, id: string): Promise<number> {
  const row = await db
    .updateTable('runs')
    .set((now) => ({ crashes: now('crashes', '+', 1) }))
    .where('id', '=', id)
    .returning('crashes')
    .executeTakeFirst();
  return row?.crashes ?? 0;
}

export async function forgetCrashes(db: Db, id: string): Promise<void> {
  await db.updateTable('runs').set({ crashes: 0 }).where('id', '=', id).execute();
}

/** Runs that this one called and that have not ended. */
export const openChildren = (db: Db, parent: string): Promise<RunRow[]> =>
  db
    .selectFrom('runs')
    .selectAll()
    .where('parent', '=', parent)
    .where('state', 'in', ['waiting', 'running'])
    .execute();

export const openRunsOf = (
  db: Db,
  o: { home: string; workflow: string },
): Promise<{ id: string }[]> =>
  db
    .selectFrom('runs')
    .select('id')
    .where('home_id', '=', o.home)
    .where('workflow', '=', o.workflow)
    .where('state', 'in', ['waiting', 'running'])
    .execute();

/** How many Runs stand above this one, each having called the next. */
export async function ancestorsOf(db: Db, id: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    with recursive above (id, parent, depth) as (
      select id, parent, 0 from runs where id = ${id}
      union all
      select runs.id, runs.parent, above.depth + 1 from runs join above on runs.id = above.parent
      where above.depth < 100)
    select max(depth)::int as count from above`.execute(db);
  return rows[0]?.count ?? 0;
}

/** How many Runs followed each other up to this one, each started by the end of the one before; at most 50. */
export async function chainOf(db: Db, run: string): Promise<number> {
  const { rows } = await sql<{ length: number }>`
    with recursive chain (id, before, length) as (
      select id, trigger->>'run', 1 from runs where id = ${run}
      union all
      select runs.id, runs.trigger->>'run', length + 1
      from runs join chain on runs.id = chain.before
      where length < 50)
    select coalesce(max(length), 0) as length from chain`.execute(db);
  return rows[0]?.length ?? 0;
}

/** Retention: ended Runs and reasons older than `before`. Answers the Runs with their last execution. */
export async function dropRuns(db: Db, before: Date): Promise<{ id: string; segment: number }[]> {
  await db.deleteFrom('not_run').where('at', '<', before).execute();
  return db
    .deleteFrom('runs')
    .where('ended_at', '<', before)
    .returning(['id', 'segment'])
    .execute();
}
