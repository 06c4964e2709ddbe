import type { Settings } from '@tomte/sdk/types';
import { readSetting, saveSetting } from '../store/settings.ts';
import type { Db } from '../store/tables.ts';

/** Settings a person changes while Tomte runs, kept in the store and in memory. */
export interface LiveSettings {
  get(): Settings;
  save(change: Partial<Settings>): Promise<Settings>;
  actionsStopped(): boolean;
  stopActions(stopped: boolean): Promise<void>;
}

/** What the configuration says; the rest has a default of its own. */
export type SettingsGiven = Omit<Settings, 'digestAt'> & Partial<Settings>;

export async function openSettings(db: Db, given: SettingsGiven): Promise<LiveSettings> {
  const defaults: Settings = { digestAt: '07:30', ...given };
  // Only what a person changed is kept, so that the rest still follows the configuration.
  let changed = ((await readSetting(db, 'person')) ?? {}) as Partial<Settings>;
  let stopped = (await readSetting(db, 'actionsStopped')) === true;
  return {
    get: () => ({ ...defaults, ...changed }),
    async save(change) {
      const next = { ...changed, ...change };
      await saveSetting(db, 'person', next);
      changed = next;
      return { ...defaults, ...next };
    },
    actionsStopped: () => stopped,
    async stopActions(value) {
      // Stopping holds at once, also when the database is slow to remember it.
      if (value) stopped = true;
      await saveSetting(db, 'actionsStopped', value);
      stopped = value;
    },
  };
}
