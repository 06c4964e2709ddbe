/** Connectors as a person sets them up: kinds, list, change, remove. */
import type { ConnectorDefinition } from '@tomte/sdk/connector';
import { TomteError } from '@tomte/sdk/errors';
import type { ConnectorKind, ConnectorRow } from '@tomte/sdk/types';
import { z } from 'zod';
import { iso } from '../lib/clock.ts';
import {
  type ConnectorId,
  type ConnectorSettingsRow,
  forgetFacts,
  getConnectorSettings,
  listConnectorSettings,
  newestFacts,
  removeConnectorSettings,
  saveConnectorSettings,
} from '../store/connectors.ts';
import type { Key } from '../store/seal.ts';
import { type Settings, shownSettings, takeSettings } from '../store/sealed-settings.ts';
import type { Db } from '../store/tables.ts';
import { type Connectors, definitionOf } from './facts.ts';
import { ownerOf } from './source.ts';

const formOf = (schema: z.ZodObject) =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Record<string, unknown>;

const worksAsIs = ({ settings }: ConnectorDefinition): boolean => settings.safeParse({}).success;

export const kindsOf = (connectors: Connectors): ConnectorKind[] =>
  [...connectors].map(([kind, definition]) => ({
    kind,
    title: definition.title,
    text: definition.text,
    schema: formOf(definition.settings),
    query: formOf(definition.query),
    needsSettings: !worksAsIs(definition),
  }));

/** What was set up for this home, and what works without. */
export async function list(db: Db, connectors: Connectors, home: string): Promise<ConnectorRow[]> {
  const saved = new Map((await listConnectorSettings(db, home)).map((row) => [row.connector, row]));
  const asIs = [...connectors].filter(([, definition]) => worksAsIs(definition));
  const names = new Set([...asIs.map(([kind]) => kind), ...saved.keys()]);
  return Promise.all(
    [...names]
      .sort()
      .map((name) => rowOf(db, connectors, { home, connector: name }, saved.get(name))),
  );
}

async function rowOf(
  db: Db,
  connectors: Connectors,
  id: ConnectorId,
  saved: ConnectorSettingsRow | undefined,
): Promise<ConnectorRow> {
  const kind = id.connector.split(':')[0]!;
  const definition = connectors.get(kind);
  const last = await newestFacts(db, id);
  return {
    name: id.connector,
    kind,
    // Its file may be gone.
    title: definition?.title ?? kind,
    home: id.home,
    setUp: saved !== undefined,
    settings: saved ? shownSettings(definition?.settings, saved) : {},
    asOf: last && last.fetched_at.getTime() > 0 ? iso(last.fetched_at.getTime()) : null,
    error: (last?.error as ConnectorRow['error']) ?? null,
  };
}

/** Sets it up anew; what it answered before is forgotten. Throws connect.not_found, api.invalid. */
export async function save(
  db: Db,
  id: ConnectorId,
  o: { connectors: Connectors; key: Key; settings: Settings },
): Promise<ConnectorRow> {
  const definition = definitionOf(o.connectors, id.connector);
  const before = (await getConnectorSettings(db, id)) ?? null;
  const taken = takeSettings(ownerOf(definition, o.key, id), o.settings, before);
  await saveConnectorSettings(db, id, taken);
  await forgetFacts(db, id);
  return rowOf(db, o.connectors, id, await getConnectorSettings(db, id));
}

/** Throws connect.not_found. */
export async function remove(db: Db, id: ConnectorId): Promise<void> {
  if (!(await removeConnectorSettings(db, id))) {
    throw new TomteError('connect.not_found', `${id.connector} is not set up`);
  }
  await forgetFacts(db, id);
}
