import { TomteError } from '@tomte/sdk/errors';
import type { Restored } from '../cli/command.ts';
import type { Config } from '../config.ts';
import { engineTables } from '../engine/tables.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { connectPlain, holdsRows } from '../store/backup.ts';
import { listChannels } from '../store/channels.ts';
import { listHomes } from '../store/homes.ts';
import { openStore, type Store } from '../store/open.ts';
import {
  checkFits,
  inspectBackup,
  type OnRows,
  restoreDatabase,
  rowsIn,
} from '../store/restore.ts';
import { fingerprintOf, type Key } from '../store/seal.ts';
import { type Ground, keepAutomatic } from './backups.ts';
import { openBase } from './base.ts';
import { tokenFault } from './home-token.ts';

export interface RestoreRequest {
  readonly file: string;
  /** Also where there is something already; it is backed up first. */
  readonly replace: boolean;
  /** The file is read twice: checked before anything is changed, then restored. */
  readonly onRows: (phase: 'checking' | 'restoring', ...rows: Parameters<OnRows>) => void;
  readonly signal?: AbortSignal;
}

/**
 * Puts a backup in place of what the data folder holds. The folder must be free: no Tomte runs on it.
 * Throws backup.*, store.folder_in_use and what openBase throws; then nothing has changed.
 */
export async function restore(
  o: RestoreRequest & { readonly config: Config; readonly clock: Clock; readonly log: Log },
): Promise<Restored> {
  const { config, clock, log } = o;
  const backup = await inspectBackup(o.file, (...rows) => o.onRows('checking', ...rows));
  await checkFits(backup.header, engineTables);
  const base = await openBase(config, { clock, log });
  try {
    const ground: Ground = { config, clock, log, base };
    const replaced = await makeWay(ground, o.replace);
    await restoreDatabase(backup, {
      connection: base.connection,
      engine: engineTables,
      log,
      onRows: (...rows) => o.onRows('restoring', ...rows),
      ...(o.signal ? { signal: o.signal } : {}),
    });
    const store = await openStore({ connection: base.connection, schema: 'tomte', log });
    try {
      const { createdAt, program, tables, key } = backup.header;
      return {
        ...{ file: o.file, createdAt, program, tables: tables.length, rows: rowsIn(backup.header) },
        replaced,
        key: { needed: key, here: fingerprintOf(base.key) },
        ...(await unreadable(store, base.key, key)),
      };
    } finally {
      await store.close();
    }
  } finally {
    await base.close();
  }
}

/** Answers where what is in the way was backed up to. */
async function makeWay(ground: Ground, replace: boolean): Promise<string | null> {
  const client = await connectPlain(ground.base.connection);
  try {
    const { rows } = await client.query<{ others: number }>(
      `select count(*)::int as others from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid() and application_name like 'tomte%'`,
    );
    // The folder is ours; only a database of the person's own may have other Tomtes.
    if (ground.config.databaseUrl !== null && rows[0]!.others > 0) {
      throw new TomteError('backup.database_in_use', 'Another Tomte is connected to this database');
    }
    if (!(await holdsRows(client))) return null;
  } finally {
    await client.end();
  }
  if (!replace) {
    throw new TomteError(
      'backup.not_empty',
      `There is a Tomte in ${ground.config.dataFolder} already`,
    );
  }
  return keepAutomatic(ground, 'restore');
}

async function unreadable(
  store: Store,
  key: Key,
  needed: string,
): Promise<Pick<Restored, 'linkAnew' | 'typeAnew'>> {
  const { db } = store;
  const homes = (await listHomes(db)).filter((row) => tokenFault(key, row) !== null);
  return {
    linkAnew: homes.map(({ id, name, address }) => ({ id, name, address })),
    typeAnew: needed === fingerprintOf(key) ? [] : await withSecrets(store),
  };
}

/** All that has secrets of its own, in words. */
async function withSecrets({ db }: Store): Promise<string[]> {
  const channels = (await listChannels(db)).filter(({ secrets_sealed }) => secrets_sealed);
  const workflows = await db
    .selectFrom('workflow_settings')
    .select('workflow')
    .where('secrets_sealed', 'is not', null)
    .orderBy('workflow')
    .execute();
  const connectors = await db
    .selectFrom('connector_settings')
    .select('connector')
    .where('secrets_sealed', 'is not', null)
    .orderBy('connector')
    .execute();
  const tariffs = await db
    .selectFrom('energy_settings')
    .select('tariff')
    .where('secrets_sealed', 'is not', null)
    .orderBy('tariff')
    .execute();
  return [
    ...channels.map(({ name }) => `the channel ${name}`),
    ...workflows.map(({ workflow }) => `the workflow ${workflow}`),
    ...connectors.map(({ connector }) => `the connector ${connector}`),
    ...tariffs.map(({ tariff }) => `the tariff ${tariff}`),
  ];
}
