/** A model with its settings, ready to be asked: through the guard, its key for its own host only. */
import { TomteError } from '@tomte/sdk/errors';
import type { ModelDefinition, ModelHome } from '@tomte/sdk/model';
import type { GuardedFetch } from '../lib/egress.ts';
import type { Extensions } from '../lib/extensions.ts';
import { fetchWithSecrets } from '../lib/secret-fetch.ts';
import type { ModelRow } from '../store/models.ts';
import type { Key } from '../store/seal.ts';
import {
  clearSettings,
  type SettingsOwner,
  secretsInUse,
  wordedSettings,
} from '../store/sealed-settings.ts';
import type { ModelInUse } from './ask.ts';

export type Models = Extensions<ModelDefinition>;

/** Of a model's answer, unpacked: more is none. */
export const answerBytesMax = 1024 * 1024;

export const modelOwner = (definition: ModelDefinition, key: Key, name: string): SettingsOwner => ({
  ...{ schema: definition.settings, title: definition.title, key },
  row: `models/${name}`,
});

/** `openai-compatible:ollama` is an `openai-compatible` of its own. Throws decide.model_not_found. */
export function modelDefinition(models: Models, name: string): ModelDefinition {
  const [, kind = ''] = /^([a-z][a-z0-9-]*)(?::[a-z0-9][a-z0-9-]{0,39})?$/.exec(name) ?? [];
  const definition = models.get(kind);
  if (definition) return definition;
  throw new TomteError('decide.model_not_found', `There is no model ${name}`, {
    details: { expected: [...models.keys()] },
  });
}

export interface InUseParts {
  readonly models: Models;
  readonly key: Key;
  readonly fetch: GuardedFetch;
  readonly now: () => number;
  /** Null while the home is not connected. */
  readonly home: (home: string) => ModelHome | null;
  readonly recorded: (home: string, hash: string) => Promise<string | null>;
}

/** Throws decide.model_not_found, store.secret_unreadable, api.invalid. */
export function modelInUse(parts: InUseParts, row: ModelRow, home: string): ModelInUse {
  const definition = modelDefinition(parts.models, row.name);
  const owner = modelOwner(definition, parts.key, row.name);
  const send = fetchWithSecrets({ fetch: parts.fetch, secrets: secretsInUse(owner, row) });
  const settings = definition.settings.parse(wordedSettings(owner, row));
  return {
    name: row.name,
    host: definition.host(clearSettings(owner, row)),
    called: definition.called?.(settings) ?? null,
    ask: (prompt, signal) =>
      definition.ask(prompt, {
        ...{ settings, signal, now: parts.now, home: parts.home(home) },
        // What is awaited longer than the deadline is not read either.
        fetch: (input, init) => send(input, { signal, ...init }),
        recorded: (hash) => parts.recorded(home, hash),
      }),
  };
}
