/** One message on its way: picture, links and secrets are added here, never journalled. */
import type { HomeVoice, Message } from '@tomte/sdk/define';
import { TomteError } from '@tomte/sdk/errors';
import { type Clock, withTimeout } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { newestReceipt } from '../store/deliveries.ts';
import type { Store } from '../store/open.ts';
import type { Key } from '../store/seal.ts';
import { clearSettings } from '../store/sealed-settings.ts';
import { type Kinds, ownerOf } from './channels.ts';
import type { Claimed } from './claim.ts';
import type { Choices } from './life.ts';
import type { LinkAction, Links } from './links.ts';
import { channelAddresses } from './reach.ts';
import type { StoredMessage } from './turn.ts';

/** A channel that has not answered by then has failed. */
export const sendMs = 10_000;
const pictureMs = 8_000;
/** Mails are kept, and the way out of a list is to work for long. */
const unsubscribeMs = 365 * 86_400_000;

export interface SendParts {
  readonly store: Pick<Store, 'db'>;
  readonly kinds: Kinds;
  readonly key: Key;
  readonly clock: Clock;
  readonly log: Log;
  readonly links: Links;
  readonly fetch: typeof fetch;
  readonly voice: (home: string) => HomeVoice | null;
  readonly picture: (claimed: Claimed) => Promise<Uint8Array | null>;
}

/** Sends once and answers the receipt. Throws what the channel threw. */
export async function send(
  claimed: Claimed,
  parts: SendParts,
  stopped: AbortSignal,
): Promise<string> {
  const { channel } = claimed;
  const definition = parts.kinds.get(channel.kind);
  if (!definition) {
    throw new TomteError('channel.refused', `The kind of channel ${channel.kind} is gone`);
  }
  const settings = clearSettings(ownerOf(definition, parts.key, channel.id), channel);
  const message = await messageOf(claimed, parts);
  const home = claimed.alert?.home_id ?? channel.home_id;
  const before = claimed.alert
    ? await newestReceipt(parts.store.db, { alert: claimed.alert.id, channel: channel.id })
    : null;
  const late = new AbortController();
  const cancel = parts.clock.after(sendMs, () => {
    late.abort(new DOMException('no answer in time', 'TimeoutError'));
  });
  try {
    const { receipt } = await untilAborted(AbortSignal.any([late.signal, stopped]), (signal) =>
      definition.send(message, {
        settings,
        fetch: parts.fetch,
        signal,
        home: home === null ? null : parts.voice(home),
        homeId: home,
        now: parts.clock.now,
        before,
        addressesOf: channelAddresses,
      }),
    );
    return receipt.slice(0, 500);
  } finally {
    cancel();
  }
}

/** A channel that does not heed the signal is left behind at its end. */
async function untilAborted<T>(
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () =>
      reject(new TomteError('channel.unreachable', 'The channel gave no answer in time'));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work(signal), aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

async function messageOf(claimed: Claimed, parts: SendParts): Promise<Message> {
  const { delivery, channel, alert } = claimed;
  const stored = delivery.message as StoredMessage;
  const now = parts.clock.now();
  const choices = (alert?.choices ?? null) as Choices | null;
  const subject = (action: LinkAction, option?: string) => ({
    id: action === 'test' ? channel.id : (alert?.id ?? channel.id),
    action,
    channel: channel.id,
    ...(option === undefined || choices === null ? {} : { option, until: choices.expiresAt }),
  });
  const url = (action: LinkAction, option?: string) =>
    action === 'test' || alert ? parts.links.url(subject(action, option), now) : null;
  return {
    kind: delivery.kind,
    deliveryId: delivery.id,
    tag: stored.tag,
    homeName: stored.homeName,
    title: stored.title,
    text: stored.text,
    lines: stored.lines,
    severity: stored.severity,
    silent: delivery.silent,
    picture: await pictureOf(claimed, parts),
    link: url('open'),
    unsubscribe: parts.links.url(
      { id: channel.id, action: 'stop', channel: channel.id, until: now + unsubscribeMs },
      now,
    ),
    buttons: stored.buttons.map(({ id, label, option, danger }) => ({
      id: option ?? id,
      label,
      url: url(id, option),
      press: parts.links.token(subject(id, option), now),
      ...(danger ? { danger } : {}),
    })),
    sentAt: delivery.created_at.getTime(),
  };
}

/** The text must arrive whatever becomes of the picture: a fault in drawing is logged, not thrown. */
async function pictureOf(claimed: Claimed, parts: SendParts): Promise<Uint8Array | null> {
  try {
    return await withTimeout(
      parts.clock,
      pictureMs,
      parts.picture(claimed),
      () => new TomteError('app.internal', 'Drawing took too long'),
    );
  } catch (error) {
    parts.log.warn({ err: error, delivery: claimed.delivery.id }, 'a message goes without picture');
    return null;
  }
}
