/** Keeps Tomte's device in Home Assistant true, and hears its switches, for as long as the broker is there. */
import type { EarContext, HomePanel } from '@tomte/sdk/define';
import { isError, TomteError } from '@tomte/sdk/errors';
import { type Broker, type BrokerSettings, connectBroker, keepaliveSeconds } from './broker.ts';
import {
  beatMs,
  beatTopic,
  configTopic,
  deviceConfig,
  deviceStates,
  type Switched,
  setTopic,
  statusTopic,
  switched,
} from './home-device.ts';

export interface HomeMqttSettings extends BrokerSettings {
  readonly prefix: string;
}
type Context = EarContext<HomeMqttSettings>;

const connectMs = 10_000;

export async function hearHomes(o: Context): Promise<void> {
  const panels = o.channels.map(({ home }) => home).filter((home) => home !== null);
  const { settings } = o.channels[0]!;
  if (panels.length === 0) throw notNow(o);
  const turns = new Map<string, (mode: Switched, on: boolean) => void>();
  let onceMore = () => {};
  const status = statusTopic(panels[0]!.id);
  const broker = await connectInTime(o, {
    clientId: `tomte-${panels[0]!.id}`.slice(0, 60),
    will: { topic: status, payload: 'offline' },
    onMessage(topic, payload, retained) {
      // Home Assistant started: what is not retained it has not heard.
      if (topic === birthTopic(settings)) return payload === 'online' ? onceMore() : undefined;
      // A command that was kept by the broker is an old one.
      if (retained || !/^(ON|OFF)$/.test(payload)) return;
      for (const { id } of panels) {
        const mode = switched.find((one) => topic === setTopic(id, one));
        if (mode) turns.get(id)?.(mode, payload === 'ON');
      }
    },
  });
  const shows = panels.map((panel) => showHome(panel, { broker, settings, status }));
  for (const show of shows) turns.set(show.id, show.turn);
  onceMore = () => {
    for (const show of shows) show.refresh();
  };
  const stops = [
    o.every(beatMs, onceMore),
    o.every((keepaliveSeconds * 1000) / 2, () => broker.ping()),
    ...panels.map((panel, at) => panel.onChange(() => shows[at]!.refresh())),
  ];
  try {
    const topics = panels.flatMap(({ id }) => switched.map((mode) => setTopic(id, mode)));
    await broker.subscribe([birthTopic(settings), ...topics]);
    await broker.publish(status, 'online', { retain: true });
    await Promise.all(shows.map((show) => show.begin()));
    o.well();
    const stopped = new Promise<null>((resolve) => {
      if (o.signal.aborted) resolve(null);
      o.signal.addEventListener('abort', () => resolve(null), { once: true });
    });
    const failed = Promise.race(shows.map((show) => show.failed));
    const why = await Promise.race([broker.ended, failed, stopped]);
    if (why !== null) throw why;
    await leave(o, broker, { shows, status });
  } finally {
    for (const stop of stops) stop();
    await broker.end();
  }
}

const birthTopic = ({ prefix }: HomeMqttSettings) => `${prefix}/status`;

function notNow(o: Context): TomteError {
  const hint = 'Choose the home it belongs to, and look whether that home is linked.';
  return new TomteError(
    'channel.unreachable',
    `No home is there to be shown (${o.channels.length})`,
    { hint },
  );
}

/** The connection outlives `signal`, so that there is time for a goodbye. */
async function connectInTime(
  o: Context,
  more: Pick<Parameters<typeof connectBroker>[0], 'clientId' | 'will' | 'onMessage'>,
): Promise<Broker> {
  const late = new AbortController();
  const stop = () => late.abort();
  o.signal.addEventListener('abort', stop, { once: true });
  const cancel = o.every(connectMs, stop);
  try {
    const { settings } = o.channels[0]!;
    return await connectBroker({
      settings,
      addressesOf: o.addressesOf,
      signal: late.signal,
      ...more,
    });
  } finally {
    cancel();
    o.signal.removeEventListener('abort', stop);
  }
}

/** Switched off, the device goes from Home Assistant too; stopped, it stands there as not available. */
async function leave(
  o: Context,
  broker: Broker,
  { shows, status }: { shows: readonly Show[]; status: string },
): Promise<void> {
  if (o.leaving()) for (const show of shows) await show.remove();
  await broker.publish(status, o.leaving() ? '' : 'offline', { retain: true });
}

interface Show {
  readonly id: string;
  begin(): Promise<void>;
  /** Publishes what changed, and a beat. */
  refresh(): void;
  turn(mode: Switched, on: boolean): void;
  remove(): Promise<void>;
  /** Resolves with a fault after which it is begun anew. */
  readonly failed: Promise<TomteError>;
}

function showHome(
  panel: HomePanel,
  o: { broker: Broker; settings: HomeMqttSettings; status: string },
): Show {
  const { broker, settings } = o;
  const { promise: failed, resolve: fail } = Promise.withResolvers<TomteError>();
  const said = new Map<string, string>();
  let busy = false;
  let again = false;

  async function tell(): Promise<void> {
    const state = await panel.read();
    for (const [topic, payload] of deviceStates(panel.id, state)) {
      if (said.get(topic) === payload) continue;
      await broker.publish(topic, payload, { retain: true });
      said.set(topic, payload);
    }
    // Only while the home is heard: a heart that beats for nothing would be a lie.
    if (state.heardAt !== null) {
      await broker.publish(beatTopic(panel.id), new Date(state.heardAt).toISOString());
    }
  }

  /** One at a time; what changed meanwhile is told right after. */
  async function tellAll(): Promise<void> {
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    try {
      do {
        again = false;
        await tell();
      } while (again);
    } finally {
      busy = false;
    }
  }
  const refresh = () => void tellAll().catch((error: unknown) => fail(asTomteError(error)));

  return {
    id: panel.id,
    failed,
    refresh,
    async begin() {
      const config = JSON.stringify(deviceConfig(panel, o.status));
      await broker.publish(configTopic(settings.prefix, panel.id), config, { retain: true });
      await tellAll();
    },
    turn(mode, on) {
      panel.setMode(mode, on, 'Home Assistant').then(refresh, (error: unknown) => {
        // It could not be done: the switch goes back to what is so.
        for (const topic of said.keys()) if (topic.includes(`/${mode}/`)) said.delete(topic);
        refresh();
        if (!isError(error)) fail(asTomteError(error));
      });
    },
    async remove() {
      await broker.publish(configTopic(settings.prefix, panel.id), '', { retain: true });
      for (const topic of said.keys()) await broker.publish(topic, '', { retain: true });
    },
  };
}

const asTomteError = (error: unknown): TomteError =>
  isError(error)
    ? error
    : new TomteError('app.internal', 'The device in Home Assistant failed', { cause: error });
