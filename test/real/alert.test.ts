/** The whole path on a real Home Assistant: water runs, a phone and a webhook hear of it once, whatever is killed meanwhile. */
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, connect } from '@tomte/sdk/client';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { type RunningService, removeData, startService } from '../crash/harness.ts';
import { pushReceiver } from '../kit/push.ts';
import { realHome } from '../kit/real-home.ts';
import { type Received, webhookReceiver } from '../kit/webhook.ts';

// A home of its own: other tests move the water of the first one too.
const home = await realHome({ port: process.env.REAL_HOME_ALERT_PORT ?? '8126' });

interface Told {
  delivery: string;
  kind: 'open' | 'update' | 'over';
  title: string;
  picture: string | null;
}
const told = (received: Received) => received.json as Told;

const clientOf = (service: RunningService): Client =>
  connect({ base: `${service.url}api/`, credential: service.credential });

/** Asks again and again, since an outcome may be seconds away; the test's own limit ends it. */
async function eventually<T>(ask: () => Promise<T | null | undefined | false>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    await systemClock.sleep(250);
  }
}

async function setWater(litresPerMinute: number): Promise<void> {
  const response = await fetch(`${home!.url}/api/services/input_number/set_value`, {
    method: 'POST',
    headers: { authorization: `Bearer ${home!.tokens.admin}`, 'content-type': 'application/json' },
    body: JSON.stringify({ entity_id: 'input_number.water_flow', value: litresPerMinute }),
  });
  expect(response.status).toBe(200);
}

test.skipIf(!home)(
  'water that pours is told once a channel through four kills, and is over once',
  async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'tomte-alert-'));
    await chmod(dataDir, 0o755);
    const phone = await pushReceiver({
      url: home!.url,
      token: home!.tokens.admin,
      name: `Phone ${process.pid}`,
    });
    const hook = await webhookReceiver();
    let service = await startService({ dataDir });
    try {
      let tomte = clientOf(service);
      const linked = await tomte.linkHome({ address: home!.url, token: home!.tokens.admin });
      expect(linked).toMatchObject({ ok: true });
      const id = linked.ok ? linked.home.id : '';
      await eventually(async () => (await tomte.firstLook({ home: id })).state === 'done');
      await tomte.saveChannel({
        kind: 'webhook',
        name: 'Hook',
        settings: { url: hook.url, secret: 'sixteen-characters-at-least' },
      });
      await tomte.setWorkflow({ home: id, name: 'water-watch', mode: 'on' });
      const phoneListed = await eventually(async () =>
        (await tomte.listChannels({})).find((c) =>
          JSON.stringify(c.settings).includes(phone.action),
        ),
      );
      expect(phoneListed.enabled).toBe(true);

      await setWater(20);
      // While the detector still counts the minutes.
      await systemClock.sleep(30_000);
      await service.kill9();
      service = await startService({ dataDir });

      // Between the Delivery and the note that it was made.
      const opened = await hook.received.until((r) => told(r).kind === 'open');
      await service.kill9();
      service = await startService({ dataDir });
      const pushed = await phone.pushes.until((p) => p.data?.tag !== undefined);
      expect(told(opened).title).toMatch(/pouring/i);
      expect(pushed.title).toBe(told(opened).title);

      // The database alone; the service notices, ends, and is started again.
      await service.killPostgres();
      service = await startService({ dataDir });
      tomte = clientOf(service);
      const open = await tomte.listAlerts({ state: 'open' });
      expect(open).toHaveLength(1);

      const image = String(pushed.data?.image ?? '');
      expect(image).toMatch(/^\/api\/image\/serve\//);
      const picture = await fetch(`${home!.url}${image}`);
      expect(picture.status).toBe(200);
      expect(picture.headers.get('content-type')).toBe('image/png');
      expect((await picture.arrayBuffer()).byteLength).toBeLessThan(30_000);

      await setWater(0);
      await systemClock.sleep(20_000);
      await service.kill9();
      service = await startService({ dataDir });
      const over = await hook.received.until((r) => told(r).kind === 'over');
      expect(told(over).title).toMatch(/^Over/);
      await phone.pushes.until((p) => p.title === told(over).title);
      tomte = clientOf(service);
      await eventually(async () => (await tomte.listAlerts({ state: 'resolved' })).length === 1);
      expect(await tomte.listAlerts({ state: 'open' })).toEqual([]);

      for (const kind of ['open', 'over'] as const) {
        const deliveries = new Set(
          hook.received.all.filter((r) => told(r).kind === kind).map((r) => told(r).delivery),
        );
        expect(deliveries.size, kind).toBe(1);
      }
      expect(new Set(phone.pushes.all.map((p) => p.data?.tag)).size).toBe(1);
    } finally {
      await setWater(0);
      await service.kill9();
      await phone.close();
      await hook.close();
      await removeData(dataDir);
    }
  },
  900_000,
);
