import { TomteError } from '@tomte/sdk/errors';
import type { Tomte } from '@tomte/sdk/operations';
import type { LinkAnswer, LinkRequest, ProbeStage } from '@tomte/sdk/types';
import type { Config } from '../config.ts';
import { authorize } from '../home/authorize.ts';
import { systemClock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { oneByOne } from '../lib/one-by-one.ts';
import { openPastTrials } from './backtests.ts';
import { openHomeStore } from './backups.ts';
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

type OfflineParts = Pick<PlaceParts, 'store' | 'key' | 'clock' | 'log' | 'place' | 'discovers'>;

/** The opened folder of a command that works without a service. */
export interface OfflinePlace {
  readonly parts: OfflineParts;
  readonly tomte: Partial<Tomte>;
  close(): Promise<void>;
}

/** The folder is opened only after the home answered well: a fault of the address is told before its own. */
export async function linkOffline(
  request: LinkRequest,
  open: () => Promise<OfflinePlace>,
): Promise<LinkAnswer> {
  const probe: ProbeStage[] = [];
  const onStage = (stage: ProbeStage) => void probe.push(stage);
  const found = await authorize(request, { clock: systemClock, onStage });
  if (!found.ok) return authorizedAnswer(found);
  const { parts } = await open();
  return keepAuthorized({ parts, lives: () => new Map() }, request, found, probe);
}

export async function openOfflinePlace(config: Config, log: Log): Promise<OfflinePlace> {
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
  return briefly(all, input.home, (life) => openPastTrials(all, () => life).backtest(input));
}
