/**
 * One life of Tomte on a real home, with workflows of its own, for the tests of triggers: links, switches
 * them on, and tells each Run and each reason as a line. It is ended from outside, without a warning.
 */
import { readFile } from 'node:fs/promises';
import { defineWorkflow, type TriggerSpec, type WorkflowDefinition } from '@tomte/sdk/define';
import { z } from 'zod';
import { loadConfig } from '../../src/config.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { openBase } from '../../src/main/base.ts';
import { loadDefinitions } from '../../src/main/definitions.ts';
import { openPlace } from '../../src/main/place.ts';
import { openStore } from '../../src/store/open.ts';

export interface TriggerLife {
  readonly dataDir: string;
  readonly boot: string;
  readonly url: string;
  readonly tokenFile: string;
  readonly triggers: Readonly<Record<string, TriggerSpec>>;
}

const life = JSON.parse(process.argv[2]!) as TriggerLife;
const say = (line: unknown) => process.stdout.write(`${JSON.stringify(line)}\n`);
// Whoever started us holds the door-keeper that chose the right Node: this is who does the work.
say({ pid: process.pid });
const [clock, log] = [systemClock, silentLog];

const workflows = new Map<string, WorkflowDefinition>(
  Object.entries(life.triggers).map(([name, spec]) => [
    name,
    defineWorkflow({
      title: name,
      text: 'For a test.',
      triggers: [spec],
      settings: z.strictObject({}),
      run: async ({ trigger }) => trigger,
    }) as unknown as WorkflowDefinition,
  ]),
);

const config = loadConfig({ flags: { data: life.dataDir }, env: { TOMTE_DISCOVER: 'off' } });
const base = await openBase(config, { clock, log });
const store = await openStore({ connection: base.connection, schema: 'tomte', log });
const definitions = { ...(await loadDefinitions(null)), workflows };
const engine = await openEngine({
  ...{ pool: base.connection as object, ...definitions, clock, log, random: Math.random },
  ...{ worker: 'w1', boot: life.boot },
});
const { tomte, lives } = await openPlace({
  parts: {
    ...{ ...definitions, key: base.key, clock, log, random: Math.random, engine },
    ...{
      allowAddresses: [],
      discovers: false,
      worker: 'w1',
      boot: life.boot,
      place: 'tomte' as const,
      store,
    },
  },
  ...{ channels: definitions.channels, version: 'test', startedAt: clock.now(), shared: false },
  ...{ demoDoor: () => false, retentionDays: 30, publicUrl: null, passwordChanged: () => {} },
});
if (lives().size === 0) {
  const token = (await readFile(life.tokenFile, 'utf8')).trim();
  const linked = await tomte.linkHome({ address: life.url, token });
  if (!linked.ok) throw new Error(linked.error.message);
}
const home = [...lives().keys()][0]!;
for (const name of workflows.keys()) await tomte.setWorkflow({ home, name, mode: 'on' });
await lives().get(home)!.link.ready();
say({
  ready: true,
  fits: (await tomte.listWorkflows({})).map(({ name, fits }) => ({ name, fits })),
});
say({ doctor: (await tomte.doctor({ home })).findings.map(({ id }) => id) });

const told = new Set<string>();
for (;;) {
  for (const run of await tomte.listRuns({})) {
    if (told.has(run.id) || run.state !== 'done') continue;
    told.add(run.id);
    say({ run: { ...run, trigger: (await tomte.getRun({ id: run.id })).trigger } });
  }
  await clock.sleep(200);
}
