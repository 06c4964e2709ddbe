/** Persons as they are set up: who is told, through what, and when they are left alone. */
import { randomUUID } from 'node:crypto';
import { TomteError } from '@tomte/sdk/errors';
import type { ParsedInput } from '@tomte/sdk/operations';
import type { Person } from '@tomte/sdk/types-people';
import { listChannels } from '../store/channels.ts';
import * as store from '../store/persons.ts';
import type { Db } from '../store/tables.ts';
import { spanOf } from './quiet-hours.ts';

export const personOf = (row: Omit<store.PersonRow, 'created_at'>): Person => ({
  id: row.id,
  name: row.name,
  entity: row.entity,
  channels: row.channels,
  quiet: spanOf(row.quiet_from, row.quiet_to),
  maySayYes: row.may_say_yes,
  position: row.position,
});

export const listPersons = async (db: Db): Promise<Person[]> =>
  (await store.listPersons(db)).map(personOf);

/** Throws api.invalid, channel.not_found, person.not_found. */
export async function savePerson(db: Db, input: ParsedInput<'savePerson'>): Promise<Person> {
  const { id, name, entity, channels, quiet, maySayYes, position } = input;
  await mustBeThere(db, channels ?? []);
  const given = {
    name,
    ...(entity === undefined ? {} : { entity }),
    ...(channels === undefined ? {} : { channels: [...new Set(channels)] }),
    ...(quiet === undefined
      ? {}
      : { quiet_from: quiet?.from ?? null, quiet_to: quiet?.to ?? null }),
    ...(maySayYes === undefined ? {} : { may_say_yes: maySayYes }),
    ...(position === undefined ? {} : { position }),
  };
  if (quiet && quiet.from === quiet.to) {
    throw new TomteError('api.invalid', 'Quiet hours begin and end at different times', {
      details: { field: 'quiet' },
    });
  }
  if (id !== undefined) {
    const changed = await store.changePerson(db, id, given);
    if (!changed) throw unknown(id);
    return personOf(changed);
  }
  const last = (await store.listPersons(db)).at(-1)?.position ?? -1;
  const defaults = { entity: null, quiet_from: null, quiet_to: null, position: last + 1 };
  return personOf(await store.addPerson(db, { ...defaults, ...given, id: randomUUID() }));
}

/** Throws person.not_found. */
export async function removePerson(db: Db, id: string): Promise<void> {
  if (!(await store.removePerson(db, id))) throw unknown(id);
}

export async function mustBeThere(db: Db, channels: readonly string[]): Promise<void> {
  const there = new Set((await listChannels(db)).map((channel) => channel.id));
  const missing = channels.find((channel) => !there.has(channel));
  if (missing === undefined) return;
  throw new TomteError('channel.not_found', `There is no channel ${missing}`);
}

const unknown = (id: string) => new TomteError('person.not_found', `There is no person ${id}`);
