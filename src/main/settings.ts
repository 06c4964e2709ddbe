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

export async function openSettings(db: Db, defaults: Settings): Promise<LiveSettings> {
  let current: Settings = {
    ...defaults,
    ...((await readSetting(db, 'person')) as Partial<Settings> | null),
  };
  let stopped = (await readSetting(db, 'actionsStopped')) === true;
  return {
    get: () => current,
    async save(change) {
      const next = { ...current, ...change };
      await saveSetting(db, 'person', next);
      current = next;
      return next;
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
