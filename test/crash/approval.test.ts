/** A workflow asks to unlock a door: nothing happens without a yes, and with it once, also through kill -9. */
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, connect } from '@tomte/sdk/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSim, type Sim } from '../../src/sim/sim.ts';
import { type Phone, pushReceiver } from '../kit/push.ts';
import { type RunningService, startService } from './harness.ts';

const home = 'villa';
const lock = 'lock.front_door';
const patient = { timeout: 60_000, interval: 100 };
const workflow = `
import { defineWorkflow } from '@tomte/sdk/define';
import { z } from 'zod';
export default defineWorkflow({
  title: 'Let the craftsman in', text: 'Unlocks the door.', triggers: [{ manual: true }],
  settings: z.strictObject({}),
  run: (ctx) => ctx.act({ domain: 'lock', action: 'unlock', entities: ['${lock}'], data: {} }),
});`;

let sim: Sim;
let phone: Phone;
let service: RunningService;
let tomte: Client;
let dataDir: string;

beforeAll(async () => {
  sim = await openSim({ days: 2, living: false });
  phone = await pushReceiver({ url: sim.url, token: sim.tokens.admin, name: 'Maja' });
  dataDir = await mkdtemp(join(tmpdir(), 'tomte-yes-'));
  await chmod(dataDir, 0o755);
  await mkdir(join(dataDir, 'workflows'), { mode: 0o700 });
  await writeFile(join(dataDir, 'workflows', 'let-in.ts'), workflow, { mode: 0o600 });
  await begin();
  await tomte.linkHome({ address: sim.url, token: sim.tokens.admin, name: 'Villa' });
}, 120_000);
afterAll(async () => {
  await service.stop();
  await phone.close();
  await sim.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function begin(): Promise<void> {
  service = await startService({ dataDir });
  tomte = connect({ base: `${service.url}api/`, credential: service.credential });
}
const live = async () => (await tomte.listHomes({}))[0]?.link.state;
const stateOf = async (id: string) => (await tomte.getRun({ id })).state;
async function waiting(run: string) {
  const asked = async () => (await tomte.listApprovals({ state: 'open' })).map((one) => one.run);
  await expect.poll(asked, patient).toContain(run);
  return (await tomte.listApprovals({ state: 'open' })).find((one) => one.run === run)!;
}
const unlocks = async () =>
  (await tomte.listActions({ home })).filter(({ outcome }) => outcome !== 'refused');

test('a lock that was not named is refused; named, it waits for a yes', async () => {
  const names = async () => (await tomte.listWorkflows({ home })).map(({ name }) => name);
  await expect.poll(names, patient).toContain('let-in');
  const kinds = async () => (await tomte.listChannels({})).map(({ kind }) => kind);
  await expect.poll(kinds, patient).toContain('companion-app');
  await tomte.setWorkflow({ home, name: 'let-in', mode: 'on' });
  const { id } = await tomte.runWorkflow({ home, name: 'let-in' });
  await expect.poll(() => stateOf(id), patient).toBe('done');
  expect((await tomte.getRun({ id })).result).toMatchObject({ rule: 'guardrail.never' });
  await tomte.setWorkflow({ home, name: 'let-in', grants: [lock] });
  const run = await tomte.runWorkflow({ home, name: 'let-in' });
  const asked = await waiting(run.id);
  expect(asked).toMatchObject({ workflow: 'let-in', kind: 'action', fallback: 'no' });
  expect((await tomte.today({})).approvals.map((one) => one.id)).toEqual([asked.id]);
  await tomte.answerApproval({ id: asked.id, answer: 'no', by: 'Maja' });
  await expect.poll(() => stateOf(run.id), patient).toBe('done');
  expect((await tomte.getRun({ id: run.id })).result).toMatchObject({ kind: 'refused' });
  expect(await unlocks()).toEqual([]);
}, 120_000);

test('a yes on the phone, after kill -9 while it waited, unlocks once', async () => {
  sim.set(lock, 'locked');
  const earlier = new Set(phone.pushes.all.map(({ data }) => data?.tag));
  const run = await tomte.runWorkflow({ home, name: 'let-in' });
  const asked = await waiting(run.id);
  const push = await phone.pushes.until(
    (p) => p.title === asked.title && !earlier.has(p.data?.tag),
  );
  const [no, yes] = push.data!.actions as { action: string; title: string }[];
  expect(no!.title).toBe('No');
  await service.kill9();
  await begin();
  await expect.poll(live, patient).toBe('live');
  expect(sim.state(lock)?.state).toBe('locked');
  await phone.press(yes!.action);
  await expect.poll(() => stateOf(run.id), patient).toBe('done');
  await expect.poll(() => sim.state(lock)?.state, patient).toBe('unlocked');
  await phone.press(yes!.action);
  await service.kill9();
  await begin();
  expect(await unlocks()).toMatchObject([{ entities: [lock], attempts: 1, outcome: 'sent' }]);
  const [answered] = await tomte.listApprovals({ home });
  expect(answered).toMatchObject({ state: 'answered', answer: 'yes', answeredBy: 'Maja' });
}, 180_000);

test('while the home is paused even a yes opens nothing', async () => {
  await expect.poll(live, patient).toBe('live');
  sim.set(lock, 'locked');
  const run = await tomte.runWorkflow({ home, name: 'let-in' });
  const asked = await waiting(run.id);
  await tomte.setMode({ home, mode: 'pause' });
  await tomte.answerApproval({ id: asked.id, answer: 'yes' });
  await expect.poll(() => stateOf(run.id), patient).toBe('done');
  expect((await tomte.getRun({ id: run.id })).result).toMatchObject({ rule: 'guardrail.paused' });
  expect(sim.state(lock)?.state).toBe('locked');
}, 120_000);
