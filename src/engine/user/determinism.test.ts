import { expect, test } from 'vitest';
import { indeterminate } from './determinism.ts';

/** Line and finding of each fault of the body of a workflow. */
const inRun = (body: string, before = '') =>
  indeterminate(
    `${before}export default defineWorkflow({ async run(ctx, settings: { a?: string }) {\n${body}\n} });`,
    'a.ts',
  ).map(({ line, found, instead }) => [line - before.split('\n').length, found, instead] as const);

test.each([
  ['Date.now()', 'ctx.now()'],
  ['new Date()', 'ctx.now()'],
  ['Date()', 'ctx.now()'],
  ['performance.now()', 'ctx.now()'],
  ['globalThis.Date.now()', 'ctx.now()'],
  ['Math.random()', "ctx.step('name', () => Math.random())"],
  ['crypto.randomUUID()', "ctx.step('name', () => crypto.randomUUID())"],
  ["fetch('https://example.com')", 'ctx.fetch'],
  ['new WebSocket(url)', 'ctx.fetch'],
  ['setTimeout(() => {}, 1000)', 'ctx.sleep'],
  ['process.env.KEY', 'a setting'],
])('%s is found, with what to write instead', (code, instead) => {
  expect(inRun(`const x = ${code};`)).toEqual([
    [1, code.replace('.KEY', ''), expect.stringContaining(instead)],
  ]);
});

test('within a step, time and chance are recorded; the network and the environment still are not', () => {
  expect(
    inRun(`const a = await ctx.step('a', async () => {
      const wait = await new Promise((done) => setTimeout(done, 10));
      return [Date.now(), Math.random(), new Date(), wait];
    });
    const b = await ctx.step('b', () => fetch(process.env.URL));`).map(([line, found]) => [
      line,
      found,
    ]),
  ).toEqual([
    [5, 'fetch(process.env.URL)'],
    [5, 'process.env'],
  ]);
});

test('what only looks like it is left alone', () => {
  expect(
    inRun(
      `const when = new Date(ctx.now()), { fetch } = ctx;
    await fetch('https://example.com');
    await ctx.sleep('1h');
    await Promise.all([ctx.step('a', () => 1), ctx.step('b', () => 2)]);
    const text = 'Date.now() and fetch()'; // Math.random()
    const Date2 = { now: () => 1 }; Date2.now();
    await tell(ctx); await z.parseAsync(1); await mine();
    const process = { env: {} }; process.env;`,
      `import { tell } from './tell.ts';\nimport { z } from 'zod';\nimport { mine } from '@tomte/sdk/words';\n`,
    ),
  ).toEqual([]);
});

test('a wait for another package is found', () => {
  const before = `import { readFile } from 'node:fs/promises';\nimport axios from 'axios';\n`;
  const found = inRun(
    `await readFile('a');\nconst page = await axios.get('b');\nawait ctx.step('c', () => readFile('c'));`,
    before,
  );
  expect(found).toEqual([
    [1, "await readFile('a')", expect.stringContaining("ctx.step('readFile'")],
    [2, "await axios.get('b')", expect.stringContaining("ctx.step('axios.get'")],
  ]);
});

test('a file that remembers is found; a function that counts for itself is not', () => {
  const before = `let count = 0;\nexport let last: string[] = [];\nconst fixed = { a: 1 };\n`;
  expect(inRun(`count++;\nlast = ['a'];\nlet own = 0; own += fixed.a;`, before)).toEqual([
    [1, 'count++', expect.stringContaining('ctx.store')],
    [2, "last = ['a']", expect.stringContaining('ctx.store')],
  ]);
  expect(inRun('let count = 1; count++;', before)).toEqual([]);
});

test('a comment says that it is meant', () => {
  expect(
    inRun(
      `const a = Date.now(); // tomte-ignore: only logged\n// tomte-ignore\nconst b = Math.random();`,
    ),
  ).toEqual([]);
});

test('places are those of an editor, also after letters that take more room', () => {
  const [found] = indeterminate(`const a = '🏠ä';\nconst b = '🏠'; const c = Date.now();`, 'a.ts');
  expect(found).toMatchObject({ line: 2, column: 27, found: 'Date.now()' });
});

test('TypeScript in all its forms is read; a text that is none has no faults of this kind', () => {
  const text = `type A<T> = T extends string ? { [K in keyof T]: T[K] } : never;
interface B { now(): number }
const c = <T,>(x: T): T => x satisfies T;
abstract class D<T> { private a?: T; declare b: string; }
export default { run: async (ctx: unknown) => (ctx as B).now()! + Date.now() };`;
  expect(indeterminate(text, 'a.ts')).toMatchObject([{ line: 5, found: 'Date.now()' }]);
  expect(indeterminate('const = ;', 'a.ts')).toEqual([]);
});
