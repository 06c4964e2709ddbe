import type { Context } from './states.ts';

export interface BusEvent {
  readonly type: string;
  readonly data: object;
  readonly context: Context;
}

/** Event types a user who is no administrator may listen to (auth/permissions/events.py). */
export const eventsForAll: ReadonlySet<string> = new Set([
  ...['area', 'device', 'entity', 'floor', 'label', 'category'].map((r) => `${r}_registry_updated`),
  'component_loaded',
  'core_config_updated',
  'labs_updated',
  'lovelace_updated',
  'panels_updated',
  'repairs_issue_registry_updated',
  'recorder_5min_statistics_generated',
  'recorder_hourly_statistics_generated',
  'service_registered',
  'service_removed',
  'shopping_list_updated',
  'state_changed',
  'themes_updated',
]);

export class Bus {
  readonly #listeners = new Set<(event: BusEvent) => void>();

  listen(listener: (event: BusEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  fire(event: BusEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
