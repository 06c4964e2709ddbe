/** Settings of a channel, with its secrets kept apart and sealed. Pure but for the cipher. */
import type { ChannelDefinition } from '@tomte/sdk/define';
import { TomteError } from '@tomte/sdk/errors';
import { z } from 'zod';
import { masked, Secret } from '../lib/secret.ts';
import { type Key, seal, unseal } from '../store/seal.ts';
import type { Row } from '../store/tables.ts';

export type Settings = Record<string, unknown>;

/** JSON schema of the form. A field with `.meta({ secret: true })` carries `"secret": true`. */
export const formOf = (definition: ChannelDefinition): Record<string, unknown> =>
  z.toJSONSchema(definition.settings, { io: 'input' }) as Record<string, unknown>;

export function secretNames(definition: ChannelDefinition): string[] {
  const properties = (formOf(definition).properties ?? {}) as Record<string, { secret?: boolean }>;
  return Object.keys(properties).filter((name) => properties[name]?.secret === true);
}

/** Splits checked settings in what may be read and what is sealed; null where nothing is secret. */
export function split(
  definition: ChannelDefinition,
  settings: Settings,
): { open: Settings; secrets: Settings | null } {
  const names = secretNames(definition);
  const entries = Object.entries(settings);
  const secrets = entries.filter(([name, value]) => names.includes(name) && value !== undefined);
  return {
    open: Object.fromEntries(entries.filter(([name]) => !names.includes(name))),
    secrets: secrets.length > 0 ? Object.fromEntries(secrets) : null,
  };
}

const boundTo = (id: string): string => `channels/${id}/secrets`;

export const sealSecrets = (key: Key, id: string, secrets: Settings | null): Buffer | null =>
  secrets === null ? null : seal(key, JSON.stringify(secrets), boundTo(id));

/** The secrets in clear; each is made known to the scrubber of logs. Throws store.secret_unreadable. */
export function unsealSecrets(key: Key, row: Pick<Row<'channels'>, 'id' | 'secrets_sealed'>) {
  if (!row.secrets_sealed) return {};
  const text = unseal(key, row.secrets_sealed, boundTo(row.id)).toString('utf8');
  const secrets = JSON.parse(text) as Settings;
  for (const value of Object.values(secrets)) if (typeof value === 'string') new Secret(value);
  return secrets;
}

/** What came from a form, with masked secrets as they were and emptied fields left out. */
export function withKept(given: Settings, kept: Settings): Settings {
  const filled = Object.entries(given).map(([name, value]) => [
    name,
    value === masked ? kept[name] : value,
  ]);
  return Object.fromEntries(filled.filter(([, value]) => value !== '' && value !== undefined));
}

/** Settings as they may be shown: each secret that is set stands as `«secret»`. */
export function shown(definition: ChannelDefinition | undefined, row: Row<'channels'>): Settings {
  const open = row.settings as Settings;
  if (!definition || !row.secrets_sealed) return open;
  return { ...open, ...Object.fromEntries(secretNames(definition).map((name) => [name, masked])) };
}

/** Throws api.invalid that names each field. */
export function checked(definition: ChannelDefinition, settings: Settings): Settings {
  const parsed = definition.settings.safeParse(settings);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map((issue) => ({
    path: issue.path.join('.'),
    expected: issue.message,
  }));
  throw new TomteError(
    'api.invalid',
    `${definition.title}: ${fields.map((f) => `${f.path || 'settings'}: ${f.expected}`).join('; ')}`,
    { details: { fields } },
  );
}
