import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

/** Rooms by rank: a file imports from its own room and from lower ranks only; peers are strangers. */
const ranks: readonly (readonly string[])[] = [
  ['sdk'],
  ['lib'],
  ['store', 'sim'],
  ['home', 'engine', 'decide', 'connect', 'energy', 'anomaly', 'alert'],
  ['workflows'],
  ['api', 'cli', 'mcp'],
  ['main'],
];
const rankOf = (room: string) => ranks.findIndex((rooms) => rooms.includes(room));

interface Source {
  readonly path: string;
  readonly room: string;
  readonly test: boolean;
  readonly lines: readonly string[];
  readonly text: string;
  readonly imports: readonly string[];
}

/** Files that hold the texts of programs for others: what those import, they do not. */
const writing = ['sdk/test-from-run.ts', 'src/main/workflow-texts.ts'];
const importPattern = /(?:from|import)\s*\(?\s*['"]([^'"\s]+)['"]/g;

function filesIn(folder: string, endings: RegExp): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (['node_modules', 'dist', '.venv'].includes(entry.name)) return [];
    if (entry.isDirectory()) return filesIn(path, endings);
    return endings.test(entry.name) ? [path] : [];
  });
}

function read(path: string): Source {
  const text = readFileSync(join(root, path), 'utf8');
  const [top, second = ''] = path.split('/');
  // The composition root is main.ts, config.ts and the folder that holds their parts.
  const room = top === 'sdk' ? 'sdk' : second.endsWith('.ts') ? 'main' : second;
  // Code that only tests import: kits beside the tests.
  const test = /\.test\.ts$|(^|\/)testing(\/|[.-])/.test(path);
  const own = writing.includes(path) ? text.slice(0, text.indexOf('`')) : text;
  const imports = [...own.matchAll(importPattern)].map(([, target]) => target!);
  return { path, room, test, text, lines: text.split('\n'), imports };
}

const sources = [...filesIn('sdk', /\.ts$/), ...filesIn('src', /\.ts$/)].map(read);
const program = sources.filter((source) => !source.test);

/** Room of a relative import, or null where it stays at home or leaves the repository. */
function roomOf(source: Source, target: string): string | null {
  if (target.startsWith('@tomte/sdk')) return 'sdk';
  if (!target.startsWith('.')) return null;
  return read(relative(root, join(root, source.path, '..', target))).room;
}

test('rooms import downwards only, and peers never import peers', () => {
  const wrong = program.flatMap((source) =>
    source.imports.flatMap((target) => {
      const other = roomOf(source, target);
      if (other === null || other === source.room) return [];
      return rankOf(other) < rankOf(source.room) ? [] : [`${source.path} imports ${target}`];
    }),
  );
  expect(wrong).toEqual([]);
});

test('every room has a rank', () => {
  const rooms = new Set(sources.map(({ room }) => room));
  expect([...rooms].filter((room) => rankOf(room) < 0)).toEqual([]);
});

test('the vocabulary knows nothing but zod', () => {
  const wrong = program
    .filter(({ room }) => room === 'sdk')
    .flatMap(({ path, imports }) =>
      imports.filter((target) => !/^(\.|zod$)/.test(target)).map((target) => `${path}: ${target}`),
    );
  expect(wrong).toEqual([]);
});

test('workflows import the SDK and what lies beside them only, as a person’s own do', () => {
  const wrong = program
    .filter(({ room }) => room === 'workflows')
    .flatMap(({ path, imports }) =>
      imports
        .filter((target) => !/^(@tomte\/sdk\/|\.\/|zod$)/.test(target))
        .map((target) => `${path}: ${target}`),
    );
  expect(wrong).toEqual([]);
});

test('each outside package is known to the rooms that are there for it', () => {
  const allowed: Readonly<Record<string, readonly string[]>> = {
    '@dbos-inc/': ['engine'],
    ws: ['home', 'sim'],
    undici: ['lib'],
    highs: ['lib'],
    nodemailer: ['alert'],
    'mqtt-packet': ['alert'],
    hono: ['api', 'sim'],
    ai: ['decide/models'],
    '@ai-sdk/': ['decide/models'],
    '@modelcontextprotocol/': ['mcp'],
  };
  const wrong = program.flatMap(({ path, room, imports }) =>
    imports.flatMap((target) => {
      const found = Object.entries(allowed).find(
        ([name]) => target === name || target.startsWith(name.endsWith('/') ? name : `${name}/`),
      );
      const isKnown = (place: string) => place === room || path.startsWith(`src/${place}/`);
      return found && !found[1].some(isKnown) ? [`${path}: ${target}`] : [];
    }),
  );
  expect(wrong).toEqual([]);
});

const effects =
  /\b(Date\.now\(|setTimeout\(|setInterval\(|Math\.random\b|new Date\(\)|process\.env\b)/;

test('time, chance and the environment come in by the door', () => {
  const wrong = program
    .filter(({ path, room }) => room !== 'lib' && path !== 'src/config.ts')
    .flatMap(({ path, room, lines }) =>
      lines.flatMap((line, at) => {
        const found = effects.exec(
          line.replace(/'[^']*'|`[^`]*`/g, "''").replace(/\/\/.*$|^\s*\*.*$/, ''),
        )?.[1];
        // The composition root is where chance comes from.
        const allowed = room === 'main' && found === 'Math.random';
        return found && !allowed ? [`${path}:${at + 1} ${found}`] : [];
      }),
    );
  expect(wrong).toEqual([]);
});

test('no file is longer than 500 lines; one above 300 says why at its top', () => {
  const counted = [...sources, ...filesIn('test', /\.ts$/).map(read)];
  const long = counted.filter(({ lines }) => lines.length > 500).map(({ path }) => path);
  // The error table is one table, and grows by a row at a time.
  expect(long.filter((path) => path !== 'sdk/errors.ts')).toEqual([]);
  const silent = counted
    .filter(({ lines, test }) => lines.length > 300 && !test)
    // A table of the vocabulary is one thing, however long.
    .filter(({ room, lines }) => room !== 'sdk' && !/^(\/\*\*|\/\/)/.test(lines[0]!));
  expect(silent.map(({ path }) => path)).toEqual([]);
});

test('nothing is left for later, and nothing swallowed', () => {
  const forbidden = /\b(TODO|FIXME|XXX|HACK)\b|catch \{\s*\}|\.catch\(\(\) => \{\}\)/;
  const wrong = program.flatMap(({ path, lines }) =>
    lines.flatMap((line, at) => (forbidden.test(line) ? [`${path}:${at + 1} ${line.trim()}`] : [])),
  );
  expect(wrong).toEqual([]);
});

test('no name of a part is one that means nothing here', () => {
  const empty = /(manager|helper|utils?|handler|processor)\b/i;
  const wrong = filesIn('src', /\.ts$/).filter((path) => empty.test(path));
  expect(wrong).toEqual([]);
});

test('no file knows the machine it was written on', () => {
  const folders = ['sdk', 'src', 'test', 'bin', 'docs', 'scripts', 'examples', 'bench', 'web'];
  const files = folders
    .flatMap((folder) => filesIn(folder, /\.(ts|js|md|svelte|json|sql|css|html)$/))
    .filter((path) => path !== 'test/architecture.test.ts');
  const wrong = files.filter((path) =>
    /(^|[\s'"`(=])\/(work|root|home\/[a-z]+)\/[\w.-]/m.test(readFileSync(join(root, path), 'utf8')),
  );
  expect(wrong.filter((path) => !/config\.test\.ts$/.test(path))).toEqual([]);
});
