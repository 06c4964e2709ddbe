import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PoolConfig } from 'pg';
import type { Config } from '../config.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
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
  // As root the database's own user must pass through to its folder; the key and lock inside are 0600.
  const mode = process.getuid?.() === 0 ? 0o711 : 0o700;
  await mkdir(config.dataFolder, { recursive: true, mode });
  const lock = await lockFolder(config.dataFolder);
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
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}
