/** What a person puts beside Tomte's own definitions is found there, with the packages it is written against. */
import { chmod, copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tomte } from './kit/tomte.ts';

const examples = join(import.meta.dirname, '../examples');
let data = '';
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'tomte-own-folder-'));
  await chmod(data, 0o755);
});
afterAll(() => rm(data, { recursive: true, force: true }));

test.each(['channel', 'connector'])(
  'an example of a %s, copied to the data folder',
  async (kind) => {
    const folder = join(data, `${kind}s`);
    await mkdir(folder, { mode: 0o755 });
    await copyFile(join(examples, `my-${kind}.ts`), join(folder, `my-${kind}.ts`));
    await chmod(join(folder, `my-${kind}.ts`), 0o644);
    const ran = await tomte([`${kind}s`, 'kinds', '--json'], { dataDir: data });
    expect(ran.err).toBe('');
    const kinds = ran.json() as { kind: string }[];
    expect(kinds.map((one) => one.kind)).toContain(`my-${kind}`);
    expect(kinds.length).toBeGreaterThan(1);
  },
);
