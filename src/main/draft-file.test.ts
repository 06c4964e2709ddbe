import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { cabin } from '../home/testing/typed-home.ts';
import { typesOfHome } from '../home/types-of-home.ts';
import { draftFile } from './draft-file.ts';

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

test('a draft that fits the home is a file of the folder, and off as any is', async () => {
  const code = draft('binary_sensor.door');
  const { file, ...rest } = await draftFile(data, { name: 'washer', code });
  expect(rest).toEqual({ isTypeChecked: true, problems: [] });
  expect(await readFile(file, 'utf8')).toBe(code);
  expect(await inFolder()).toContain('washer.ts');
  await expect(draftFile(data, { name: 'washer', code })).rejects.toMatchObject({
    code: 'workflow.exists',
  });
});

test('one that names what the home has not stays aside, where nothing loads it', async () => {
  await draftFile(data, { name: 'first', code: draft('binary_sensor.door') });
  await writeFile(join(data, 'workflows/home.d.ts'), typesOfHome(cabin));
  const { file, problems } = await draftFile(data, {
    name: 'second',
    code: draft('binary_sensor.dor'),
  });
  expect(problems.join()).toMatch(/second\.ts.*no entity binary_sensor\.dor in this home/);
  expect(file).toBe(join(data, 'workflows/drafts/second.ts'));
  expect(await inFolder()).not.toContain('second.ts');
});

test('a name that cannot be one writes nothing', async () => {
  const name = '../washer';
  await expect(draftFile(data, { name, code: '' })).rejects.toMatchObject({
    code: 'workflow.name_invalid',
  });
  await expect(readdir(join(data, 'workflows'))).rejects.toMatchObject({ code: 'ENOENT' });
});
