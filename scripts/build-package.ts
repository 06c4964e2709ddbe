/**
 * Makes the npm packages `tomte` and `@tomte/sdk`, which hold compiled JavaScript: Node strips no types
 * below node_modules. Usage: npm run build:package -- FOLDER
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';

const root = join(import.meta.dirname, '..');
const run = promisify(execFile);

/** Loaded by name and imported by nobody: folders that are scanned, and the program of child processes. */
export const scanned = [
  'src/alert/channels',
  'src/anomaly/detectors',
  'src/connect/connectors',
  'src/decide/models',
  'src/energy/tariffs',
  'src/engine/triggers',
  'src/workflows',
];
const begun = ['src/main.ts', 'src/engine/user/child.ts', 'src/lib/solve/worker.ts'];

/** What lies beside the compiled files, as it does in the repository. */
const carried = [
  'bin/node.js',
  'bin/tomte.js',
  'src/alert/fonts',
  'src/store/migrations',
  'web/dist',
  'packaging/tomte.service',
  'docs/blueprints',
  'docs/guide',
  'docs/reference',
  'CHANGELOG.md',
  'LICENSE',
  'README.md',
];

interface PackageJson {
  readonly [key: string]: unknown;
  readonly version: string;
}

/**
 * Builds the web app and both packages, and packs them into `folder`, which is made. Answers the paths of
 * the two tarballs. Throws what the compiler, the web app's build or npm say when they fail.
 */
export async function buildPackages(folder: string): Promise<{ tomte: string; sdk: string }> {
  const [tomte, sdk] = [join(folder, 'tomte'), join(folder, 'sdk')];
  if ((await readdir(folder).catch(() => [])).length > 0) throw new Error(`${folder} is not empty`);
  await run(process.execPath, [join(root, 'bin/prepare.js'), '--web']);
  const program = [...begun.map((path) => join(root, path)), ...(await sources(scanned))];
  for (const [path, text] of compile(program, {})) {
    const part = relative(root, path);
    if (part.startsWith('src/')) await write(join(tomte, part), text);
  }
  for (const [path, text] of compile(await sources(['sdk']), { declaration: true })) {
    await write(join(sdk, 'dist', relative(join(root, 'sdk'), path)), text);
  }
  for (const part of carried) await cp(join(root, part), join(tomte, part), { recursive: true });
  await cp(join(root, 'LICENSE'), join(sdk, 'LICENSE'));
  await write(join(tomte, 'package.json'), json(programPackage(await readJson('package.json'))));
  await write(join(sdk, 'package.json'), json(sdkPackage(await readJson('sdk/package.json'))));
  return { tomte: await pack(tomte, folder), sdk: await pack(sdk, folder) };
}

/** What is begun, found by scanning, or used by workflows and clients; the rest is imported by it. */
async function sources(folders: readonly string[]): Promise<string[]> {
  const names = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(join(root, folder)))
        .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
        .map((name) => join(root, folder, name)),
    ),
  );
  return names.flat();
}

/** Path of each file beside its source, and its text. Types are checked by `npm run check`, not here. */
function compile(files: readonly string[], more: ts.CompilerOptions): Map<string, string> {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const program = ts.createProgram(files, {
    ...options,
    // As written, for the Node that comes along.
    target: ts.ScriptTarget.ESNext,
    noEmit: false,
    noCheck: true,
    rewriteRelativeImportExtensions: true,
    rootDir: root,
    outDir: root,
    ...more,
  });
  const made = new Map<string, string>();
  const { diagnostics } = program.emit(undefined, (path, text) => {
    made.set(path, text);
  });
  if (diagnostics.length === 0) return made;
  throw new Error(ts.formatDiagnostics(diagnostics, ts.createCompilerHost(options)));
}

function programPackage(own: PackageJson): Record<string, unknown> {
  const { name, version, description, license, type, bin, engines } = own;
  const { dependencies, optionalDependencies } = own;
  return {
    ...{ name, version, description, license, type, bin, engines },
    files: ['bin', 'src', 'web/dist', 'packaging', 'docs', 'CHANGELOG.md'],
    ...{ dependencies, optionalDependencies },
  };
}

/** Without the sources, which only a checkout has. */
function sdkPackage(own: PackageJson): Record<string, unknown> {
  const { name, version, description, license, type, engines, dependencies } = own;
  const exports = { './*': { types: './dist/*.d.ts', default: './dist/*.js' } };
  return {
    ...{ name, version, description, license, type, engines, exports, files: ['dist'] },
    dependencies,
  };
}

/** Path of the tarball. */
async function pack(folder: string, to: string): Promise<string> {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', to];
  const { stdout } = await run('npm', args, { cwd: folder, maxBuffer: 16 * 1024 * 1024 });
  const [packed] = JSON.parse(stdout) as { filename: string }[];
  return join(to, packed!.filename);
}

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

async function readJson(path: string): Promise<PackageJson> {
  return JSON.parse(await readFile(join(root, path), 'utf8')) as PackageJson;
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

if (import.meta.main) {
  const [folder] = process.argv.slice(2);
  if (!folder) throw new Error('Name a folder: npm run build:package -- FOLDER');
  for (const path of Object.values(await buildPackages(resolve(folder)))) {
    process.stdout.write(`${path}\n`);
  }
}
