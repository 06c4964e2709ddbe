/** The database is killed under a newcomer who looks at the demo home: Tomte ends, so that it can begin anew. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../src/lib/clock.ts';
import { startService } from './crash/harness.ts';

test('a database that dies while the demo home is being opened does not keep Tomte from ending', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'tomte-dies-'));
  await chmod(dataDir, 0o755);
  const service = await startService({ dataDir });
  try {
    // The demo's home is there, and its past is still to be kept.
    while (!service.log().includes('the home is live')) await systemClock.sleep(10);
    await service.killPostgres();
    expect(service.log()).toContain('the database died; starting again');
    expect(service.log()).not.toContain('a fault that nobody caught');
  } finally {
    await service.kill9();
    await rm(dataDir, { recursive: true, force: true });
  }
});
