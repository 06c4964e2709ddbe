import { allMigrations } from '@dbos-inc/dbos-sdk/internal/sysdb_migrations/internal/migrations';
import type { EngineTables } from '../store/backup.ts';

const schema = 'dbos';
const ledger = 'dbos_migrations';

/**
 * The durable engine's tables for backup and restore. The package lays them step by step, each on its
 * own; a restore is one transaction, so here the package's own statements run in it. Building an index
 * beside the traffic is for a table in use, and not possible there.
 */
export const engineTables: EngineTables = {
  schema,
  ledger,
  version: allMigrations(schema).length,
  async versionIn(client) {
    const { rows } = await client.query<{ there: boolean }>(
      'select to_regclass($1) is not null as there',
      [`${schema}.${ledger}`],
    );
    if (!rows[0]!.there) return null;
    const found = await client.query<{ version: string | null }>(
      `select max(version) as version from ${schema}.${ledger}`,
    );
    const version = found.rows[0]?.version;
    return version === null || version === undefined ? null : Number(version);
  },
  async make(client, version) {
    for (const { pg = [] } of allMigrations(schema).slice(0, version)) {
      for (const statement of pg) {
        await client.query(statement.replaceAll(/\bconcurrently\b/gi, ''));
      }
    }
    await client.query(`delete from ${schema}.${ledger}`);
    await client.query(`insert into ${schema}.${ledger} (version) values ($1)`, [version]);
  },
};
