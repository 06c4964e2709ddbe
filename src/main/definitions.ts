import { join } from 'node:path';
import type { ConnectorDefinition } from '@tomte/sdk/connector';
import type {
  ChannelDefinition,
  DetectorDefinition,
  TriggerDefinition,
  WorkflowDefinition,
} from '@tomte/sdk/define';
import type { ModelDefinition } from '@tomte/sdk/model';
import type { TariffDefinition } from '@tomte/sdk/tariff';
import { type Extensions, loadExtensions } from '../lib/extensions.ts';

/** All that is made of one file each: built-ins first, then the person's own folder. */
export interface Definitions {
  readonly detectors: Extensions<DetectorDefinition>;
  readonly channels: Extensions<ChannelDefinition>;
  readonly connectors: Extensions<ConnectorDefinition>;
  readonly models: Extensions<ModelDefinition>;
  readonly tariffs: Extensions<TariffDefinition>;
  readonly triggers: Extensions<TriggerDefinition>;
  readonly workflows: Extensions<WorkflowDefinition>;
}

const own = (path: string) => join(import.meta.dirname, '..', path);
const folderOf = (dataFolder: string | null, kind: string) =>
  dataFolder === null ? [] : [join(dataFolder, kind)];

export const loadDetectors = (dataFolder: string | null) =>
  loadExtensions<DetectorDefinition>(
    'detector',
    own('anomaly/detectors'),
    folderOf(dataFolder, 'detectors'),
  );

export const loadModels = (dataFolder: string | null) =>
  loadExtensions<ModelDefinition>('model', own('decide/models'), folderOf(dataFolder, 'models'));

export async function loadDefinitions(dataFolder: string | null): Promise<Definitions> {
  const [detectors, channels, connectors, models, tariffs, triggers, workflows] = await Promise.all(
    [
      loadDetectors(dataFolder),
      loadExtensions<ChannelDefinition>(
        'channel',
        own('alert/channels'),
        folderOf(dataFolder, 'channels'),
      ),
      loadExtensions<ConnectorDefinition>(
        'connector',
        own('connect/connectors'),
        folderOf(dataFolder, 'connectors'),
      ),
      loadModels(dataFolder),
      loadExtensions<TariffDefinition>(
        'tariff',
        own('energy/tariffs'),
        folderOf(dataFolder, 'tariffs'),
      ),
      loadExtensions<TriggerDefinition>('trigger', own('engine/triggers')),
      loadExtensions<WorkflowDefinition>('workflow', own('workflows')),
    ],
  );
  return { detectors, channels, connectors, models, tariffs, triggers, workflows };
}
