/** The crash suite in short: three deaths of the engine, early, in the middle and late. `test:long` tries them all. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { throughOne } from '../crash/waits-lives.ts';

test.each([
  { killAt: 20, kill: 'after' },
  { killAt: 75, kill: 'before' },
  { killAt: 130, kill: 'after' },
] as const)(
  'killed $kill query $killAt, every Run completes once and nothing is switched twice',
  {
    timeout: 120_000,
  },
  async (life) => {
    const folder = await mkdtemp(join(tmpdir(), 'tomte-killed-'));
    try {
      const where = `${life.kill} query ${life.killAt}`;
      // How late a timer is says more of the machine here than of the engine.
      const first = await throughOne(life, {
        ...{ folder, where, lateMaxMs: Number.POSITIVE_INFINITY },
      });
      expect(first.code, 'it was killed').toBe(null);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
);
