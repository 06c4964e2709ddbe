import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockFolder } from './folder-lock.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tomte-lock-'));
});
afterEach(() => rm(folder, { recursive: true }));

const takeAtOnce = async () => {
  const all = await Promise.allSettled(Array.from({ length: 20 }, () => lockFolder(folder)));
  return {
    got: all.filter((one) => one.status === 'fulfilled').map((one) => one.value),
    refused: all.filter((one) => one.status === 'rejected').map((one) => one.reason.code),
  };
};

test('of many who take a folder at once, one gets it', async () => {
  const { got, refused } = await takeAtOnce();
  expect(got).toHaveLength(1);
  expect(new Set(refused)).toEqual(new Set(['store.folder_in_use']));
  await got[0]!.release();
  expect(await readdir(folder)).toEqual([]);
});

test.each(['{"pid":2147483646,"started":"1"}', '', 'no JSON'])(
  'a lock that a dead one left (%j) is taken over by one only',
  async (left) => {
    for (let round = 0; round < 10; round++) {
      await writeFile(join(folder, 'lock'), left);
      const { got } = await takeAtOnce();
      expect(got).toHaveLength(1);
      expect(JSON.parse(await readFile(join(folder, 'lock'), 'utf8')).pid).toBe(process.pid);
      await got[0]!.release();
      expect(await readdir(folder)).toEqual([]);
    }
  },
);
