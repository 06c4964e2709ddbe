/** Pause, guests and away as people set them: over HTTP, with an end, through kill -9. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, connect } from '@tomte/sdk/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { openSim, type Sim } from '../../src/sim/sim.ts';
import { type RunningService, startService } from '../crash/harness.ts';

let sim: Sim;
let service: RunningService;
let tomte: Client;
let dataDir: string;
const home = 'villa-berg';

beforeAll(async () => {
  sim = await openSim({ days: 3, living: false, options: { name: 'Villa Berg' } });
  dataDir = await mkdtemp(join(tmpdir(), 'tomte-modes-'));
  await chmod(dataDir, 0o755);
  await begin();
  await tomte.linkHome({ address: sim.url, token: sim.tokens.resident });
}, 90_000);
afterAll(async () => {
  await service.stop();
  await sim.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function begin(): Promise<void> {
  service = await startService({ dataDir });
  tomte = connect({ base: `${service.url}api/`, credential: service.credential });
}

test('a mode and the stop of all Actions survive kill -9, and the end of a mode is told on Today', async () => {
  const began = systemClock.now();
  const until = new Date(began + 3_600_000).toISOString();
  await tomte.setMode({ home, mode: 'guests', until, by: 'Maja' });
  await tomte.setMode({ home, mode: 'pause', until: new Date(began + 5_000).toISOString() });
  await tomte.stopActions({});
  expect((await tomte.today({})).modes.map(({ mode }) => mode).sort()).toEqual(['guests', 'pause']);
  await service.kill9();
  // The pause runs out while nobody is there.
  await systemClock.sleep(Math.max(0, began + 5_000 - systemClock.now()));
  await begin();
  expect(await tomte.listModes({ home })).toMatchObject([{ mode: 'guests', until, setBy: 'Maja' }]);
  expect((await tomte.status({})).actionsStopped).toBe(true);
  const { sinceYouLooked } = await tomte.today({});
  expect(sinceYouLooked.map(({ text }) => text)).toEqual(
    expect.arrayContaining([expect.stringMatching(/^Pause ended \d\d:\d\d; it began/)]),
  );
  expect(await tomte.setMode({ home, mode: 'guests', off: true })).toEqual([]);
  const wrong = tomte.setMode({ home, mode: 'away', until: '2020-01-01T00:00:00Z' });
  await expect(wrong).rejects.toMatchObject({ code: 'api.invalid' });
}, 120_000);

test('a home says how buttons reach Tomte and whose its user is; the doctor follows', async () => {
  const finding = async (id: string) =>
    (await tomte.doctor({ home })).findings.find((one) => one.id === id);
  while ((await tomte.listHomes({}))[0]?.link.state !== 'live') await systemClock.sleep(50);
  expect(await finding('buttons')).toMatchObject({ level: 'note' });
  expect(await finding('own-user')).toMatchObject({ level: 'note' });
  const changed = await tomte.setHome({ home, buttonsEntity: 'input_text.x', ownUser: true });
  expect(changed).toMatchObject({ buttonsEntity: 'input_text.x', ownUser: true });
  expect(await finding('buttons')).toMatchObject({ level: 'warn' });
  expect(await finding('own-user')).toMatchObject({ level: 'ok' });
  sim.set('input_text.x', '', { max: 255 });
  while ((await finding('buttons'))?.level !== 'ok') await systemClock.sleep(50);
  const wrong = tomte.setHome({ home, buttonsEntity: 'switch.x' });
  await expect(wrong).rejects.toMatchObject({ code: 'api.invalid' });
}, 60_000);
