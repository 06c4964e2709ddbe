import { listHomes } from '../store/homes.ts';
import type { Db } from '../store/tables.ts';
import { listWorkflowSettings } from '../store/workflow-settings.ts';

export interface Grants {
  /** Entities granted to `workflow:<name>`; read at every Action, so it is kept in memory. */
  of(home: string, askedBy: string): readonly string[];
  set(home: string, workflow: string, entities: readonly string[]): void;
  /** The home is forgotten: another that gets its id begins without any. */
  drop(home: string): void;
}

export async function openGrants(db: Db): Promise<Grants> {
  const granted = new Map<string, readonly string[]>();
  const homes = await listHomes(db);
  const rows = await Promise.all(homes.map((home) => listWorkflowSettings(db, home.id)));
  for (const row of rows.flat()) {
    // Watch only means: may switch nothing.
    granted.set(`${row.home_id} workflow:${row.workflow}`, row.mode === 'on' ? row.grants : []);
  }
  return {
    of: (home, askedBy) => granted.get(`${home} ${askedBy}`) ?? [],
    set: (home, workflow, entities) => granted.set(`${home} workflow:${workflow}`, entities),
    drop(home) {
      for (const key of granted.keys()) if (key.startsWith(`${home} `)) granted.delete(key);
    },
  };
}
