/** The Mirror of a very big home, on a machine shared with that home. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';

const children: ChildProcessByStdio<Writable, Readable, null>[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** A script in a process of its own; answers its lines one by one. */
function run(script: string, ...args: string[]) {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, ['--conditions=tomte-source', file, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${script} ended without a word`);
    return value;
  };
  return { child, line };
}

const seconds = 60;
const perSecond = 2_000;

test('5,000 entities changing 2,000 times a second for a minute: nothing dropped, quick and small', async () => {
  const home = run('./scale-home.ts', '5000', String(perSecond));
  const { url, token } = JSON.parse(await home.line()) as { url: string; token: string };
  const mirror = run('./scale-mirror.ts', url, token, String(seconds));
  expect(await mirror.line()).toBe('ready');
  home.child.stdin.write('go\n');
  const measured = JSON.parse(await mirror.line());
  expect(measured).toMatchObject({ outOfOrder: 0, late: 0, state: 'live', generation: 1 });
  expect(measured.entities).toBeGreaterThanOrEqual(5_000);
  expect(measured.changesPerSecond).toBeGreaterThan(perSecond * 0.95);
  expect(measured.lagP99Ms).toBeLessThan(50);
  expect(measured.rssMaxMB).toBeLessThan(250);
}, 180_000);
