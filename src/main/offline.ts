import { join } from 'node:path';
import { TomteError } from '@tomte/sdk/errors';
import { type OperationName, operations, type Tomte } from '@tomte/sdk/operations';
import type { LinkAnswer, LinkRequest } from '@tomte/sdk/types';
import { toTomteError } from '../api/answers.ts';
import type { Config } from '../config.ts';
import { systemClock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { clusterExists } from '../store/cluster.ts';
import { dump } from './backups.ts';
import { openBase } from './base.ts';
import type { OfflinePlace } from './offline-place.ts';

export interface Offline {
  readonly tomte: Tomte;
  /** The whole database as one backup; nothing is brought forward for it. */
  backup(signal: AbortSignal): AsyncGenerator<Uint8Array>;
  close(): Promise<void>;
}

/**
 * Tomte without a running service: the folder is locked and the store opened at the first operation
 * that needs it. `linkHome` opens it only after the home answered well, so that a fault of the address
 * is told before a fault of the folder.
 */
export function openOffline(config: Config, log: Log): Offline {
  let opened: Promise<OfflinePlace> | null = null;
  const open = () => {
    // A backup, and a command that needs a service, need none of these rooms.
    opened ??= import('./offline-place.ts').then((room) => room.openOfflinePlace(config, log));
    return opened;
  };

  async function linkHome(input: unknown): Promise<LinkAnswer> {
    const request = checked('linkHome', input) as LinkRequest;
    const { linkOffline } = await import('./offline-place.ts');
    return linkOffline(request, open);
  }

  const tomte = new Proxy({} as Tomte, {
    get(_, name: string) {
      if (name === 'linkHome') return linkHome;
      // Asked by what looks after a container: that must not start a database.
      if (name === 'status') return () => Promise.reject(needsService());
      return async (given: unknown) => {
        const input = checked(name as OperationName, given);
        const operation = (await open()).tomte[name as OperationName] as
          | ((i: unknown) => Promise<unknown>)
          | undefined;
        if (!operation) {
          throw needsService();
        }
        return operation(input);
      };
    },
  });
  return {
    tomte,
    backup: (signal) => backUp(config, log, signal),
    close: async () => (await opened)?.close(),
  };
}

const needsService = () =>
  new TomteError('cli.service_unreachable', 'This needs a running Tomte', {
    hint: 'Start it: tomte start, or npm start in a checkout.',
  });

async function* backUp(config: Config, log: Log, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  // Opening the ground would make what is missing.
  if (config.databaseUrl === null && !(await clusterExists(join(config.dataFolder, 'postgres')))) {
    throw new TomteError('backup.nothing_there', `There is no database in ${config.dataFolder}`);
  }
  const clock = systemClock;
  const base = await openBase(config, { clock, log });
  try {
    yield* dump({ config, clock, log, base }, signal);
  } finally {
    await base.close();
  }
}

/** The same judge as over HTTP: what a running service refuses is refused here too. */
function checked(name: OperationName, given: unknown): unknown {
  const read = operations[name].input.safeParse(given);
  if (!read.success) throw toTomteError(read.error);
  return read.data;
}
