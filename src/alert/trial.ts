/** "Send a test": what it proves is told in three ticks, arrived, picture, button. */
import { randomUUID } from 'node:crypto';
import { TomteError } from '@tomte/sdk/errors';
import type { Severity } from '@tomte/sdk/home';
import type { ChannelRow } from '@tomte/sdk/types';
import { iso } from '../lib/clock.ts';
import { scrub } from '../lib/secret.ts';
import { saveChannelTest } from '../store/channels.ts';
import { type Db, json, type Row } from '../store/tables.ts';
import { channelById } from './channels.ts';
import type { Claimed } from './claim.ts';
import { leaseMs } from './deliver.ts';
import type { StoredMessage } from './turn.ts';

type Ticks = NonNullable<ChannelRow['test']>;

export interface TrialOptions {
  readonly now: () => number;
  readonly homeName: string;
  /** True when the message will carry a link. */
  readonly linked: boolean;
  readonly send: (claimed: Claimed) => Promise<string>;
}

/** Sends it now and answers whether the channel took it; a refusal is kept as its newest delivery. */
export async function sendTrial(db: Db, id: string, o: TrialOptions): Promise<boolean> {
  const channel = await channelById(db, id);
  const delivery = await db
    .insertInto('deliveries')
    .values({
      id: randomUUID(),
      alert_id: null,
      channel_id: id,
      kind: 'test',
      state: 'sending',
      attempts: 1,
      message: json(messageOf(channel, o)),
      next_at: new Date(o.now() + leaseMs),
      created_at: new Date(o.now()),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  const set = (to: object) =>
    db.updateTable('deliveries').set(to).where('id', '=', delivery.id).execute();
  let arrived = false;
  try {
    const receipt = await o.send({ delivery, channel, alert: null });
    await set({ state: 'sent', sent_at: new Date(o.now()), receipt });
    arrived = true;
  } catch (error) {
    if (!(error instanceof TomteError)) throw error;
    // Not tried again by itself: the person stands there and reads why.
    await set({ state: 'failed', error: scrub(JSON.stringify(error.toJSON().error)) });
  }
  const ticks: Ticks = { arrived, picture: null, button: null, at: iso(o.now()) };
  await saveChannelTest(db, id, ticks);
  return arrived;
}

/** What the person saw of the last test. Throws channel.not_found. */
export async function confirmTrial(
  db: Db,
  id: string,
  seen: { picture?: boolean | undefined; button?: boolean | undefined },
): Promise<void> {
  const { test } = await channelById(db, id);
  if (!test) throw new TomteError('api.invalid', 'No test was sent on this channel yet');
  const ticks = test as Ticks;
  const after: Ticks = {
    ...ticks,
    picture: seen.picture ?? ticks.picture,
    button: seen.button ?? ticks.button,
  };
  await saveChannelTest(db, id, after);
}

function messageOf(channel: Row<'channels'>, o: TrialOptions): StoredMessage {
  const wanted: Severity[] = ['now', 'today', 'digest'];
  return {
    tag: `tomte-test-${channel.id}`,
    homeName: o.homeName,
    title: 'Test from Tomte',
    text: o.linked
      ? 'This is a test. You see a picture below: yes or no. Press the button to try the link.'
      : 'This is a test. You see a picture below: yes or no. Tick it in Tomte.',
    lines: [],
    // It sounds as the most urgent message this channel would get.
    severity: wanted.find((severity) => channel.severities.includes(severity)) ?? 'today',
    buttons: [{ id: 'test', label: 'It works' }],
  };
}
