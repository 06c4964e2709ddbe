import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FolderLock, lockFolder } from './folder-lock.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tomte-lock-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Processes that take the folder at once; each says `got` and holds it, or the code it was refused with. */
function takers(count: number) {
  const script = `
    import { lockFolder } from ${JSON.stringify(join(import.meta.dirname, 'folder-lock.ts'))};
    try { globalThis.kept = lockFolder(process.argv[1]); console.log('got'); setInterval(() => {}, 1000); }
    catch (error) { console.log(error.code); }`;
  return Array.from({ length: count }, () => {
    const flags = [
      '--conditions=tomte-source',
      '--input-type=module-typescript',
      '-e',
      script,
      folder,
    ];
    const child = spawn(process.execPath, flags, { stdio: ['ignore', 'pipe', 'inherit'] });
    const said = once(child.stdout!.setEncoding('utf8'), 'data').then(([text]) =>
      String(text).trim(),
    );
    return { child, said };
  });
}

test('of many who take a folder at once, one gets it, and a killed one leaves nothing behind', async () => {
  for (let round = 0; round < 2; round++) {
    const all = takers(5);
    const said = await Promise.all(all.map((one) => one.said));
    expect(said.toSorted()).toEqual(['got', ...Array(4).fill('store.folder_in_use')]);
    const owner = all[said.indexOf('got')]!.child;
    const ended = once(owner, 'exit');
    owner.kill('SIGKILL');
    await ended;
  }
});

test('within one program too there is one owner, until it lets go', () => {
  const first: FolderLock = lockFolder(folder);
  expect(() => lockFolder(folder)).toThrow(/belongs to a running Tomte/);
  first.release();
  lockFolder(folder).release();
});
