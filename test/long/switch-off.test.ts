/** A button on the phone that switches something off: through the guardrail, confirmed by the home, and said so. */
import { chmod, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, connect } from '@tomte/sdk/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { openSim, type Sim } from '../../src/sim/sim.ts';
import { type RunningService, removeData, startService } from '../crash/harness.ts';
import { type Phone, pushReceiver } from '../kit/push.ts';

const coffee = 'switch.coffee_maker';
const patient = { timeout: 30_000, interval: 100 };
let sim: Sim;
let phone: Phone;
let service: RunningService;
let tomte: Client;
let home: string;
let dataDir: string;

const leftOn = `
import { defineWorkflow } from '@tomte/sdk/define';
import { z } from 'zod';
export default defineWorkflow({
  title: 'Left on', text: 'Tells of it.', triggers: [{ manual: true }], settings: z.strictObject({}),
  wants: () => ['${coffee}'],
  async run(ctx) {
    await ctx.alert({
      key: 'coffee ' + ctx.now(), title: 'Coffee maker is on', text: 'For an hour.', severity: 'today',
      since: ctx.now(), entities: ['${coffee}'],
      action: {
        label: 'Switch off',
        action: { domain: 'switch', action: 'turn_off', entities: ['${coffee}'], data: {} },
      },
    });
  },
});`;

beforeAll(async () => {
  sim = await openSim({ days: 2, living: false });
  sim.set(coffee, 'on', { friendly_name: 'Coffee Maker' });
  phone = await pushReceiver({ url: sim.url, token: sim.tokens.admin, name: 'Maja' });
  dataDir = await mkdtemp(join(tmpdir(), 'tomte-switch-off-'));
  await chmod(dataDir, 0o755);
  await mkdir(join(dataDir, 'workflows'), { mode: 0o700 });
  await writeFile(join(dataDir, 'workflows', 'left-on.ts'), leftOn, { mode: 0o600 });
  service = await startService({ dataDir });
  tomte = connect({ base: `${service.url}api/`, credential: service.credential });
  const linked = await tomte.linkHome({ address: sim.url, token: sim.tokens.admin });
  if (!linked.ok) throw new Error(linked.error.message);
  home = linked.home.id;
  await until(async () =>
    (await tomte.listWorkflows({ home })).some(({ name }) => name === 'left-on'),
  );
  await until(async () =>
    (await tomte.listChannels({})).some(({ kind }) => kind === 'companion-app'),
  );
}, 120_000);
afterAll(async () => {
  await service?.stop();
  await phone?.close();
  await sim?.close();
  await removeData(dataDir);
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await systemClock.sleep(100);
}

/** The alert as it came to the phone: its id, and the button of that name there. */
async function told(): Promise<{ id: string; button: (title: string) => string | undefined }> {
  const before = phone.pushes.all.length;
  await tomte.runWorkflow({ home, name: 'left-on' });
  const push = await phone.pushes.until(
    (p) => p.title === 'Coffee maker is on' && phone.pushes.all.indexOf(p) >= before,
  );
  const actions = push.data!.actions as { action: string; title: string }[];
  return {
    id: String(push.data!.tag).replace('tomte-', ''),
    button: (title) => actions.find((one) => one.title === title)?.action,
  };
}
const linesOf = async (id: string) => (await tomte.getAlert({ id })).lines;
const outcomes = async () =>
  (await tomte.listActions({ home })).map(({ action, outcome }) => `${action} ${outcome}`);

test('without a grant there is no such button', async () => {
  await tomte.setWorkflow({ home, name: 'left-on', mode: 'on' });
  const { button } = await told();
  expect(button('I see it')).toBeDefined();
  expect(button('Switch off')).toBe(undefined);
}, 60_000);

test('pressed, it is switched off, confirmed by the home, and the alert says so on the phone', async () => {
  await tomte.setWorkflow({ home, name: 'left-on', mode: 'on', grants: [coffee] });
  const { id, button } = await told();
  await phone.press(button('Switch off')!);
  await expect.poll(() => sim.state(coffee)?.state, patient).toBe('off');
  const confirmed = /^Turn off Coffee Maker: confirmed \d\d:\d\d$/i;
  await expect.poll(async () => (await linesOf(id))[0], patient).toMatch(confirmed);
  expect(await tomte.getAlert({ id })).toMatchObject({ state: 'acknowledged', seenBy: 'Maja' });
  await phone.pushes.until(
    ({ data, message }) =>
      data?.tag === `tomte-${id}` && /coffee maker: confirmed/i.test(message ?? ''),
  );
  expect(await outcomes()).toEqual(['turn_off confirmed']);
}, 60_000);

test('a device that does not follow is told as that, and nothing while all switching is stopped', async () => {
  sim.set(coffee, 'on');
  sim.world.stuck.add(coffee);
  const still = await told();
  await phone.press(still.button('Switch off')!);
  await expect.poll(async () => (await linesOf(still.id))[0], patient).toMatch(/: no answer \d/);
  sim.world.stuck.delete(coffee);
  await tomte.stopActions({});
  const stopped = await told();
  await phone.press(stopped.button('Switch off')!);
  await expect
    .poll(async () => (await linesOf(stopped.id))[0], patient)
    .toMatch(/not done, all Actions are stopped/);
  expect(sim.state(coffee)?.state).toBe('on');
}, 90_000);
