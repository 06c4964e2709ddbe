import type { Tomte } from '@tomte/sdk/operations';
import { listPersons, removePerson, savePerson } from '../alert/persons.ts';
import { listRoutes, removeRoute, saveRoute } from '../alert/routes.ts';
import type { Db } from '../store/tables.ts';

type Names =
  | 'listPersons'
  | 'savePerson'
  | 'removePerson'
  | 'listRoutes'
  | 'saveRoute'
  | 'removeRoute';

/** Who is told, and of what; the store alone can answer, also with no service running. */
export const peopleOperations = (db: Db): Pick<Tomte, Names> => ({
  listPersons: () => listPersons(db),
  savePerson: (input) => savePerson(db, input),
  removePerson: async ({ id }) => {
    await removePerson(db, id);
    return { removed: id };
  },
  listRoutes: () => listRoutes(db),
  saveRoute: (input) => saveRoute(db, input),
  removeRoute: async ({ id }) => {
    await removeRoute(db, id);
    return { removed: id };
  },
});
