/** The database is killed under a newcomer who looks at the demo home: Tomte ends, so that it can begin anew. */
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { openService } from '../../src/main/serve.ts';
import { databasePid, removeData, startService } from '../crash/harness.ts';

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
    await removeData(dataDir);
  }
});

test('a database that dies while Tomte begins ends the beginning, and says so', async () => {
  const data = await mkdtemp(join(tmpdir(), 'tomte-dies-'));
  await chmod(data, 0o755);
  const killed = Promise.withResolvers<void>();
  const log = {
    ...silentLog,
    info(_about: object, text: string) {
      if (text !== 'bringing the database forward') return;
      databasePid(data)
        .then((pid) => process.kill(pid, 'SIGKILL'))
        .then(() => killed.resolve(), killed.reject);
    },
  };
  try {
    const config = loadConfig({ flags: { data, port: '0' }, env: {} });
    const opening = openService({ config, log });
    await expect(opening).rejects.toMatchObject({ code: 'store.died' });
    await killed.promise;
  } finally {
    await removeData(data);
  }
});
