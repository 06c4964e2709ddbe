import { sql } from 'kysely';
import { type Db, json, type Row } from './tables.ts';

export type WorkflowVersionRow = Row<'workflow_versions'>;
export type WorkflowFileRow = Row<'workflow_files'>;

/** Keeps a version under its hash; answers its number, which counts the versions of a name. */
export async function saveWorkflowVersion(
  db: Db,
  o: { hash: string; name: string; code: string; declared: unknown },
): Promise<number> {
  await sql`
    insert into workflow_versions (hash, name, number, code, declared)
    select ${o.hash}, ${o.name}, coalesce(max(number), 0) + 1, ${o.code}, ${json(o.declared)}::jsonb
    from workflow_versions where name = ${o.name}
    on conflict (hash) do nothing`.execute(db);
  const row = await db
    .selectFrom('workflow_versions')
    .select('number')
    .where('hash', '=', o.hash)
    .executeTakeFirstOrThrow();
  return row.number;
}

export const getWorkflowVersion = (db: Db, hash: string): Promise<WorkflowVersionRow | undefined> =>
  db.selectFrom('workflow_versions').selectAll().where('hash', '=', hash).executeTakeFirst();

/** What the newest look at a file gave: a version, or why it could not be loaded (the version then stays). */
export async function saveWorkflowFile(
  db: Db,
  o: { name: string; at: Date } & ({ hash: string } | { error: unknown }),
): Promise<void> {
  const set = 'hash' in o ? { hash: o.hash, error: null } : { error: json(o.error) };
  await db
    .insertInto('workflow_files')
    .values({ name: o.name, hash: null, changed_at: o.at, ...set })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ ...set, changed_at: o.at }))
    .execute();
}

export const listWorkflowFiles = (db: Db): Promise<WorkflowFileRow[]> =>
  db.selectFrom('workflow_files').selectAll().orderBy('name').execute();

export async function dropWorkflowFile(db: Db, name: string): Promise<void> {
  await db.deleteFrom('workflow_files').where('name', '=', name).execute();
}

/** Open Runs by version, of versions that are not the newest of their file. */
export async function olderVersionsAtWork(
  db: Db,
): Promise<{ name: string; number: number; runs: number }[]> {
  const { rows } = await sql<{ name: string; number: number; runs: number }>`
    select v.name, v.number, count(*)::int as runs
    from runs r join workflow_versions v on v.hash = r.version
    left join workflow_files f on f.name = v.name
    where r.state in ('waiting', 'running') and f.hash is distinct from v.hash
    group by v.name, v.number order by v.name, v.number`.execute(db);
  return rows;
}

/** Retention: versions that no file and no kept Run names. */
export async function dropUnusedVersions(db: Db, before: Date): Promise<void> {
  await sql`
    delete from workflow_versions v
    where v.made_at < ${before}
      and not exists (select from workflow_files f where f.hash = v.hash)
      and not exists (select from runs r where r.version = v.hash)`.execute(db);
}
