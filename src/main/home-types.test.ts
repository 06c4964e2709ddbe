import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createMirror } from '../home/mirror.ts';
import type { Clock } from '../lib/clock.ts';
import { silentLog } from '../lib/log.ts';
import { keepHomeTypes, type TypedLife } from './home-types.ts';

let data: string;
let folder: string;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'tomte-types-'));
  folder = join(data, 'workflows');
});
afterEach(() => rm(data, { recursive: true, force: true }));

function homeCalled(name: string) {
  const mirror = createMirror();
  const state: { kind: TypedLife['link']['state']['kind'] } = { kind: 'live' };
  return {
    life: { home: name.toLowerCase(), name, link: { mirror, state } } satisfies TypedLife,
    mirror,
    state,
    read(ids: readonly string[], config = 'RUNNING') {
      mirror.setConfig({ state: config });
      mirror.restart({ a: Object.fromEntries(ids.map((id) => [id, { s: 'on', lc: 1, c: 'x' }])) });
    },
  };
}

/** The upkeep, its clock turned by hand: each `second` is one look. */
function keeping(lives: () => readonly TypedLife[]) {
  let now = 0;
  let look = () => {};
  const clock = {
    now: () => now,
    every(_ms: number, callback: () => void) {
      look = callback;
      return () => {};
    },
  } as unknown as Clock;
  const upkeep = keepHomeTypes({ folder, lives, clock, log: silentLog });
  return async (seconds: number) => {
    for (let at = 0; at < seconds; at++) {
      now += 1_000;
      look();
      await upkeep.settled();
    }
    return readFile(join(folder, 'home.d.ts'), 'utf8').catch(() => null);
  };
}

test('the types are written where the folder is, and follow what is added', async () => {
  const cabin = homeCalled('Cabin');
  cabin.read(['light.hall']);
  const after = keeping(() => [cabin.life]);
  expect(await after(5)).toBe(null);
  expect(await readdir(data)).toEqual([]);
  await mkdir(folder);
  expect(await after(2)).toContain(`'light.hall'`);
  cabin.mirror.apply({ a: { 'light.attic': { s: 'on', lc: 1, c: 'x' } } }, () => {});
  expect(await after(2)).toContain(`'light.attic'`);
  cabin.mirror.setRegistry('areas', new Map([['attic', { name: 'Attic', floor: null }]]));
  expect(await after(2)).toContain(`attic: 'Attic'`);
  cabin.mirror.setActions({ light: { turn_on: { fields: {} } } });
  expect(await after(2)).toContain('turn_on');
  cabin.mirror.apply({ r: ['light.hall'] }, () => {});
  expect(await after(2)).not.toContain(`'light.hall'`);
  expect(await readdir(folder)).toEqual(['home.d.ts']);
});

test('states that change leave the file alone, and so does a home that is as it was', async () => {
  await mkdir(folder);
  const cabin = homeCalled('Cabin');
  cabin.read(['light.hall']);
  await keeping(() => [cabin.life])(2);
  const before = await stat(join(folder, 'home.d.ts'), { bigint: true });
  cabin.mirror.apply({ c: { 'light.hall': { '+': { s: 'off', lc: 2 } } } }, () => {});
  await keeping(() => [cabin.life])(3);
  const same = await stat(join(folder, 'home.d.ts'), { bigint: true });
  expect([same.ino, same.mtimeNs]).toEqual([before.ino, before.mtimeNs]);
});

test('a home that goes on changing is written every ten seconds all the same', async () => {
  await mkdir(folder);
  const cabin = homeCalled('Cabin');
  cabin.read(['light.l0']);
  const after = keeping(() => {
    const next = `light.l${cabin.mirror.size}`;
    cabin.mirror.apply({ a: { [next]: { s: 'on', lc: 1, c: 'x' } } }, () => {});
    return [cabin.life];
  });
  expect(await after(8)).toBe(null);
  expect(await after(4)).toContain('light.l5');
});

test('while a home starts, or is still to be read, the types stay as they are', async () => {
  await mkdir(folder);
  await writeFile(join(folder, 'home.d.ts'), 'as it was');
  const cabin = homeCalled('Cabin');
  const barn = homeCalled('Barn');
  cabin.read(['light.hall']);
  const after = keeping(() => [cabin.life, barn.life]);
  expect(await after(3)).toBe('as it was');
  barn.read(['light.barn'], 'NOT_RUNNING');
  expect(await after(3)).toBe('as it was');
  barn.read(['light.barn']);
  const both = await after(3);
  expect(both).toContain('light.hall');
  expect(both).toContain('light.barn');
});

test('a Link that stopped for good is not waited for', async () => {
  await mkdir(folder);
  const cabin = homeCalled('Cabin');
  const barn = homeCalled('Barn');
  cabin.read(['light.hall']);
  barn.state.kind = 'stopped';
  expect(await keeping(() => [cabin.life, barn.life])(3)).toContain('light.hall');
});

test('what could not be written is tried again', async () => {
  await mkdir(join(folder, 'home.d.ts'), { recursive: true });
  const cabin = homeCalled('Cabin');
  cabin.read(['light.hall']);
  const after = keeping(() => [cabin.life]);
  await after(4);
  await rm(join(folder, 'home.d.ts'), { recursive: true });
  expect(await after(2)).toContain('light.hall');
});
