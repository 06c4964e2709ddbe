import { existsSync, readFileSync } from 'node:fs';
import { lstat, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { TomteError } from '@tomte/sdk/errors';
import { makeDataFolder } from '../store/account.ts';
import {
  homeTypesText,
  ignoreText,
  npmText,
  packageText,
  tsconfigText,
} from './workflow-folder-texts.ts';
import { testText, workflowText } from './workflow-texts.ts';

export interface NewWorkflow {
  readonly folder: string;
  /** Names of files that were made; what was there is left as it is. */
  readonly made: readonly string[];
}

const namePattern = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const nameMax = 60;

/**
 * Makes a workflow, its test, and what its folder lacks. Throws `workflow.name_invalid` for a name that
 * cannot be one, `workflow.exists` for one that is taken.
 */
export async function newWorkflow(dataFolder: string, name: string): Promise<NewWorkflow> {
  const folder = await workflowFolder(dataFolder, name);
  await writeNew(folder, `${name}.ts`, workflowText(name));
  const made = [`${name}.ts`, ...(await furnish(folder, [[`${name}.test.ts`, testText(name)]]))];
  return { folder, made };
}

/** The folder, for a workflow of this name. Throws `workflow.name_invalid`, `workflow.exists`. */
export async function workflowFolder(dataFolder: string, name: string): Promise<string> {
  if (!namePattern.test(name) || name.length > nameMax) {
    throw new TomteError('workflow.name_invalid', `${JSON.stringify(name)} cannot be a name`);
  }
  if ((await builtIns()).includes(name)) {
    throw new TomteError('workflow.exists', `${name} is a workflow that comes with Tomte`);
  }
  await makeDataFolder(dataFolder);
  const folder = join(dataFolder, 'workflows');
  await mkdir(folder, { recursive: true, mode: 0o755 });
  return folder;
}

/** Throws `workflow.exists` where a file of that name is there. */
export async function writeNew(folder: string, file: string, text: string): Promise<void> {
  if (await write(folder, file, text)) return;
  throw new TomteError('workflow.exists', `${join(folder, file)} is there already`);
}

/** What the folder lacks, and these files; answers the names of what was made. */
export async function furnish(
  folder: string,
  more: readonly (readonly [string, string])[] = [],
): Promise<string[]> {
  const [sdk, zod] = [packageOf('@tomte/sdk/define'), packageOf('zod')];
  const files: (readonly [string, string])[] = [
    ...more,
    ['package.json', packageText({ sdk, zod, node: ownNode() })],
    ['tsconfig.json', tsconfigText],
    ['home.d.ts', homeTypesText],
    ['.gitignore', ignoreText],
    ['.npmrc', npmText],
  ];
  const made: string[] = [];
  for (const [file, text] of files) if (await write(folder, file, text)) made.push(file);
  // As npm install will: until then tests and editor find them too.
  await link(sdk, join(folder, 'node_modules/@tomte/sdk'));
  await link(zod, join(folder, 'node_modules/zod'));
  return made;
}

async function builtIns(): Promise<string[]> {
  const names = await readdir(join(import.meta.dirname, '../workflows'));
  return names
    .filter((name) => !name.includes('.test.'))
    .map((name) => name.replace(/\.[jt]s$/, ''));
}

/** Folder of the package that a module lies in: the nearest with a `package.json` that has its name. */
function packageOf(module: string): string {
  const name = module.startsWith('@') ? module.split('/').slice(0, 2).join('/') : module;
  for (let folder = createRequire(import.meta.url).resolve(module); folder !== dirname(folder); ) {
    folder = dirname(folder);
    if (nameOf(join(folder, 'package.json')) === name) return folder;
  }
  throw new TomteError('app.internal', `${module} lies in no package of that name`);
}

function nameOf(file: string): string | null {
  if (!existsSync(file)) return null;
  return (JSON.parse(readFileSync(file, 'utf8')) as { name?: string }).name ?? null;
}

/** The Node that came with Tomte, where the one on the path may be too old to run a test. */
const ownNode = (): string | null =>
  process.execPath.includes(join('node_modules', `node-${process.platform}-${process.arch}`))
    ? process.execPath
    : null;

/** False where the file is there already. */
async function write(folder: string, name: string, text: string): Promise<boolean> {
  try {
    // Not writable by a group, whatever the shell's mask: what others may write is not run.
    await writeFile(join(folder, name), text, { flag: 'wx', mode: 0o644 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function link(target: string, path: string): Promise<void> {
  const isThere = await lstat(path).then(
    () => true,
    () => false,
  );
  if (isThere) return;
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  await symlink(target, path, 'junction');
}
