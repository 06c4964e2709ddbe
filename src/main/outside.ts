/** What a place learns from outside: facts of its Connectors, and the requests of its workflows with their secrets. */
import { TomteError } from '@tomte/sdk/errors';
import { type FactsRoom, openFacts } from '../connect/facts.ts';
import { type GuardedFetch, guardedFetch } from '../lib/egress.ts';
import { fetchWithSecrets } from '../lib/secret-fetch.ts';
import { secretsInUse } from '../store/sealed-settings.ts';
import { getWorkflowSettings } from '../store/workflow-settings.ts';
import { askedHome } from './asked-home.ts';
import type { HomeLife } from './home-life.ts';
import { lifeOf } from './lives.ts';
import type { PlaceParts } from './parts.ts';
import { workflowOwner } from './workflow-owner.ts';

export interface Outside extends FactsRoom {
  /**
   * The `fetch` of a workflow: through the guard, and words in its settings that stand for secrets
   * are filled in for their own hosts. Throws workflow.not_found, workflow.settings_invalid.
   */
  fetchOf(home: string, workflow: string): Promise<ReturnType<typeof fetchWithSecrets>>;
}

/** More than this is no fact but a file; a step could not keep it either. */
const answerMaxBytes = 200 * 1024;

export function openOutside(
  parts: PlaceParts,
  lives: () => ReadonlyMap<string, HomeLife>,
): Outside {
  const { clock, allowAddresses: allow, store } = parts;
  const facts = openFacts({
    ...parts,
    fetch: fetchFor(parts),
    home: (home) => askedHome(lifeOf(lives(), home)),
  });
  const send =
    parts.place === 'demo' ? nobody : guardedFetch({ clock, allow, bytesMax: answerMaxBytes });
  return {
    ...facts,
    async fetchOf(home, workflow) {
      const row = await getWorkflowSettings(store.db, { home, workflow });
      const secrets = row ? secretsInUse(workflowOwner(parts, home, workflow), row) : [];
      return fetchWithSecrets({ fetch: send, secrets });
    },
  };
}

/** What connectors and tariffs of a place reach the outside with. */
export const fetchFor = ({ place, clock, allowAddresses: allow }: PlaceParts): GuardedFetch =>
  place === 'demo' ? nobody : guardedFetch({ clock, allow });

/** The demo home is made up, and so is what it would ask: nothing of it leaves this computer. */
export const nobody: GuardedFetch = async () => {
  throw new TomteError('connect.address_refused', 'The demo home asks nobody outside');
};
