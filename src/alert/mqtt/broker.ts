/** One connection to an MQTT broker (3.1.1): connect, publish, subscribe, and the reason it ended. */
import { once } from 'node:events';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { TomteError } from '@tomte/sdk/errors';
import { generate, type Packet, parser } from 'mqtt-packet';

const who = 'The MQTT broker';
/** A broker ends a connection that is silent for one and a half of these. */
export const keepaliveSeconds = 60;

export interface BrokerSettings {
  readonly host: string;
  readonly port: number;
  readonly encryption: 'none' | 'tls';
  readonly user?: string | undefined;
  readonly password?: string | undefined;
}

export interface BrokerOptions {
  readonly settings: BrokerSettings;
  readonly addressesOf: (host: string) => Promise<readonly string[]>;
  readonly signal: AbortSignal;
  readonly clientId: string;
  /** Said by the broker for us, retained, when the connection ends without a goodbye. */
  readonly will?: { readonly topic: string; readonly payload: string };
  readonly onMessage?: (topic: string, payload: string, retained: boolean) => void;
}

export interface Broker {
  /** Resolves when the broker has taken it. Throws channel.unreachable. */
  publish(topic: string, payload: string, o?: { retain?: boolean }): Promise<void>;
  /** Throws channel.blocked where the broker refuses. */
  subscribe(topics: readonly string[]): Promise<void>;
  /** Asks for a sign of life; the connection ends when there was none since the last time. */
  ping(): void;
  /** Resolves with the reason when the connection has ended. */
  readonly ended: Promise<TomteError>;
  /** Says goodbye: no will. */
  end(): Promise<void>;
}

/** Throws channel.unreachable, channel.login_refused, channel.blocked, channel.address_invalid. */
export async function connectBroker(o: BrokerOptions): Promise<Broker> {
  const socket = await socketTo(o);
  const { promise: ended, resolve: end } = Promise.withResolvers<TomteError>();
  const waiting = new Map<
    string,
    { done: (packet: Packet) => void; fail: (error: TomteError) => void }
  >();
  const reader = parser({ protocolVersion: 4 });
  let nextId = 1;
  let heard = true;

  const fail = (error: TomteError) => {
    socket.destroy();
    for (const { fail: tell } of waiting.values()) tell(error);
    waiting.clear();
    end(error);
  };
  const send = (packet: Packet) => void socket.write(generate(packet));
  const answerTo = (key: string) =>
    new Promise<Packet>((done, failed) => waiting.set(key, { done, fail: failed }));
  const newId = () => {
    nextId = (nextId % 65_535) + 1;
    return nextId;
  };

  reader.on('packet', (packet: Packet) => {
    heard = true;
    if (packet.cmd === 'publish') {
      if (packet.qos === 1) send({ cmd: 'puback', messageId: packet.messageId! });
      o.onMessage?.(packet.topic, packet.payload.toString(), packet.retain);
      return;
    }
    const key = packet.messageId === undefined ? packet.cmd : `${packet.cmd} ${packet.messageId}`;
    waiting.get(key)?.done(packet);
    waiting.delete(key);
  });
  reader.on('error', () => fail(unreachable('it does not speak MQTT')));
  socket.on('data', (chunk) => void reader.parse(chunk as Buffer));
  socket.on('error', (error) => fail(unreachable(codeOf(error))));
  socket.on('close', () => fail(unreachable('it ended the connection')));
  o.signal.addEventListener('abort', () => fail(unreachable('no answer in time')), { once: true });
  if (o.signal.aborted) {
    socket.destroy();
    throw unreachable('no answer in time');
  }

  const connected = answerTo('connack');
  const { user, password } = o.settings;
  send({
    ...{ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true },
    ...{ clientId: o.clientId, keepalive: keepaliveSeconds },
    ...(user === undefined ? {} : { username: user }),
    ...(password === undefined ? {} : { password: Buffer.from(password) }),
    ...(o.will
      ? { will: { ...o.will, payload: Buffer.from(o.will.payload), qos: 1, retain: true } }
      : {}),
  });
  const said = await connected;
  const refusal = refusalOf(said.cmd === 'connack' ? (said.returnCode ?? 0) : 3);
  if (refusal) {
    fail(refusal);
    throw refusal;
  }

  return {
    ended,
    async publish(topic, payload, { retain = false } = {}) {
      const messageId = newId();
      const taken = answerTo(`puback ${messageId}`);
      send({ cmd: 'publish', topic, payload, qos: 1, retain, dup: false, messageId });
      await taken;
    },
    async subscribe(topics) {
      const messageId = newId();
      const taken = answerTo(`suback ${messageId}`);
      const subscriptions = topics.map((topic) => ({ topic, qos: 1 as const }));
      send({ cmd: 'subscribe', messageId, subscriptions });
      const answer = await taken;
      const granted = answer.cmd === 'suback' ? answer.granted : [];
      if (granted.includes(128)) {
        throw new TomteError('channel.blocked', `${who} does not let Tomte listen to its topics`, {
          hint: 'Allow the user to read and write below tomte/ and homeassistant/ at the broker.',
        });
      }
    },
    ping() {
      if (!heard) return fail(unreachable('it fell silent'));
      heard = false;
      send({ cmd: 'pingreq' });
    },
    async end() {
      if (socket.destroyed) return;
      const closed = once(socket, 'close');
      send({ cmd: 'disconnect' });
      // Once it is written, whatever the broker does.
      socket.destroySoon();
      await closed;
    },
  };
}

/** The first address that answers. The name goes along for the certificate. */
async function socketTo({ settings, addressesOf, signal }: BrokerOptions): Promise<Socket> {
  const { host, port, encryption } = settings;
  let reason = 'no address';
  for (const address of await addressesOf(host)) {
    const secure = encryption === 'tls';
    const socket = secure
      ? connectTls({ host: address, port, ...(isIP(host) ? {} : { servername: host }) })
      : connectTcp({ host: address, port });
    try {
      await once(socket, secure ? 'secureConnect' : 'connect', { signal });
      return socket;
    } catch (error) {
      // What it still says while it ends was said already.
      socket.on('error', () => {});
      socket.destroy();
      if (signal.aborted) throw unreachable('no answer in time');
      reason = codeOf(error);
    }
  }
  throw unreachable(reason);
}

const unreachable = (reason: string) =>
  new TomteError('channel.unreachable', `${who} does not answer: ${reason}`, {
    hint: /CERT|SELF_SIGNED|UNABLE_TO/.test(reason)
      ? 'Its certificate is not trusted. Use the name that stands in it, or no encryption in your own network.'
      : 'Check address and port of the broker, and that it runs. Tomte tries again by itself.',
  });

const codeOf = (error: unknown): string => {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : 'no connection';
};

/** Return codes of MQTT 3.1.1. */
function refusalOf(code: number): TomteError | null {
  if (code === 0) return null;
  if (code === 4 || code === 5) {
    return new TomteError('channel.login_refused', `${who} does not accept this login`, {
      hint: 'Type user and password again; the add-on Mosquitto takes users of Home Assistant.',
    });
  }
  if (code === 3) return unreachable('it is not ready');
  return new TomteError('channel.refused', `${who} refuses the connection (${code})`);
}
