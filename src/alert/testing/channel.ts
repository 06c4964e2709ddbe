/** One message through one channel, as the room sends it. */
import type { ChannelDefinition, Message } from '@tomte/sdk/define';
import { isError, type TomteError } from '@tomte/sdk/errors';
import { systemClock } from '../../lib/clock.ts';
import { channelAddresses, channelFetch } from '../reach.ts';
import { type FakeVoice, night } from '../testing.ts';

export const png = new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10]);

export const message = (over: Partial<Message> = {}): Message => ({
  kind: 'open',
  deliveryId: '0b7c1d0e-4f7a-4c39-8a5e-2f6a1f0d9c11',
  tag: 'tomte-a1',
  homeName: 'Villa Berg',
  title: 'The freezer is warming: −11 °C',
  text: 'Was −18 °C until 13:20. Is the door shut?',
  lines: ['Its plug draws 0 W since 13:05'],
  severity: 'now',
  silent: false,
  picture: png,
  link: null,
  buttons: [
    { id: 'seen', label: 'I see it', url: null, press: 'see.mac' },
    { id: 'quiet', label: 'Quiet until 07:00', url: null, press: 'quiet.mac' },
  ],
  sentAt: night,
  ...over,
});

/** As it is once phones can reach Tomte. */
export const linked = {
  link: 'https://tomte.example.org/s/abc.def',
  buttons: [
    {
      id: 'seen',
      label: 'I see it',
      url: 'https://tomte.example.org/s/see.mac',
      press: 'see.mac',
    },
  ],
} satisfies Partial<Message>;

export interface SendOptions {
  readonly before?: string | null;
  readonly home?: FakeVoice | null;
  readonly homeId?: string;
  readonly signal?: AbortSignal;
  readonly fetch?: typeof fetch;
}

export const send = (
  channel: ChannelDefinition,
  settings: object,
  one: Message,
  o: SendOptions = {},
): Promise<{ receipt: string }> =>
  channel.send(one, {
    settings: channel.settings.parse(settings),
    fetch: o.fetch ?? channelFetch(systemClock),
    signal: o.signal ?? new AbortController().signal,
    home: o.home ?? null,
    homeId: o.homeId ?? null,
    now: () => night,
    before: o.before ?? null,
    addressesOf: channelAddresses,
  });

/** The error it ended with. */
export async function failureOf(work: Promise<unknown>): Promise<TomteError> {
  const error = await work.then(
    () => new Error('it was taken'),
    (cause: unknown) => cause,
  );
  if (!isError(error)) throw error;
  return error;
}

/** Sends what is for a service's own address to a server on loopback instead. */
export function rerouted(from: string, to: string): typeof fetch {
  const guarded = channelFetch(systemClock);
  return (input, init) => {
    const url = String(input);
    if (!url.startsWith(from)) throw new Error(`${url} was not expected`);
    return guarded(to + url.slice(from.length), init);
  };
}
