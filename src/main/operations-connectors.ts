import { TomteError } from '@tomte/sdk/errors';
import type { Tomte } from '@tomte/sdk/operations';
import * as desk from '../connect/desk.ts';
import type { FactsRoom } from '../connect/facts.ts';
import { iso } from '../lib/clock.ts';
import { getHome } from '../store/homes.ts';
import type { PlaceParts } from './parts.ts';

type Names =
  | 'listConnectorKinds'
  | 'listConnectors'
  | 'saveConnector'
  | 'removeConnector'
  | 'askConnector';

/** Setting up needs no running home; asking does, so it is the service's. */
export function connectorOperations(
  parts: Pick<PlaceParts, 'store' | 'key'>,
  connectors: () => Promise<PlaceParts['connectors']>,
): Pick<Tomte, Exclude<Names, 'askConnector'>> {
  const { db } = parts.store;
  async function known(home: string): Promise<void> {
    if (!(await getHome(db, home))) {
      throw new TomteError('home.not_found', `There is no home ${home}`);
    }
  }
  return {
    listConnectorKinds: async () => desk.kindsOf(await connectors()),
    async listConnectors({ home }) {
      await known(home);
      return desk.list(db, await connectors(), home);
    },
    async saveConnector({ home, name, settings }) {
      await known(home);
      const o = { connectors: await connectors(), key: parts.key, settings };
      return desk.save(db, { home, connector: name }, o);
    },
    async removeConnector({ home, name }) {
      await desk.remove(db, { home, connector: name });
      return { removed: name };
    },
  };
}

export const askOperation = (facts: FactsRoom): Pick<Tomte, 'askConnector'> => ({
  async askConnector({ home, name, query, anew }) {
    const { asOf, validUntil, ...answer } = await facts.facts(
      { home, connector: name },
      query,
      anew === undefined ? {} : { anew },
    );
    return { connector: name, ...answer, asOf: iso(asOf), validUntil: iso(validUntil) };
  },
});
