import { join } from 'node:path';
import { TomteError } from '@tomte/sdk/errors';
import { type OperationName, operations, type Tomte } from '@tomte/sdk/operations';
import type { LinkAnswer, LinkRequest, ProbeStage } from '@tomte/sdk/types';
import { toTomteError } from '../api/answers.ts';
import type { Config } from '../config.ts';
import { authorize } from '../home/authorize.ts';
import { systemClock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { oneByOne } from '../lib/one-by-one.ts';
import { clusterExists } from '../store/cluster.ts';
import { backtestOperations } from './backtests.ts';
import { dump, openHomeStore } from './backups.ts';
import { openBase } from './base.ts';
import { briefly } from './brief-life.ts';
import { modelLists, recordOperations } from './decide/operations.ts';
import { loadDefinitions } from './definitions.ts';
import { openHomeSettings } from './home-settings.ts';
import { authorizedAnswer, keepAuthorized } from './keep-home.ts';
import { tokenOperations } from './mcp/tokens.ts';
import { connectorOperations } from './operations-connectors.ts';
import { homeOperations } from './operations-homes.ts';
import { peopleOperations } from './operations-people.ts';
import { settingsOperations } from './operations-settings.ts';
import type { PlaceParts } from './parts.ts';
import { openSettings } from './settings.ts';
import { storedChannels, storedLists } from './stored-lists.ts';

export interface Offline {
  readonly tomte: Tomte;
  /** The whole database as one backup; nothing is brought forward for it. */
  backup(signal: AbortSignal): AsyncGenerator<Uint8Array>;
  close(): Promise<void>;
}

type Opened = { tomte: Partial<Tomte>; parts: OfflineParts; close(): Promise<void> };
type OfflineParts = Pick<PlaceParts, 'store' | 'key' | 'clock' | 'log' | 'place' | 'discovers'>;

/**
 * Tomte without a running service: the folder is locked and the store opened at the first operation
 * that needs it. `linkHome` opens it only after the home answered well, so that a fault of the address
 * is told before a fault of the folder.
 */
export function openOffline(config: Config, log: Log): Offline {
  const clock = systemClock;
  let opened: Promise<Opened> | null = null;
  const open = () => {
    opened ??= openAll(config, log);
    return opened;
  };

  async function linkHome(input: unknown): Promise<LinkAnswer> {
    const request = checked('linkHome', input) as LinkRequest;
    const probe: ProbeStage[] = [];
    const onStage = (stage: ProbeStage) => void probe.push(stage);
    const found = await authorize(request, { clock, onStage });
    if (!found.ok) return authorizedAnswer(found);
    const { parts } = await open();
    return keepAuthorized({ parts, lives: () => new Map() }, request, found, probe);
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

async function openAll(config: Config, log: Log): Promise<Opened> {
  const clock = systemClock;
  const base = await openBase(config, { clock, log });
  try {
    const store = await openHomeStore({ config, clock, log, base }, { engineToo: false });
    const parts: OfflineParts = {
      ...{ store, key: base.key, clock, log, place: 'tomte' },
      discovers: config.discover === 'on',
    };
    const settings = await openSettings(store.db, {
      retentionDays: config.retentionDays,
      publicUrl: config.publicUrl,
    });
    const place = {
      parts,
      settings,
      offline: true,
      lives: () => new Map(),
      begin: async () => {},
      end: async () => {},
      inTurn: oneByOne(),
      homeSettings: await openHomeSettings(store.db),
    };
    const definitions = () => loadDefinitions(config.dataFolder);
    return {
      parts,
      tomte: {
        ...homeOperations(place, async (request) => {
          throw new TomteError('cli.usage', `link of ${request.address} goes another way`);
        }),
        ...settingsOperations(place, { passwordChanged: () => {} }),
        ...peopleOperations(store.db),
        ...tokenOperations(parts),
        ...storedLists(parts, definitions),
        ...storedChannels(parts, definitions),
        backtest: (input) => backtestOnce(parts, config, input),
        ...recordOperations(parts),
        ...modelLists(parts, definitions),
        ...connectorOperations(parts, async () => (await definitions()).connectors),
      },
      close: async () => {
        await store.close();
        await base.close();
      },
    };
  } catch (error) {
    await base.close();
    throw error;
  }
}

async function backtestOnce(
  parts: OfflineParts,
  config: Config,
  input: Parameters<Tomte['backtest']>[0],
): ReturnType<Tomte['backtest']> {
  const definitions = await loadDefinitions(config.dataFolder);
  const all = { ...parts, ...definitions };
  return briefly(all, input.home, (life) => backtestOperations(all, () => life).backtest(input));
}
