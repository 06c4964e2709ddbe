import { createServer } from 'node:net';
import type { HomePanel, HomePanelState } from '@tomte/sdk/define';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { freshStore } from '../../store/testing.ts';
import { mqttBroker, type TestBroker } from '../testing/mqtt.ts';
import { home, night, openRoom } from '../testing.ts';

const store = await freshStore();
afterAll(() => store.close());
beforeEach(async () => void (await store.db.deleteFrom('channels').execute()));

/** A home whose modes are set as the page sets them. */
function panel() {
  const changes = new Set<() => void>();
  const asked: string[] = [];
  const state: { -readonly [K in keyof HomePanelState]: HomePanelState[K] } = {
    alerts: [],
    next: { what: 'Morning report', at: night + 3_600_000 },
    modes: {},
    heardAt: night,
  };
  let refuses = false;
  const changed = () => {
    for (const call of changes) call();
  };
  const shown: HomePanel = {
    ...{ id: home, name: 'Villa Berg', version: '0.1.0', address: null },
    read: async () => state,
    onChange(call) {
      changes.add(call);
      return () => changes.delete(call);
    },
    async setMode(mode, on, by) {
      asked.push(`${mode} ${on} ${by}`);
      if (refuses) throw new Error('the database is away');
      state.modes = on ? { ...state.modes, [mode]: night + 86_400_000 } : {};
    },
  };
  const refuse = () => {
    refuses = true;
  };
  return { shown, state, asked, changed, refuse };
}

async function begin(broker: Pick<TestBroker, 'port'>, shown: HomePanel) {
  const room = await openRoom(store, { panel: (id) => (id === home ? shown : null) });
  const channel = await room.alerts.saveChannel({
    ...{ kind: 'home-assistant-mqtt', name: 'Home Assistant', home },
    settings: {
      host: '127.0.0.1',
      port: broker.port,
      user: 'tomte',
      password: 'broker-secret-word',
    },
  });
  room.alerts.start();
  const ear = async () => (await room.alerts.channels())[0]?.ear ?? null;
  return { ...room, channel, ear };
}
const topic = (what: string) => `tomte/${home}/${what}`;
const config = `homeassistant/device/tomte_${home}/config`;
const shownAlert = (broker: TestBroker) =>
  JSON.parse(broker.retained.get(topic('alert/state')) ?? '{}') as Record<string, unknown>;

test('Home Assistant is told of one device with its entities, what they say, and that Tomte is there', async () => {
  await using broker = await mqttBroker();
  const { shown, state, changed } = panel();
  const { alerts } = await begin(broker, shown);
  await broker.until(() => broker.heard.some((m) => m.topic === topic('heartbeat')));
  const { components, ...device } = JSON.parse(broker.retained.get(config)!) as {
    components: object;
  };
  expect(device).toMatchObject({
    device: { identifiers: [`tomte_${home}`], name: 'Tomte', sw_version: '0.1.0' },
    origin: { name: 'Tomte' },
    availability_topic: topic('status'),
  });
  expect(Object.keys(components)).toEqual([
    'alert_open',
    'alert',
    'next_step',
    'pause',
    'guests',
    'heartbeat',
    'news',
  ]);
  expect(broker.retained.get(topic('status'))).toBe('online');
  expect(shownAlert(broker)).toMatchObject({ open: 'OFF', state: 'Nothing open', count: 0 });
  state.alerts = [
    {
      title: 'Water is running',
      text: '0.4 L/min',
      severity: 'now',
      state: 'open',
      since: night,
      seenBy: null,
    },
  ];
  changed();
  await broker.until(() => shownAlert(broker).open === 'ON');
  expect(shownAlert(broker)).toMatchObject({
    state: 'Water is running',
    severity: 'now',
    count: 1,
  });
  expect(JSON.parse(broker.retained.get(topic('next/state'))!)).toEqual({
    state: 'Morning report',
    at: '2026-11-21T02:41:00.000Z',
  });
  // The beat is not kept: one that stands there would outlive Tomte.
  expect(broker.retained.has(topic('heartbeat'))).toBe(false);
  await alerts.stop();
  expect(broker.retained.get(topic('status'))).toBe('offline');
  expect(broker.retained.has(config)).toBe(true);
});

test('a switch turned in Home Assistant pauses Tomte, and says so when it did', async () => {
  await using broker = await mqttBroker();
  const { shown, asked } = panel();
  const { alerts, ear } = await begin(broker, shown);
  await broker.until(() => broker.retained.get(topic('pause/state')) === 'OFF');
  await expect.poll(async () => (await ear())?.state).toBe('hears');
  await broker.publish(topic('pause/set'), 'ON');
  await broker.until(() => broker.retained.get(topic('pause/state')) === 'ON');
  await broker.publish(topic('guests/set'), 'ON');
  await broker.until(() => broker.retained.get(topic('guests/state')) === 'ON');
  await broker.publish(topic('pause/set'), 'OFF');
  await broker.until(() => broker.retained.get(topic('pause/state')) === 'OFF');
  await broker.publish(topic('pause/set'), 'whatever');
  expect(asked).toEqual([
    'pause true Home Assistant',
    'guests true Home Assistant',
    'pause false Home Assistant',
  ]);
  await alerts.stop();
});

test('a command that the broker kept is an old one, and is not obeyed', async () => {
  await using broker = await mqttBroker();
  await broker.publish(topic('pause/set'), 'ON', true);
  const { shown, asked } = panel();
  const { alerts, ear } = await begin(broker, shown);
  await expect.poll(async () => (await ear())?.state).toBe('hears');
  await broker.publish(topic('guests/set'), 'ON');
  await broker.until(() => broker.retained.get(topic('guests/state')) === 'ON');
  expect(asked).toEqual(['guests true Home Assistant']);
  await alerts.stop();
});

test('a mode that cannot be set turns the switch back and begins anew', async () => {
  await using broker = await mqttBroker();
  const { shown, refuse } = panel();
  const { alerts, ear } = await begin(broker, shown);
  await expect.poll(async () => (await ear())?.state).toBe('hears');
  refuse();
  const said = broker.heard.length;
  await broker.publish(topic('pause/set'), 'ON');
  await broker.until(() =>
    broker.heard.slice(said).some((m) => m.topic === topic('pause/state') && m.payload === 'OFF'),
  );
  await alerts.stop();
});

test('when Tomte dies the broker says that it is not available', async () => {
  await using broker = await mqttBroker();
  const { alerts } = await begin(broker, panel().shown);
  await broker.until(() => broker.retained.get(topic('status')) === 'online');
  broker.cut();
  await broker.until(() => broker.retained.get(topic('status')) === 'offline');
  await alerts.stop();
});

test('a broker that was away and forgot everything gets all of it again', async () => {
  await using broker = await mqttBroker();
  const { shown, asked } = panel();
  const { alerts, clock, ear } = await begin(broker, shown);
  await expect.poll(async () => (await ear())?.state).toBe('hears');
  await broker.fall();
  await expect.poll(async () => (await ear())?.error?.code).toBe('channel.unreachable');
  await broker.rise();
  await expect
    .poll(async () => {
      clock.pass(2_000);
      return (await ear())?.state;
    })
    .toBe('hears');
  expect(broker.retained.has(config)).toBe(true);
  await broker.publish(topic('pause/set'), 'ON');
  await broker.until(() => broker.retained.get(topic('pause/state')) === 'ON');
  expect(asked).toHaveLength(1);
  await alerts.stop();
});

test('Home Assistant that starts again hears what is not kept', async () => {
  await using broker = await mqttBroker();
  const { alerts, ear } = await begin(broker, panel().shown);
  await expect.poll(async () => (await ear())?.state).toBe('hears');
  const beats = () => broker.heard.filter((m) => m.topic === topic('heartbeat')).length;
  const before = beats();
  await broker.publish('homeassistant/status', 'online');
  await broker.until(() => beats() > before);
  await alerts.stop();
});

test('a home that is not heard has no heartbeat', async () => {
  await using broker = await mqttBroker();
  const { shown, state } = panel();
  state.heardAt = null;
  const { alerts, ear } = await begin(broker, shown);
  await expect.poll(async () => (await ear())?.state).toBe('hears');
  expect(broker.heard.some((m) => m.topic === topic('heartbeat'))).toBe(false);
  await alerts.stop();
});

test('a channel that is removed takes its device out of Home Assistant', async () => {
  await using broker = await mqttBroker();
  const { alerts, channel, ear } = await begin(broker, panel().shown);
  await expect.poll(async () => (await ear())?.state).toBe('hears');
  await alerts.removeChannel(channel.id);
  await broker.until(() => !broker.retained.has(config) && !broker.retained.has(topic('status')));
  expect([...broker.retained.keys()]).toEqual([]);
  await alerts.stop();
});

test('a login the broker refuses is shown, and its words are sealed', async () => {
  await using broker = await mqttBroker({ user: 'tomte', password: 'another' });
  const { alerts, ear } = await begin(broker, panel().shown);
  await expect.poll(async () => (await ear())?.error?.code).toBe('channel.login_refused');
  expect((await alerts.channels())[0]!.settings).toMatchObject({
    user: '«secret»',
    password: '«secret»',
  });
  const rows = await store.db.selectFrom('channels').selectAll().execute();
  expect(JSON.stringify(rows)).not.toContain('broker-secret-word');
  await alerts.stop();
});

test('topics that the broker does not let Tomte hear are named', async () => {
  await using broker = await mqttBroker({ deaf: true });
  const { alerts, ear } = await begin(broker, panel().shown);
  await expect.poll(async () => (await ear())?.error?.code).toBe('channel.blocked');
  await alerts.stop();
});

test('a broker that takes the connection and says nothing is given up', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  const connected = new Promise<void>((resolve) =>
    server.once('connection', (socket) => {
      socket.on('error', () => socket.destroy());
      resolve();
    }),
  );
  const { alerts } = await begin({ port }, panel().shown);
  await connected;
  await alerts.stop();
  server.close();
});
