import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadExtensions } from './extensions.ts';

let own: string;
let added: string;
const file = (folder: string, name: string) => join(folder, name);

beforeEach(async () => {
  own = await mkdtemp(join(tmpdir(), 'tomte-own-'));
  added = await mkdtemp(join(tmpdir(), 'tomte-added-'));
  await writeFile(file(own, 'first.js'), 'export default { kind: "lamp", of: "own" };');
  await writeFile(file(added, 'second.js'), 'export default { kind: "lamp", of: "added" };');
});
afterEach(async () => {
  await rm(own, { recursive: true });
  await rm(added, { recursive: true });
});

test('a checkout that was made with a group-writable mask loads its own definitions', async () => {
  await chmod(own, 0o775);
  expect([...(await loadExtensions('lamp', own)).keys()]).toEqual(['first']);
});

test('the person’s own folder adds to them, and may not replace one', async () => {
  expect([...(await loadExtensions('lamp', own, [added])).keys()]).toEqual(['first', 'second']);
  await writeFile(file(added, 'first.js'), 'export default { kind: "lamp" };');
  await expect(loadExtensions('lamp', own, [added])).rejects.toMatchObject({
    code: 'config.extension_invalid',
  });
});

test('a file that cannot be loaded is named, with what is wrong', async () => {
  await writeFile(file(added, 'third.js'), 'export default { kind: ;');
  await expect(loadExtensions('lamp', own, [added])).rejects.toMatchObject({
    code: 'config.extension_invalid',
    message: expect.stringContaining(`${file(added, 'third.js')} cannot be loaded: `),
  });
});

test('an added folder or file that others may write to is not run', async () => {
  await chmod(added, 0o777);
  const refused = { code: 'config.folder_writable' };
  await expect(loadExtensions('lamp', own, [added])).rejects.toMatchObject(refused);
  await chmod(added, 0o755);
  await chmod(file(added, 'second.js'), 0o666);
  await expect(loadExtensions('lamp', own, [added])).rejects.toMatchObject(refused);
});

test.runIf(process.getuid?.() === 0)('nor is one that belongs to another account', async () => {
  await chown(file(added, 'second.js'), 65534, 65534);
  await expect(loadExtensions('lamp', own, [added])).rejects.toMatchObject({
    code: 'config.folder_writable',
    message: expect.stringContaining('another account'),
  });
});

test('a folder that is not there adds nothing', async () => {
  expect((await loadExtensions('lamp', own, [join(added, 'none')])).size).toBe(1);
});
