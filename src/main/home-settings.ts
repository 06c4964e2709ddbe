import type { HomeNotes } from '@tomte/sdk/types-detect';
import { changeHome, listHomes } from '../store/homes.ts';
import { type Db, json } from '../store/tables.ts';

/** What a person said about one home besides its Link. */
export interface HomeSettings {
  /** Entity into which the forwarding blueprint writes what was pressed on phones. */
  readonly buttonsEntity: string | null;
  /** Nobody but Tomte uses its user of Home Assistant. */
  readonly ownUser: boolean;
  /** What the person wants to read in alerts: where the main tap is, whom to call. */
  readonly notes: HomeNotes;
}

/** Kept in memory too: asked at each Action and at each change of a state. */
export interface AllHomeSettings {
  of(home: string): HomeSettings;
  save(home: string, change: Partial<HomeSettings>): Promise<void>;
  drop(home: string): void;
}

const usual: HomeSettings = { buttonsEntity: null, ownUser: false, notes: {} };

export async function openHomeSettings(db: Db): Promise<AllHomeSettings> {
  const all = new Map<string, HomeSettings>();
  for (const row of await listHomes(db)) {
    const { id, buttons_entity: buttonsEntity, own_user: ownUser } = row;
    all.set(id, { buttonsEntity, ownUser, notes: (row.notes ?? {}) as HomeNotes });
  }
  const of = (home: string) => all.get(home) ?? usual;
  return {
    of,
    async save(home, change) {
      const next = { ...of(home), ...change };
      await changeHome(db, home, {
        buttons_entity: next.buttonsEntity,
        own_user: next.ownUser,
        notes: json(next.notes),
      });
      all.set(home, next);
    },
    drop: (home) => void all.delete(home),
  };
}
