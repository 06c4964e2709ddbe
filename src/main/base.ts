import { join } from 'node:path';
import type { PoolConfig } from 'pg';
import type { Config } from '../config.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { makeDataFolder } from '../store/account.ts';
import { type Embedded, startEmbedded } from '../store/embedded.ts';
import { type Key, readKey } from '../store/seal.ts';
import { lockFolder } from './folder-lock.ts';

/** The ground under everything: the folder is ours, the key is read, the database answers. */
export interface Base {
  readonly connection: PoolConfig | string;
  readonly key: Key;
  /** Null with a DATABASE_URL. */
  readonly embedded: Embedded | null;
  close(): Promise<void>;
}

export async function openBase(config: Config, o: { clock: Clock; log: Log }): Promise<Base> {
  await makeDataFolder(config.dataFolder);
  const lock = lockFolder(config.dataFolder);
  try {
    const key = await readKey({
      file: config.keyFile ?? join(config.dataFolder, 'key'),
      mayCreate: config.keyFile === null,
    });
    const embedded =
      config.databaseUrl === null
        ? await startEmbedded({ dataDir: config.dataFolder, log: o.log, clock: o.clock })
        : null;
    return {
      connection: embedded?.pool ?? config.databaseUrl!.reveal(),
      key,
      embedded,
      async close() {
        await embedded?.stop();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}
