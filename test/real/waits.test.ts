/** On a real Home Assistant: a Run waits for a state through a restart of the home and a death of Tomte, acts, is confirmed. */
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, connect } from '@tomte/sdk/client';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { type RunningService, startService } from '../crash/harness.ts';
import { realHome } from '../kit/real-home.ts';

const home = await realHome({ port: process.env.REAL_HOME_WAITS_PORT ?? '8127' });

const workflow = `
import { defineWorkflow } from '@tomte/sdk/define';
import { z } from 'zod';
export default defineWorkflow({
  title: 'Wait and act', text: 'For a test.', triggers: [{ manual: true }], settings: z.strictObject({}),
  async run(ctx) {
    const door = await ctx.until(
      { entity: 'input_boolean.hall_motion', is: 'on', for: '20s' },
      { timeout: '10m' },
    );
    const acted = await ctx.act({
      domain: 'input_boolean', action: 'turn_on', entities: ['input_boolean.dishwasher'], data: {},
    });
    return { met: door.met, acted: acted.kind };
  },
});`;

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

async function call(domain: string, service: string, data: object = {}): Promise<void> {
  const response = await fetch(`${home!.url}/api/services/${domain}/${service}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${home!.tokens.admin}`, 'content-type': 'application/json' },
    body: JSON.stringify(data),
  });
  expect(response.status).toBe(200);
}

test.skipIf(!home)(
  'a Run waits 20 s for a state, through a restart of Home Assistant and a kill of Tomte, then acts',
  async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'tomte-waits-'));
    await chmod(dataDir, 0o755);
    await mkdir(join(dataDir, 'workflows'), { mode: 0o700 });
    await writeFile(join(dataDir, 'workflows', 'wait-and-act.ts'), workflow, { mode: 0o600 });
    await call('input_boolean', 'turn_off', { entity_id: 'input_boolean.dishwasher' });
    await call('input_boolean', 'turn_off', { entity_id: 'input_boolean.hall_motion' });
    let service = await startService({ dataDir });
    try {
      let tomte = clientOf(service);
      const linked = await tomte.linkHome({ address: home!.url, token: home!.tokens.admin });
      expect(linked).toMatchObject({ ok: true });
      const id = linked.ok ? linked.home.id : '';
      await eventually(async () => (await tomte.firstLook({ home: id })).state !== 'running');
      expect(await tomte.firstLook({ home: id })).toMatchObject({ state: 'done', error: null });
      await eventually(async () =>
        (await tomte.listWorkflows({ home: id })).find(({ name }) => name === 'wait-and-act'),
      );
      await tomte.setWorkflow({
        ...{ home: id, name: 'wait-and-act', mode: 'on' },
        grants: [{ entities: ['input_boolean.dishwasher'] }],
      });
      const run = await tomte.runWorkflow({ home: id, name: 'wait-and-act' });
      await eventually(async () => (await tomte.getRun({ id: run.id })).waits.length === 1);

      await call('input_boolean', 'turn_on', { entity_id: 'input_boolean.hall_motion' });
      const from = systemClock.now();
      await systemClock.sleep(3_000);
      await call('homeassistant', 'restart');
      await service.kill9();
      service = await startService({ dataDir });
      tomte = clientOf(service);

      const page = await eventually(async () => {
        const now = await tomte.getRun({ id: run.id });
        return now.endedAt === null ? null : now;
      });
      const waited = Date.parse(page.endedAt!) - from;
      expect(page).toMatchObject({ state: 'done', result: { met: true, acted: 'confirmed' } });
      expect(waited).toBeGreaterThan(19_000);
      expect(page.actions).toMatchObject([{ rule: null, outcome: { kind: 'confirmed' } }]);
      expect(page.waits).toMatchObject([{ kind: 'until', outcome: { kind: 'met' } }]);
      console.info(`from the change to the end: ${Math.round(waited / 1000)} s`);
    } finally {
      await service.stop();
      await rm(dataDir, { recursive: true, force: true });
    }
  },
  300_000,
);
