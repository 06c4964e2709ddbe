/** Whose press it was: a channel that is one person's speaks for them. */
import { TomteError } from '@tomte/sdk/errors';
import { getChannel } from '../store/channels.ts';
import { listPersons } from '../store/persons.ts';
import type { Db } from '../store/tables.ts';
import { personOf } from './persons.ts';
import { ownerOf } from './route.ts';

/** Name of the person whose channel it is, else of the channel; null when it is gone. */
export async function readerName(db: Db, channel: string): Promise<string | null> {
  const owner = ownerOf(channel, (await listPersons(db)).map(personOf));
  return owner?.name ?? (await getChannel(db, channel))?.name ?? null;
}

/** Throws person.not_allowed where all who read this channel may not say yes. */
export async function mustSayYes(db: Db, channel: string): Promise<void> {
  const owners = (await listPersons(db)).filter(({ channels }) => channels.includes(channel));
  if (owners.length === 0 || owners.some((owner) => owner.may_say_yes)) return;
  throw new TomteError('person.not_allowed', `${owners[0]!.name} may not answer this`);
}
