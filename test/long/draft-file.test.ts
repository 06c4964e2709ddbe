import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { cabin } from '../../src/home/testing/typed-home.ts';
import { typesOfHome } from '../../src/home/types-of-home.ts';
import { keepDraft, lookAtDraft } from '../../src/main/draft-file.ts';

vi.setConfig({ testTimeout: 180_000 });

let data: string;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'tomte-draft-'));
});
afterEach(() => rm(data, { recursive: true, force: true }));

const draft = (entity: string) => `import { defineWorkflow } from '@tomte/sdk/define';
import { z } from 'zod';

const E1 = '${entity}';

export default defineWorkflow({
  title: 'A draft',
  text: 'Drafted.',
  settings: z.strictObject({}),
  triggers: [{ state: { entity: E1, to: 'on' } }],
  async run(ctx) {
    await ctx.log('it is on');
  },
});
`;
const inFolder = async () =>
  (await readdir(join(data, 'workflows'))).filter((name) => name.endsWith('.ts'));

const texts = (name: string) => readFile(join(data, 'workflows', name), 'utf8');
const kept = async (name: string, over: string, turnOff = async () => {}) =>
  keepDraft(data, { name, over, turnOff });

test('a draft that fits the home lies aside until it is kept', async () => {
  const code = draft('binary_sensor.door');
  const look = await lookAtDraft(data, { name: 'washer', code });
  expect(look).toMatchObject({ isTypeChecked: true, problems: [], replaces: false });
  expect(look.diff.every(({ kind }) => kind === 'new')).toBe(true);
  expect(await inFolder()).not.toContain('washer.ts');
  const file = await kept('washer', look.over);
  expect(await readFile(file, 'utf8')).toBe(code);
  expect(await inFolder()).toContain('washer.ts');
});

test('it takes the place of what it was compared with, and of nothing else', async () => {
  const first = await lookAtDraft(data, { name: 'washer', code: draft('binary_sensor.door') });
  await kept('washer', first.over);
  const code = draft('binary_sensor.window');
  const look = await lookAtDraft(data, { name: 'washer', code });
  expect(look.replaces).toBe(true);
  expect(look.diff.filter(({ kind }) => kind !== 'same')).toEqual([
    { kind: 'gone', text: "const E1 = 'binary_sensor.door';" },
    { kind: 'new', text: "const E1 = 'binary_sensor.window';" },
  ]);
  const mine = '// mine\n';
  await writeFile(join(data, 'workflows/washer.ts'), mine);
  await expect(kept('washer', look.over)).rejects.toMatchObject({ code: 'workflow.draft_changed' });
  expect(await texts('washer.ts')).toBe(mine);
  const again = await lookAtDraft(data, { name: 'washer', code });
  const write = () => writeFile(join(data, 'workflows/washer.ts'), '// yours\n');
  // Somebody writes while it is switched off.
  await expect(kept('washer', again.over, write)).rejects.toMatchObject({
    code: 'workflow.draft_changed',
  });
  expect(await texts('washer.ts')).toBe('// yours\n');
  const last = await lookAtDraft(data, { name: 'washer', code });
  await kept('washer', last.over);
  expect([await texts('washer.ts'), await texts('drafts/washer.before.txt')]).toEqual([
    ...[code, '// yours\n'],
  ]);
});

test('a draft that was looked at anew is not the one that was shown', async () => {
  const shown = await lookAtDraft(data, { name: 'washer', code: draft('binary_sensor.door') });
  await lookAtDraft(data, { name: 'washer', code: draft('lock.front') });
  await expect(kept('washer', shown.over)).rejects.toMatchObject({
    code: 'workflow.draft_changed',
  });
  expect(await inFolder()).not.toContain('washer.ts');
});

test('one that names what the home has not says so', async () => {
  await lookAtDraft(data, { name: 'first', code: draft('binary_sensor.door') });
  await writeFile(join(data, 'workflows/home.d.ts'), typesOfHome(cabin));
  const { problems } = await lookAtDraft(data, {
    name: 'second',
    code: draft('binary_sensor.dor'),
  });
  expect(problems.join()).toMatch(/second\.ts.*no entity binary_sensor\.dor in this home/);
});

test.each(['../washer', 'a/b', '.env', 'washer.ts', 'Washer', '', 'home.d', 'x'.repeat(61)])(
  'a name that cannot be one writes nothing: %j',
  async (name) => {
    await expect(lookAtDraft(data, { name, code: '' })).rejects.toMatchObject({
      code: 'workflow.name_invalid',
    });
    await expect(kept(name, '')).rejects.toMatchObject({ code: 'workflow.name_invalid' });
    await expect(readdir(join(data, 'workflows'))).rejects.toMatchObject({ code: 'ENOENT' });
  },
);

test('neither a workflow of Tomte’s nor a link to elsewhere is written over', async () => {
  const code = draft('binary_sensor.door');
  await expect(lookAtDraft(data, { name: 'water-watch', code })).rejects.toMatchObject({
    code: 'workflow.exists',
  });
  const look = await lookAtDraft(data, { name: 'other', code });
  const outside = join(data, 'outside.ts');
  await writeFile(outside, 'as it was');
  await symlink(outside, join(data, 'workflows/linked.ts'));
  await expect(lookAtDraft(data, { name: 'linked', code })).rejects.toMatchObject({
    code: 'workflow.exists',
  });
  await symlink(outside, join(data, 'workflows/other.ts'));
  await expect(kept('other', look.over)).rejects.toMatchObject({ code: 'workflow.exists' });
  expect(await readFile(outside, 'utf8')).toBe('as it was');
});
