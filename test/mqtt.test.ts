/** The whole service and a real MQTT broker: a switch turned in Home Assistant is the switch on the page. */
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@tomte/sdk/client';
import { expect, test } from 'vitest';
import { mqttBroker } from '../src/alert/testing/mqtt.ts';
import { openSim } from '../src/sim/sim.ts';
import { removeData, startService } from './crash/harness.ts';

test('pause and guests are set from Home Assistant and from the page alike, and outlive kill -9 as not available', async () => {
  await using broker = await mqttBroker();
  const sim = await openSim({ days: 2, living: false });
  const dataDir = await mkdtemp(join(tmpdir(), 'tomte-mqtt-'));
  await chmod(dataDir, 0o755);
  const env = { TOMTE_ALLOW_ADDRESSES: '127.0.0.1' };
  const service = await startService({ dataDir, env });
  try {
    const tomte = connect({ base: `${service.url}api/`, credential: service.credential });
    const linked = await tomte.linkHome({ address: sim.url, token: sim.tokens.admin });
    if (!linked.ok) throw new Error(linked.error.message);
    const home = linked.home.id;
    await tomte.saveChannel({
      ...{ kind: 'home-assistant-mqtt', name: 'Entities', home },
      settings: { host: '127.0.0.1', port: broker.port },
    });
    const stateOf = (mode: string) => broker.retained.get(`tomte/${home}/${mode}/state`);
    await broker.until(() => stateOf('pause') === 'OFF');
    await expect
      .poll(
        async () =>
          (await tomte.listChannels({})).find(({ name }) => name === 'Entities')?.ear?.state,
      )
      .toBe('hears');
    await broker.publish(`tomte/${home}/pause/set`, 'ON');
    await broker.until(() => stateOf('pause') === 'ON');
    expect(await tomte.listModes({ home })).toMatchObject([
      { mode: 'pause', setBy: 'Home Assistant' },
    ]);
    await tomte.setMode({ home, mode: 'guests' });
    await broker.until(() => stateOf('guests') === 'ON');
    await tomte.setMode({ home, mode: 'pause', off: true });
    await broker.until(() => stateOf('pause') === 'OFF');
    expect(broker.heard.some(({ topic }) => topic === `tomte/${home}/heartbeat`)).toBe(true);
    await service.kill9();
    await broker.until(() => broker.retained.get(`tomte/${home}/status`) === 'offline');
  } finally {
    await service.kill9();
    await sim.close();
    await removeData(dataDir);
  }
}, 120_000);
