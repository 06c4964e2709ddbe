import { sql } from 'kysely';
import type { Store } from './open.ts';
import { type Db, json, type NewRow, type Row } from './tables.ts';

export type WaitRow = Row<'waits'>;

/** False when it is there already: a wait is written once, whatever crashes. */
export async function addWait(
  db: Db,
  row: Omit<NewRow<'waits'>, 'spec'> & { spec: unknown },
): Promise<boolean> {
  const done = await db
    .insertInto('waits')
    .values({ ...row, spec: json(row.spec) ?? 'null' })
    .onConflict((conflict) => conflict.columns(['run', 'position']).doNothing())
    .executeTakeFirst();
  return (done.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/**
 * Ends a wait, once, and in the same breath says that its Run is to go on: whoever parks the Run locks
 * its row first, so that neither is lost. False when it was settled before, or the Run has ended.
 */
export async function settleWait(
  db: Db,
  o: { run: string; position: number; at: number; outcome: unknown },
): Promise<boolean> {
  const { rows } = await sql<{ id: string }>`
    with settled as (
      update waits set settled_at = ${o.at}, outcome = ${json(o.outcome)}::jsonb
      where run = ${o.run} and position = ${o.position} and settled_at is null
      returning run)
    update runs set state = 'running' from settled
    where runs.id = settled.run and runs.state in ('waiting', 'running')
    returning runs.id`.execute(db);
  return rows.length > 0;
}

/**
 * The body of a Run is let go until one of these waits is settled; the next execution has the next
 * number. `settled` when one is already, `gone` when the Run is not at this execution any more.
 */
export function parkRun(
  store: Pick<Store, 'transaction'>,
  o: { run: string; segment: number; open: readonly number[] },
): Promise<'parked' | 'settled' | 'gone'> {
  return store.transaction(async (tx) => {
    const row = await tx
      .selectFrom('runs')
      .select('id')
      .where('id', '=', o.run)
      .where('state', 'in', ['waiting', 'running'])
      .where('segment', '=', o.segment)
      .forUpdate()
      .executeTakeFirst();
    if (!row) return 'gone';
    const settled = await tx
      .selectFrom('waits')
      .select('position')
      .where('run', '=', o.run)
      .where('position', 'in', [...o.open])
      .where('settled_at', 'is not', null)
      .executeTakeFirst();
    if (settled) return 'settled';
    await tx
      .updateTable('runs')
      .set({ state: 'waiting', segment: o.segment + 1, crashes: 0 })
      .where('id', '=', o.run)
      .execute();
    return 'parked';
  });
}

export const waitsOf = (db: Db, run: string): Promise<WaitRow[]> =>
  db.selectFrom('waits').selectAll().where('run', '=', run).orderBy('position').execute();

export const getWait = (
  db: Db,
  o: { run: string; position: number },
): Promise<WaitRow | undefined> =>
  db
    .selectFrom('waits')
    .selectAll()
    .where('run', '=', o.run)
    .where('position', '=', o.position)
    .executeTakeFirst();

/**
 * Waits that another Run takes over, with their ends. One that was never settled is open again there;
 * a question is not asked twice, so its fallback answers.
 */
export async function copyWaits(
  db: Db,
  o: { of: string; to: string; before: number; now: number },
): Promise<void> {
  await sql`
    insert into waits (run, position, home_id, kind, name, spec, began_at, due_at, settled_at, outcome)
    select ${o.to}, position, home_id, kind, name, spec, began_at,
      case when kind = 'approval' and settled_at is null then ${o.now} else due_at end,
      case when outcome->>'kind' = 'left' then null else settled_at end,
      case when outcome->>'kind' = 'left' then null else outcome end
    from waits where run = ${o.of} and position < ${o.before}`.execute(db);
}

/** Of these homes, those that end before `before`, soonest first. */
export const dueWaits = (
  db: Db,
  o: { homes: readonly string[]; before: number; limit: number },
): Promise<Pick<WaitRow, 'run' | 'position' | 'home_id' | 'kind' | 'due_at' | 'spec'>[]> =>
  db
    .selectFrom('waits')
    .select(['run', 'position', 'home_id', 'kind', 'due_at', 'spec'])
    .where('home_id', 'in', [...o.homes])
    .where('settled_at', 'is', null)
    .where('due_at', '<', o.before)
    .orderBy('due_at')
    .limit(o.limit)
    .execute();

/** Waits of a home that are settled by what happens there. */
export const openWaits = (
  db: Db,
  o: { home: string; kinds: readonly WaitRow['kind'][] },
): Promise<WaitRow[]> =>
  db
    .selectFrom('waits')
    .selectAll()
    .where('home_id', '=', o.home)
    .where('settled_at', 'is', null)
    .where('kind', 'in', [...o.kinds])
    .execute();

/** The open wait for an approval, whichever Run it belongs to. */
export const waitForApproval = (db: Db, approval: string): Promise<WaitRow | undefined> =>
  db
    .selectFrom('waits')
    .selectAll()
    .where('kind', '=', 'approval')
    .where('settled_at', 'is', null)
    .where(sql<string>`spec->>'approval'`, '=', approval)
    .executeTakeFirst();

/** Open waits for a called Run. */
export const waitsForRun = (db: Db, child: string): Promise<WaitRow[]> =>
  db
    .selectFrom('waits')
    .selectAll()
    .where('kind', '=', 'run')
    .where('settled_at', 'is', null)
    .where(sql<string>`spec->>'run'`, '=', child)
    .execute();

/** Called Runs of a home that ended while nobody told their caller. */
export const endedCalls = (db: Db, homes: readonly string[]): Promise<{ child: string }[]> =>
  db
    .selectFrom('waits')
    .innerJoin('runs', (join) => join.on('runs.id', '=', sql<string>`waits.spec->>'run'`))
    .select('runs.id as child')
    .where('waits.home_id', 'in', [...homes])
    .where('waits.kind', '=', 'run')
    .where('waits.settled_at', 'is', null)
    .where('runs.ended_at', 'is not', null)
    .execute();

export async function saveWaitSpec(
  db: Db,
  o: { run: string; position: number; spec: unknown },
): Promise<void> {
  await db
    .updateTable('waits')
    .set({ spec: json(o.spec) })
    .where('run', '=', o.run)
    .where('position', '=', o.position)
    .where('settled_at', 'is', null)
    .execute();
}

/** Runs of these homes that were woken and may not have been taken up. */
export const wokenRuns = (
  db: Db,
  homes: readonly string[],
): Promise<{ id: string; home_id: string }[]> =>
  db
    .selectFrom('runs')
    .select(['id', 'home_id'])
    .where('home_id', 'in', [...homes])
    .where('state', '=', 'running')
    .where('segment', '>', 0)
    .execute();

/** Of these Runs, the waits that are settled. */
export const settledOf = (
  db: Db,
  runs: readonly string[],
): Promise<Pick<WaitRow, 'run' | 'position' | 'outcome'>[]> =>
  db
    .selectFrom('waits')
    .select(['run', 'position', 'outcome'])
    .where('run', 'in', [...runs])
    .where('settled_at', 'is not', null)
    .execute();

/** Of these Runs, those that have a wait open. */
export async function runsWithOpenWaits(db: Db, runs: readonly string[]): Promise<Set<string>> {
  if (runs.length === 0) return new Set();
  const rows = await db
    .selectFrom('waits')
    .select('run')
    .distinct()
    .where('run', 'in', [...runs])
    .where('settled_at', 'is', null)
    .execute();
  return new Set(rows.map(({ run }) => run));
}
