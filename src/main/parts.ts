import type { ConnectorDefinition } from '@tomte/sdk/connector';
import type { DetectorDefinition, TriggerDefinition, WorkflowDefinition } from '@tomte/sdk/define';
import type { ModelDefinition } from '@tomte/sdk/model';
import type { TariffDefinition } from '@tomte/sdk/tariff';
import type { LiveEvent } from '@tomte/sdk/types';
import type { Engine } from '../engine/engine.ts';
import type { Clock } from '../lib/clock.ts';
import type { Extensions } from '../lib/extensions.ts';
import type { Log } from '../lib/log.ts';
import type { Store } from '../store/open.ts';
import type { Key } from '../store/seal.ts';

/** What everything of one place is made with. A place is the person's homes, or the demo. */
export interface PlaceParts {
  readonly place: 'tomte' | 'demo';
  readonly store: Store;
  readonly key: Key;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  readonly detectors: Extensions<DetectorDefinition>;
  readonly workflows: Extensions<WorkflowDefinition>;
  readonly triggers: Extensions<TriggerDefinition>;
  readonly connectors: Extensions<ConnectorDefinition>;
  readonly models: Extensions<ModelDefinition>;
  readonly tariffs: Extensions<TariffDefinition>;
  /** What may be reached besides public addresses, by what a person typed. */
  readonly allowAddresses: readonly string[];
  readonly engine: Engine;
  readonly publish: (event: LiveEvent) => void;
  /** Whether the local network may be asked for homes. */
  readonly discovers: boolean;
  readonly worker: string;
  readonly boot: string;
}
