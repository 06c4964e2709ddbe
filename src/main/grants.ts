import type { Grant } from '@tomte/sdk/types-grant';
import { listHomes } from '../store/homes.ts';
import type { Db } from '../store/tables.ts';
import { listWorkflowSettings } from '../store/workflow-settings.ts';

export interface Grants {
  /** Rules granted to `workflow:<name>`; read at every Action, so they are kept in memory. */
  of(home: string, askedBy: string): readonly Grant[];
  set(home: string, workflow: string, rules: readonly Grant[]): void;
  /** The home is forgotten: another that gets its id begins without any. */
  drop(home: string): void;
}

export async function openGrants(db: Db): Promise<Grants> {
  const granted = new Map<string, readonly Grant[]>();
  const homes = await listHomes(db);
  const rows = await Promise.all(homes.map((home) => listWorkflowSettings(db, home.id)));
  for (const row of rows.flat()) {
    // Watch only means: may switch nothing.
    granted.set(`${row.home_id} workflow:${row.workflow}`, row.mode === 'on' ? row.grants : []);
  }
  return {
    of: (home, askedBy) => granted.get(`${home} ${askedBy}`) ?? [],
    set: (home, workflow, rules) => granted.set(`${home} workflow:${workflow}`, rules),
    drop(home) {
      for (const key of granted.keys()) if (key.startsWith(`${home} `)) granted.delete(key);
    },
  };
}
