/**
 * Settings that hold secrets, of channels, connectors and workflows alike: checked, parted, sealed and
 * bound to their row; masked where they are shown; in clear, or as words that stand for them, where used.
 */
import { createHmac } from 'node:crypto';
import { type ErrorCode, isError, TomteError } from '@tomte/sdk/errors';
import { type SecretField, secretAddressesOf, secretsOf } from '@tomte/sdk/secret';
import type { z } from 'zod';
import { masked, Secret } from '../lib/secret.ts';
import { originOf, type SecretInUse } from '../lib/secret-fetch.ts';
import { type Key, readable, seal, unseal } from './seal.ts';

export type Settings = Record<string, unknown>;

/** As the tables keep them. */
export interface SettingsRow {
  readonly settings: unknown;
  readonly secrets_sealed: Buffer | null;
}

/** Whose settings they are. */
export interface SettingsOwner {
  readonly schema: z.ZodObject;
  readonly title: string;
  readonly key: Key;
  /** Table and row, such as `channels/abc`. */
  readonly row: string;
  /** Of the error that names what does not fit; `api.invalid` when left out. */
  readonly code?: ErrorCode;
}

/** All that opens what is sealed. */
type Sealer = Pick<SettingsOwner, 'key' | 'row' | 'title'>;

const boundTo = ({ row }: Pick<SettingsOwner, 'row'>): string => `${row}/secrets`;

/**
 * What came from a form, as it is kept. A secret sent back as `«secret»`, and an address sent back with it in place
 * of its path, stay as they were, unless the host is another now: then they have to be typed again.
 * Throws the owner's code, each problem named.
 */
export function takeSettings(
  owner: SettingsOwner,
  given: Settings,
  before: SettingsRow | null,
): { settings: Settings; secrets_sealed: Buffer | null } {
  const fields = secretsOf(owner.schema);
  const addresses = secretAddressesOf(owner.schema);
  const kept = before ? keptOf(owner, given, before) : {};
  for (const field of fields) {
    if (given[field.name] !== masked || kept[field.name] === undefined) continue;
    if (hostOf(field, given) === hostOf(field, before!.settings as Settings)) continue;
    const expected = `type it again, for it was given for another ${field.hostOf}`;
    throw unfit(owner, [{ path: field.name, expected }]);
  }
  const filled = Object.entries(given).map(([name, value]) => [
    name,
    value === masked
      ? kept[name]
      : addresses.includes(name)
        ? wholeOf(owner, name, value, kept)
        : value,
  ]);
  // What was emptied in a form is left out.
  const wanted = filled.filter(([, value]) => value !== '' && value !== undefined);
  const settings = checkSettings(owner, Object.fromEntries(wanted));
  const entries = Object.entries(settings).filter(([, value]) => value !== undefined);
  const open = entries.map(([name, value]): [string, unknown] => {
    if (fields.some((field) => field.name === name)) return [name, masked];
    return [name, addresses.includes(name) ? withoutPath(value) : value];
  });
  const secrets = entries.filter(([, value], n) => open[n]![1] !== value);
  return {
    settings: Object.fromEntries(open),
    secrets_sealed:
      secrets.length === 0
        ? null
        : seal(owner.key, JSON.stringify(Object.fromEntries(secrets)), boundTo(owner)),
  };
}

/** The address as it may be shown: its origin, and `«secret»` in place of what follows. */
function withoutPath(address: unknown): unknown {
  if (typeof address !== 'string' || !URL.canParse(address)) return address;
  const { origin, pathname, search, hash, username } = new URL(address);
  const isBare = pathname === '/' && search + hash + username === '';
  return isBare ? address : `${origin}/${masked}`;
}

/** An address that came back as it was shown is the one that was kept. */
function wholeOf(owner: SettingsOwner, name: string, given: unknown, kept: Settings): unknown {
  if (!isMasked(given)) return given;
  if (kept[name] !== undefined && withoutPath(kept[name]) === given) return kept[name];
  throw unfit(owner, [{ path: name, expected: 'type the whole address again' }]);
}

const hostOf = (field: SecretField, settings: Settings): string | null => {
  const named = field.hostOf === null ? null : settings[field.hostOf];
  return typeof named === 'string' ? originOf(named) : null;
};

/** Settings as they may be shown: where secrets are kept, each stands as `«secret»`. */
export function shownSettings(schema: z.ZodObject | undefined, row: SettingsRow): Settings {
  const open = row.settings as Settings;
  if (!schema) return open;
  const addresses = secretAddressesOf(schema).filter((name) => name in open);
  // Rows of before do not say which of their secrets are set: there each counts as set.
  const says = Object.values(open).some((value) => isMasked(value) || isWord(value));
  const secrets = row.secrets_sealed
    ? secretsOf(schema).filter(({ name }) => !says || name in open)
    : [];
  return {
    ...open,
    ...Object.fromEntries(addresses.map((name) => [name, withoutPath(open[name])])),
    ...Object.fromEntries(secrets.map(({ name }) => [name, masked])),
  };
}

const wordBegins = 'tomte-secret-';
const isWord = (value: unknown): boolean =>
  typeof value === 'string' && value.startsWith(wordBegins);

const isMasked = (value: unknown): value is string =>
  typeof value === 'string' && value.includes(masked);

/** Settings in clear; each secret is made known to the scrubber of logs. Throws store.secret_unreadable. */
export const clearSettings = (owner: SettingsOwner, row: SettingsRow): Settings =>
  checkSettings(owner, { ...(row.settings as Settings), ...unsealed(owner, row) });

/**
 * Settings for code that is not to hold a secret: a word stands for each, always the same for this row,
 * which nobody outside can guess. As they are kept: checked again by whoever uses them.
 */
export function wordedSettings(owner: Sealer, row: SettingsRow): Settings {
  const names = Object.keys(unsealed(owner, row));
  const words = names.map((name) => [name, wordFor(owner, name)]);
  return { ...(row.settings as Settings), ...Object.fromEntries(words) };
}

/** What the words in `wordedSettings` stand for, and where each may go. */
export function secretsInUse(owner: SettingsOwner, row: SettingsRow): SecretInUse[] {
  const settings = clearSettings(owner, row);
  return secretsOf(owner.schema).flatMap((field): SecretInUse[] => {
    const value = settings[field.name];
    if (typeof value !== 'string') return [];
    const named = hostOf(field, settings);
    const origins = [...field.hosts.map(originOf), ...(named === null ? [] : [named])];
    const { name } = field;
    return [{ name, value: new Secret(value), origins, reference: wordFor(owner, name) }];
  });
}

function wordFor(owner: Sealer, name: string): string {
  const mac = createHmac('sha256', owner.key)
    .update(`${boundTo(owner)}/${name}`)
    .digest('hex');
  return `${wordBegins}${name}-${mac.slice(0, 32)}`;
}

/** Under another key there is nothing to keep; only who leaves a secret as it was must hear of it. */
function keptOf(owner: SettingsOwner, given: Settings, before: SettingsRow): Settings {
  const leaves = Object.values(given).some(isMasked);
  if (!leaves && !readable(() => unsealed(owner, before))) return {};
  // An address that was kept before its path counted as a secret stands among the open settings.
  return { ...(before.settings as Settings), ...unsealed(owner, before) };
}

function opened(owner: Sealer, sealed: Buffer): string {
  try {
    return unseal(owner.key, sealed, boundTo(owner)).toString('utf8');
  } catch (cause) {
    if (!isError(cause, 'store.secret_unreadable')) throw cause;
    const message = `The secrets of ${owner.title} cannot be read with the key of this Tomte`;
    throw new TomteError(cause.code, message, { cause, hint: 'Type its secrets again.' });
  }
}

function unsealed(owner: Sealer, { secrets_sealed }: SettingsRow): Settings {
  if (!secrets_sealed) return {};
  const text = opened(owner, secrets_sealed);
  const secrets = JSON.parse(text) as Settings;
  for (const value of Object.values(secrets)) if (typeof value === 'string') makeKnown(value);
  return secrets;
}

/** To the scrubber of logs. Of an address also the end of its path, which libraries tell without the host. */
function makeKnown(value: string): void {
  new Secret(value);
  if (!URL.canParse(value)) return;
  const { pathname, search } = new URL(value);
  for (const part of [pathname.split('/').findLast(Boolean), search.slice(1)])
    if (part) new Secret(part);
}

/** As the schema makes them. Throws the owner's code, each problem named. */
export function checkSettings(owner: SettingsOwner, settings: Settings): Settings {
  const parsed = owner.schema.safeParse(settings);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => ({
    path: issue.path.join('.') || '(all)',
    expected: issue.message,
  }));
  throw unfit(owner, problems);
}

function unfit(owner: SettingsOwner, problems: { path: string; expected: string }[]): TomteError {
  const words = problems.map(({ path, expected }) => `${path}: ${expected}`).join('; ');
  return new TomteError(owner.code ?? 'api.invalid', `${owner.title}: ${words}`, {
    details: { problems },
  });
}
