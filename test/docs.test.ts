import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorTable } from '@tomte/sdk/errors';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { referencePages } from '../scripts/reference.ts';
import { configSchema } from '../src/config.ts';
import { indeterminate } from '../src/engine/user/determinism.ts';
import { typeCheck } from '../src/lib/testing/type-check.ts';

const root = join(import.meta.dirname, '..');
const guide = join(root, 'docs/guide');

test('the reference says what the program does: npm run docs changes nothing', async () => {
  for (const [name, text] of await referencePages()) {
    expect(await readFile(join(root, 'docs/reference', name), 'utf8'), name).toBe(text);
  }
});

test('every example of configuration in the guide is accepted by the schema', async () => {
  for (const file of await readdir(guide)) {
    const text = await readFile(join(guide, file), 'utf8');
    for (const [, block] of text.matchAll(/```yaml tomte\n([\s\S]*?)```/g)) {
      const read = configSchema.partial().safeParse(parse(block!));
      expect(read.error?.issues ?? [], `${file}: ${block}`).toEqual([]);
    }
  }
});

test('every program in the guide type-checks, and would do the same twice', {
  timeout: 180_000,
}, async () => {
  const programs: Record<string, string> = {};
  for (const file of await readdir(guide)) {
    const text = await readFile(join(guide, file), 'utf8');
    const blocks = [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, block]) => block!);
    for (const [at, block] of blocks.entries()) programs[`${file}-${at + 1}.ts`] = block;
  }
  expect(Object.keys(programs).length).toBeGreaterThan(5);
  expect(typeCheck(programs)).toEqual([]);
  for (const [name, text] of Object.entries(programs)) {
    expect(indeterminate(text, name), name).toEqual([]);
  }
});

test('links between the pages lead somewhere', async () => {
  const pages = [
    'README.md',
    'ARCHITECTURE.md',
    'CHANGELOG.md',
    ...(await readdir(guide)).map((f) => `docs/guide/${f}`),
  ];
  for (const page of pages) {
    const text = await readFile(join(root, page), 'utf8');
    for (const [, target] of text.matchAll(/\]\((?!https?:|#|mailto:)([^)#]+)(?:#[^)]*)?\)/g)) {
      const path = join(root, page, '..', target!);
      await expect(
        readFile(path).then(
          () => 'there',
          () => readdir(path).then(() => 'there'),
        ),
        `${page}: ${target}`,
      ).resolves.toBe('there');
    }
  }
});

test('every error code the guide names exists', async () => {
  for (const file of await readdir(guide)) {
    const text = await readFile(join(guide, file), 'utf8');
    for (const [, code] of text.matchAll(
      /`((?:link|store|config|guardrail|channel|connect|api|home)\.[a-z_]+)`/g,
    )) {
      if (/\.(md|ts|yaml|json)$/.test(code!)) continue;
      expect(Object.keys(errorTable), `${file}: ${code}`).toContain(code);
    }
  }
});
