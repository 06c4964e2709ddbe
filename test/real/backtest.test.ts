/** The recorded past of a real Home Assistant, right after it was linked. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Backtest } from '@tomte/sdk/types-runs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { realHome } from '../kit/real-home.ts';

const run = promisify(execFile);
const program = join(import.meta.dirname, '../../bin/tomte.js');
// A home whose water no other test lets run.
const home = await realHome({ port: process.env.REAL_HOME_BACKTEST_PORT ?? '8127' });
const since = home?.env.HOME_TOILET_SINCE;

let data: string;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'tomte-real-backtest-'));
  await run('chmod', ['755', data]);
});
afterAll(() => rm(data, { recursive: true, force: true }));
const tomte = (...words: string[]) =>
  run(process.execPath, [program, ...words, '--data', data, '--json'], {
    maxBuffer: 64 * 1024 * 1024,
    timeout: 120_000,
  });

test.skipIf(!home || !since)(
  'finds the toilet that ran nine nights ago, and nothing else',
  {
    timeout: 180_000,
  },
  async () => {
    await tomte('link', home!.url, '--token', home!.tokens.admin);
    const { stdout } = await tomte('backtest', 'water-watch', '--days', '60');
    const result = JSON.parse(stdout) as Backtest;
    expect(result.alerts).toHaveLength(1);
    const began = Date.parse(result.alerts[0]!.since);
    expect(Math.abs(began - Date.parse(since!))).toBeLessThanOrEqual(3_600_000);
    expect(result.alerts[0]!.until).not.toBeNull();
    expect(result.actions).toEqual([]);
    expect(result.tookMs).toBeGreaterThan(0);
  },
);
