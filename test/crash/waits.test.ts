import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { killPlaces, patienceMs } from './places.ts';
import { throughOne } from './waits-lives.ts';

/** How late a timer may be after a restart; a machine shared with other suites is slower by itself. */
const lateMaxMs = Number(process.env.TOMTE_CRASH_LATE_MS ?? 2_000);
let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tomte-waits-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));
const base = () => ({ folder, lateMaxMs });

test('killed before and after any query, every Run completes once', {
  timeout: patienceMs,
}, async () => {
  const { printed } = await throughOne(
    { killAt: 0, kill: 'before' },
    { ...base(), where: 'whole' },
  );
  const queries = Number(printed);
  expect(queries).toBeGreaterThan(100);
  for (const killAt of killPlaces(queries, 12)) {
    const kill = killAt % 2 === 0 ? 'before' : 'after';
    const where = `${kill} query ${killAt} of ${queries}`;
    await throughOne({ killAt, kill }, { ...base(), where });
  }
});

test('killed at any moment, every Run completes once', { timeout: patienceMs }, async () => {
  const whole = await throughOne({ killAt: 0, kill: 'before' }, { ...base(), where: 'whole' });
  const moments = Number(process.env.TOMTE_CRASH_MOMENTS ?? 12);
  for (let n = 0; n < moments; n++) {
    // Spread over the life, each a little off the beat of what happens in it.
    const killMs = Math.round(((n + 0.5) / moments) * whole.ms + ((n * 37) % 29));
    const where = `killed after ${killMs} ms`;
    await throughOne({ killAt: 0, kill: 'before' }, { ...base(), where, killMs });
  }
});
