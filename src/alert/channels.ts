/** Where alerts go: adding, changing, listing and removing channels. */
import { randomUUID } from 'node:crypto';
import type { ChannelDefinition } from '@tomte/sdk/define';
import { TomteError } from '@tomte/sdk/errors';
import type { ParsedInput } from '@tomte/sdk/operations';
import type { ChannelKind, ChannelRow } from '@tomte/sdk/types';
import { sql } from 'kysely';
import { z } from 'zod';
import { iso, isoOrNull } from '../lib/clock.ts';
import type { Extensions } from '../lib/extensions.ts';
import { getChannel, listChannels, removeChannel, saveChannel } from '../store/channels.ts';
import { getHome } from '../store/homes.ts';
import { dropPersonsChannel } from '../store/persons.ts';
import type { Key } from '../store/seal.ts';
import { type SettingsOwner, shownSettings, takeSettings } from '../store/sealed-settings.ts';
import type { Db, Row } from '../store/tables.ts';
import { wireState } from './wire.ts';

export type ChannelInput = ParsedInput<'saveChannel'>;
export type Kinds = Extensions<ChannelDefinition>;

/** Whose secrets are sealed: a channel's, by its id. */
export const ownerOf = (definition: ChannelDefinition, key: Key, id: string): SettingsOwner => ({
  schema: definition.settings,
  title: definition.title,
  key,
  row: `channels/${id}`,
});

export const kindsOf = (kinds: Kinds): ChannelKind[] =>
  [...kinds].map(([kind, definition]) => ({
    kind,
    title: definition.title,
    text: definition.text,
    schema: z.toJSONSchema(definition.settings, { io: 'input' }) as Record<string, unknown>,
  }));

/**
 * Adds the channel, or changes the one with this id. A secret sent back as `«secret»` stays.
 * Throws api.invalid, channel.not_found, home.not_found.
 */
export async function save(
  db: Db,
  input: ChannelInput,
  o: { kinds: Kinds; key: Key },
): Promise<string> {
  const definition = o.kinds.get(input.kind);
  if (!definition) {
    throw new TomteError('api.invalid', `There is no kind of channel called ${input.kind}`, {
      details: { field: 'kind', expected: [...o.kinds.keys()] },
    });
  }
  if (input.home && !(await getHome(db, input.home))) {
    throw new TomteError('home.not_found', `There is no home ${input.home}`);
  }
  const before = input.id === undefined ? null : await channelById(db, input.id);
  const id = before?.id ?? randomUUID();
  const taken = takeSettings(
    ownerOf(definition, o.key, id),
    input.settings,
    before?.kind === input.kind ? before : null,
  );
  await saveChannel(db, {
    id,
    kind: input.kind,
    name: input.name.trim() || definition.title,
    ...taken,
    ...(input.home === undefined ? {} : { home_id: input.home }),
    ...(input.enabled === undefined ? {} : { enabled: input.enabled, stopped_at: null }),
    ...(input.severities === undefined ? {} : { severities: input.severities }),
  });
  if (input.enabled === false) await holdBack(db, id);
  return id;
}

/** What waits for a channel that was switched off is not sent when it comes back. */
export const holdBack = (db: Db, channel: string) =>
  db
    .updateTable('deliveries')
    .set({ state: 'held' })
    .where('channel_id', '=', channel)
    .where('state', '=', 'pending')
    .execute();

/** Throws channel.not_found. */
export async function remove(db: Db, id: string): Promise<void> {
  if (!(await removeChannel(db, id))) throw unknown(id);
  await dropPersonsChannel(db, id);
}

/** Throws channel.not_found. */
export async function channelById(db: Db, id: string): Promise<Row<'channels'>> {
  const row = await getChannel(db, id);
  if (!row) throw unknown(id);
  return row;
}

const unknown = (id: string) => new TomteError('channel.not_found', `There is no channel ${id}`);

/** All of them, oldest first, each with its newest delivery; what their ears hear is known to `ears.ts`. */
export async function list(db: Db, kinds: Kinds, only?: string): Promise<ChannelRow[]> {
  const rows = only === undefined ? await listChannels(db) : [await channelById(db, only)];
  const newest = await db
    .selectFrom('deliveries')
    .select(['channel_id', 'state', 'sent_at', 'created_at', 'error'])
    .distinctOn('channel_id')
    .where('attempts', '>', 0)
    .orderBy('channel_id')
    .orderBy(sql`coalesce(sent_at, created_at)`, 'desc')
    .execute();
  const last = new Map(newest.map((delivery) => [delivery.channel_id, delivery]));
  return rows.map((row) => {
    const delivery = last.get(row.id);
    return {
      id: row.id,
      kind: row.kind,
      name: row.name,
      home: row.home_id,
      enabled: row.enabled,
      stoppedAt: isoOrNull(row.stopped_at?.getTime()),
      severities: row.severities as ChannelRow['severities'],
      settings: shownSettings(kinds.get(row.kind)?.settings, row),
      lastDelivery: delivery
        ? {
            state: wireState(delivery.state),
            at: iso((delivery.sent_at ?? delivery.created_at).getTime()),
            error: (delivery.error as NonNullable<ChannelRow['lastDelivery']>['error']) ?? null,
          }
        : null,
      test: (row.test as ChannelRow['test']) ?? null,
      ear: null,
    };
  });
}
