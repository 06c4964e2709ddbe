import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { rights, rightsOf } from './rights.ts';

test('the guide has the same table of rights as the doctor', async () => {
  const guide = await readFile('docs/guide/link.md', 'utf8');
  for (const { what, normal, admin } of rights) {
    expect(guide).toContain(`| ${what} | ${normal} | ${admin} |`);
  }
});

test('a normal user may read and switch everything, and hears no buttons', () => {
  const may = (admin: boolean) => rightsOf({ admin }).map((right) => right.you);
  expect(may(true).every(Boolean)).toBe(true);
  expect(may(false)).toEqual([true, true, true, false, false, false, false, false]);
});
