/** One question to the source of a Connector, within its limits; what it says is judged before it counts. */
import type { ConnectorDefinition, FreshFacts } from '@tomte/sdk/connector';
import { TomteError } from '@tomte/sdk/errors';
import { fetchWithSecrets } from '../lib/secret-fetch.ts';
import { withinLimit } from '../lib/within-limit.ts';
import { type ConnectorId, getConnectorSettings } from '../store/connectors.ts';
import type { Key } from '../store/seal.ts';
import { type SettingsOwner, secretsInUse, wordedSettings } from '../store/sealed-settings.ts';
import type { FactsParts } from './facts.ts';

/** For one question, whatever it asks of whom. */
const askMs = 30_000;
const factsMaxBytes = 256 * 1024;

/** Whose settings they are: bound to home and connector. */
export const ownerOf = (
  definition: ConnectorDefinition,
  key: Key,
  { home, connector }: ConnectorId,
): SettingsOwner => ({
  schema: definition.settings,
  title: definition.title,
  key,
  row: `connector_settings/${home}/${connector}`,
});

export interface Source {
  /** Asks once. Throws a TomteError, whatever went wrong in the Connector's file. */
  ask(query: Record<string, unknown>, stopped: AbortSignal): Promise<FreshFacts<unknown>>;
}

/** The Connector with this home's settings. Throws connect.not_set_up, home.not_found. */
export async function openSource(
  parts: FactsParts,
  id: ConnectorId,
  definition: ConnectorDefinition,
): Promise<Source> {
  const home = parts.home(id.home);
  const row = await getConnectorSettings(parts.store.db, id);
  if (!row && !definition.settings.safeParse({}).success) {
    throw new TomteError('connect.not_set_up', `${id.connector} has to be set up first`);
  }
  const kept = row ?? { settings: {}, secrets_sealed: null };
  const owner = ownerOf(definition, parts.key, id);
  const fetch = fetchWithSecrets({ fetch: parts.fetch, secrets: secretsInUse(owner, kept) });
  const settings = definition.settings.parse(wordedSettings(owner, kept));
  const { now } = parts.clock;
  return {
    async ask(query, stopped) {
      try {
        const context = { settings, fetch, home, now };
        const answer = await withinLimit(parts.clock, { ms: askMs, stopped }, (signal) =>
          definition.fetch({ ...context, signal }, query),
        );
        const facts = judged(definition, id.connector, answer.facts);
        return { facts, validUntil: Number(answer.validUntil) || 0 };
      } catch (error) {
        throw error instanceof TomteError ? error : fault(id.connector, error);
      }
    },
  };
}

function judged(definition: ConnectorDefinition, connector: string, facts: unknown): unknown {
  const parsed = definition.facts.safeParse(facts);
  if (!parsed.success) {
    const paths = parsed.error.issues.slice(0, 5).map(({ path }) => path.join('.') || '(all)');
    throw new TomteError(
      'connect.answer_invalid',
      `${connector} answers in another form than promised: ${paths.join(', ')}`,
    );
  }
  const size = Buffer.byteLength(JSON.stringify(parsed.data) ?? '');
  if (size <= factsMaxBytes) return parsed.data;
  throw new TomteError('connect.too_large', `${connector}: ${size} bytes of facts are too many`);
}

const fault = (connector: string, cause: unknown): TomteError =>
  new TomteError('app.internal', `The connector ${connector} failed with a fault of its own`, {
    cause,
  });
