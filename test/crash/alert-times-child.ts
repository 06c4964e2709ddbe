/**
 * One life of the alert room, for the crash test of what the clock makes due. The story goes on at the hour
 * whose work was not all done, as a Run would do its step again; exits 0 at its end.
 */
import type { PoolConfig } from 'pg';
import { takeUpAgain } from '../../src/alert/claim.ts';
import { handClock, home, openRoom, water } from '../../src/alert/testing.ts';
import { silentLog } from '../../src/lib/log.ts';
import { openStore } from '../../src/store/open.ts';
import { readSetting, saveSetting } from '../../src/store/settings.ts';
import { type Cut, cutQueries } from './cut-queries.ts';

export interface TimesLife extends Cut {
  readonly connection: PoolConfig;
  /** When the story begins, epoch ms. */
  readonly at: number;
}

const life = JSON.parse(process.argv[2]!) as TimesLife;
const cut = cutQueries(life);
const store = await openStore({ connection: life.connection, schema: 'tomte', log: silentLog });
const clock = handClock(life.at);
const { alerts } = await openRoom(store, { clock, picture: async () => null });

const minute = 60_000;
const after = (minutes: number) => life.at + minutes * minute;
const door = { key: 'door', title: 'Door open', severity: 'today', lines: [] } as const;
const small = { key: 'battery', title: 'Battery at 20 %', severity: 'digest', lines: [] } as const;
const asked = (minutes: number, over: object) =>
  water({ since: after(minutes), at: after(minutes), ...over });
const first = async () =>
  (await alerts.list()).find(({ key }) => key === water().key)?.id ?? 'nothing';

/** Minutes into the story, and what happens then. */
const story: readonly (readonly [number, () => Promise<unknown>])[] = [
  [0, () => alerts.open(asked(0, {}))],
  // Nobody saw it: on to the next.
  [6, async () => {}],
  [7, async () => alerts.quiet(await first(), after(20))],
  // It speaks again, and again nobody sees it.
  [21, async () => {}],
  [27, async () => {}],
  [28, async () => alerts.acknowledge(await first(), 'Ola')],
  [30, () => alerts.open(asked(30, { ...door, holdOff: '10m' }))],
  [31, () => alerts.open(asked(31, { ...door, key: 'brief', title: 'Brief', holdOff: '10m' }))],
  [35, () => alerts.resolve(home, 'brief', { title: 'Over', text: '', at: after(35) })],
  // What was held off and is still so is told.
  [42, async () => {}],
  [45, () => alerts.open(asked(45, small))],
  // The morning.
  [300, async () => {}],
  [301, () => alerts.resolve(home, water().key, { title: 'Over', text: '', at: after(301) })],
];

const done = Number((await readSetting(store.db, 'story')) ?? 0);
for (const [stage, [minutes, work]] of story.entries()) {
  if (stage < done) continue;
  clock.pass(after(minutes) - clock.now());
  // As a start does: nothing is on its way any more.
  await takeUpAgain(store.db, { now: clock.now(), worker: 'tomte' });
  cut.counting = true;
  await work();
  await alerts.drain();
  cut.counting = false;
  await saveSetting(store.db, 'story', stage + 1);
}
await alerts.stop();
await store.close();
