/** Channels as a person sets them up: kinds, list, add, remove, try. */
import { TomteError } from '@tomte/sdk/errors';
import type { ChannelKind, ChannelRow } from '@tomte/sdk/types';
import type { AlertsOptions } from './alerts.ts';
import * as channels from './channels.ts';
import type { Claimed } from './claim.ts';
import type { Ears } from './ears.ts';
import type { Links } from './links.ts';
import { stop } from './stopped.ts';
import { confirmTrial, sendTrial } from './trial.ts';

export interface ChannelDesk {
  channelKinds(): ChannelKind[];
  channels(): Promise<ChannelRow[]>;
  /** Throws api.invalid, channel.not_found. */
  saveChannel(input: channels.ChannelInput): Promise<ChannelRow>;
  removeChannel(id: string): Promise<void>;
  /** Its reader wants no more of it: off, without effect where it is gone, and told where nothing urgent reaches them then. */
  stopChannel(id: string): Promise<void>;
  /** Sends a test now; a refusal is the newest delivery of the answer, not an error. */
  testChannel(id: string): Promise<ChannelRow>;
  /** The person says what they saw of it. */
  confirmTest(
    id: string,
    seen: { picture?: boolean | undefined; button?: boolean | undefined },
  ): Promise<ChannelRow>;
}

export interface ChannelDeskOptions
  extends Pick<AlertsOptions, 'store' | 'clock' | 'key' | 'channels' | 'homeName' | 'held'> {
  readonly links: Links;
  readonly ears: Pick<Ears, 'look' | 'stateOf'>;
  readonly send: (claimed: Claimed) => Promise<string>;
  /** Messages were journalled. */
  readonly wake: () => void;
}

export function openChannelDesk(o: ChannelDeskOptions): ChannelDesk {
  const { db } = o.store;
  const kinds = o.channels;
  const list = async (only?: string): Promise<ChannelRow[]> =>
    (await channels.list(db, kinds, only)).map((row) => ({ ...row, ear: o.ears.stateOf(row.id) }));
  const one = async (id: string): Promise<ChannelRow> => (await list(id))[0]!;
  /** Ears follow at once, but nobody waits for what they do in far places. */
  const heard = () => void o.ears.look();
  return {
    channelKinds: () => channels.kindsOf(kinds),
    channels: () => list(),
    async saveChannel(input) {
      const id = await channels.save(db, input, { kinds, key: o.key });
      heard();
      return one(id);
    },
    async removeChannel(id) {
      await channels.remove(db, id);
      heard();
    },
    async stopChannel(id) {
      const { homeName, clock } = o;
      const told = await o.store.transaction((tx) => stop(tx, id, { homeName, now: clock.now() }));
      if (told) o.wake();
      heard();
    },
    async testChannel(id) {
      if (o.held) throw new TomteError('api.invalid', 'The demo home sends no messages');
      const { home_id } = await channels.channelById(db, id);
      const subject = { id, action: 'test', channel: id } as const;
      await sendTrial(db, id, {
        now: o.clock.now,
        homeName: home_id === null ? 'Tomte' : o.homeName(home_id),
        linked: o.links.url(subject, o.clock.now()) !== null,
        send: o.send,
      });
      return one(id);
    },
    async confirmTest(id, seen) {
      await confirmTrial(db, id, seen);
      return one(id);
    },
  };
}
