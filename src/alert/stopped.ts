/** A reader who wants no more messages: the channel is off, and whoever then hears of nothing urgent is told elsewhere. */
import { randomUUID } from 'node:crypto';
import { titleMax } from '@tomte/sdk/words';
import { type ChannelRow, listChannels } from '../store/channels.ts';
import { listHomes } from '../store/homes.ts';
import { insertMany } from '../store/many.ts';
import { listPersons } from '../store/persons.ts';
import type { Db } from '../store/tables.ts';
import { workingChannel } from './another-way.ts';
import { holdBack } from './channels.ts';
import { oneLine, type StoredMessage } from './turn.ts';

export interface StopOptions {
  /** Epoch ms. */
  readonly now: number;
  readonly homeName: (home: string) => string;
}

/** Switches it off, if it is there and on; answers whether somebody is to be told of it. */
export async function stop(tx: Db, id: string, o: StopOptions): Promise<boolean> {
  const channel = await tx
    .updateTable('channels')
    .set({ enabled: false, stopped_at: new Date(o.now) })
    .where('id', '=', id)
    .where('enabled', '=', true)
    .returningAll()
    .executeTakeFirst();
  if (!channel) return false;
  await holdBack(tx, id);
  const home = channel.home_id ?? (await listHomes(tx))[0]?.id;
  const unreached = home === undefined ? null : await whoIsUnreached(tx, channel, home);
  if (home === undefined || !unreached) return false;
  const message: StoredMessage = {
    tag: `tomte-stopped-${id}`,
    homeName: o.homeName(home),
    title: oneLine(`${unreached.who} hears of nothing urgent any more`, titleMax),
    text: oneLine(
      `“${oneLine(channel.name, 60)}” was ended by the link in a message. It is switched on again in Tomte, under Home.`,
      190,
    ),
    lines: [],
    severity: 'today',
    buttons: [],
  };
  const at = new Date(o.now);
  const rows = unreached.tell.map((channel_id) => ({
    ...{ id: randomUUID(), alert_id: null, channel_id, kind: 'open' as const, message },
    ...{ state: 'pending' as const, silent: false, attempts: 0, turn: 1 },
    ...{ next_at: at, created_at: at },
  }));
  await insertMany(tx, 'deliveries', rows);
  return rows.length > 0;
}

/** Whom nothing urgent reaches without this channel, and where to say so; null while there is another way. */
async function whoIsUnreached(
  tx: Db,
  channel: ChannelRow,
  home: string,
): Promise<{ who: string; tell: string[] } | null> {
  if (!channel.severities.includes('now')) return null;
  const channels = (await listChannels(tx, { home })).filter(({ enabled }) => enabled);
  const hears = (ids: readonly string[]) =>
    channels.some(({ id, severities }) => ids.includes(id) && severities.includes('now'));
  const owners = (await listPersons(tx)).filter((person) => person.channels.includes(channel.id));
  const lost = owners.filter((person) => !hears(person.channels));
  const isLast = owners.length === 0 && !hears(channels.map(({ id }) => id));
  if (lost.length === 0 && !isLast) return null;
  const own = channels.filter(({ id }) => lost.some((person) => person.channels.includes(id)));
  const other = await workingChannel(tx, { not: [channel.id], home, of: channel.id });
  return {
    who: isLast ? 'Nobody' : lost.map(({ name }) => name).join(' and '),
    // Their own other channels; where they have none, somebody else's.
    tell: own.length > 0 ? own.map(({ id }) => id) : other === null ? [] : [other],
  };
}
