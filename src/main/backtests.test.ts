/** A workflow tried on the past of the simulated home: no service runs, the home is asked once. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../config.ts';
import { silentLog } from '../lib/log.ts';
import { openSim, type Sim } from '../sim/sim.ts';
import { type Offline, openOffline } from './offline.ts';

let sim: Sim;
let data: string;
let offline: Offline;
let home: string;

beforeAll(async () => {
  sim = await openSim({ days: 60 });
  data = await mkdtemp(join(tmpdir(), 'tomte-backtest-'));
  await chmod(data, 0o755);
  offline = openOffline(loadConfig({ flags: { data }, env: {} }), silentLog);
  const answer = await offline.tomte.linkHome({ address: sim.url, token: sim.tokens.resident });
  if (!answer.ok) throw new Error(answer.error.message);
  home = answer.home.id;
}, 60_000);
afterAll(async () => {
  await offline.close();
  await sim.close();
  await rm(data, { recursive: true, force: true });
});

test('right after linking, the toilet that ran is found, with its picture, and nothing is told or switched', {
  timeout: 120_000,
}, async () => {
  const result = await offline.tomte.backtest({ home, name: 'water-watch', days: 60 });
  expect(result.alerts.map(({ severity, entities }) => [severity, entities[0]])).toEqual([
    ['now', expect.stringMatching(/water/)],
  ]);
  expect(result.alerts[0]!.chart).not.toBeNull();
  expect(result.alerts[0]!.until).not.toBeNull();
  expect(result.runs.every((run) => run.state === 'done')).toBe(true);
  expect(result.actions).toEqual([]);
  expect(result.sentence).toMatch(
    /^In 60 days it would have run .* told you once and switched nothing\.$/,
  );
  expect(await offline.tomte.listAlerts({})).toEqual([]);
  expect(await offline.tomte.listRuns({})).toEqual([]);
});

test('wrong settings and unknown workflows are refused before the home is asked', async () => {
  await expect(
    offline.tomte.backtest({ home, name: 'water-watch', settings: { tell: 'loudly' } }),
  ).rejects.toMatchObject({ code: 'workflow.settings_invalid' });
  await expect(offline.tomte.backtest({ home, name: 'nothing' })).rejects.toMatchObject({
    code: 'workflow.not_found',
  });
  await expect(
    offline.tomte.backtest({ home, name: 'water-watch', days: 0 }),
  ).rejects.toMatchObject({
    code: 'api.invalid',
  });
});

test('“what if” in words needs the service, which keeps what detectors are tried on', async () => {
  await expect(
    offline.tomte.why({ text: 'what if the morning report came at 6', home }),
  ).rejects.toMatchObject({ code: 'cli.service_unreachable' });
  const { found } = await offline.tomte.why({ text: 'morning report', home });
  expect(found.map(({ title }) => title)).toEqual(['Morning report']);
});
