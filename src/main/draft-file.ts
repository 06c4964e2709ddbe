/**
 * A drafted workflow on its way into the person's folder: it lies aside, where nothing loads it, is
 * type-checked against this home and compared with what it would replace; then it is kept, or not.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstat, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { TomteError } from '@tomte/sdk/errors';
import { type DiffLine, lineDiff } from '../lib/line-diff.ts';
import { furnish, workflowFolder, writeNew } from './new-workflow.ts';

export interface DraftLook {
  /** Where it lies. */
  readonly file: string;
  /** False where no compiler is installed: then only its text was checked. */
  readonly isTypeChecked: boolean;
  /** What the compiler says of it; with any, it is not kept. */
  readonly problems: readonly string[];
  /** True where a workflow of the person has that name. */
  readonly replaces: boolean;
  /** Against what it would replace; all is new where that is nothing. */
  readonly diff: readonly DiffLine[];
  /** Of the draft and what it would replace, as they were compared: whoever keeps it says so. */
  readonly over: string;
}

const drafts = 'drafts';
const checkMs = 180_000;
const problemsMax = 20;
const fileBytesMax = 256 * 1024;

/** Nothing but the draft and the types of the home: other files may have faults of their own. */
const tsconfig = `${JSON.stringify(
  {
    extends: '../tsconfig.json',
    compilerOptions: { types: [] },
    include: ['*.ts', '../home.d.ts'],
  },
  null,
  2,
)}\n`;

/** Throws `workflow.name_invalid`, and `workflow.exists` for one that comes with Tomte. */
export async function lookAtDraft(
  dataFolder: string,
  { name, code }: { readonly name: string; readonly code: string },
): Promise<DraftLook> {
  const folder = await workflowFolder(dataFolder, name);
  await furnish(folder);
  const before = await textOf(folder, name);
  const aside = join(folder, drafts);
  await mkdir(aside, { recursive: true, mode: 0o755 });
  await writeFile(join(aside, 'tsconfig.json'), tsconfig, { mode: 0o644 });
  // A draft of before is nothing that anybody keeps.
  await rm(join(aside, `${name}.ts`), { force: true });
  await writeNew(aside, `${name}.ts`, code);
  const compiler = compilerFor(folder);
  const problems = compiler === null ? [] : await faultsOf(compiler, aside, `${name}.ts`);
  return {
    ...{ file: join(aside, `${name}.ts`), isTypeChecked: compiler !== null, problems },
    ...{
      replaces: before !== null,
      diff: lineDiff(before ?? '', code),
      over: overOf(before, code),
    },
  };
}

/**
 * Puts the draft that lies aside where it is loaded; it is off until a person turns it on. `turnOff` is
 * awaited before: a name may have been on, with another file or with none. Answers its path. Throws `workflow.draft_changed` where
 * draft or file are not those that were compared.
 */
export async function keepDraft(
  dataFolder: string,
  o: { readonly name: string; readonly over: string; readonly turnOff: () => Promise<void> },
): Promise<string> {
  const folder = await workflowFolder(dataFolder, o.name);
  const aside = join(folder, drafts);
  const file = join(folder, `${o.name}.ts`);
  const code = await textOf(aside, o.name);
  const before = await textOf(folder, o.name);
  const isSame = (text: string | null) => code !== null && overOf(text, code) === o.over;
  if (!isSame(before)) throw changed(o.name);
  await o.turnOff();
  if (before === null) {
    await writeNew(folder, `${o.name}.ts`, code!);
    await rm(join(aside, `${o.name}.ts`));
    return file;
  }
  await writeFile(join(aside, `${o.name}.before.txt`), before, { mode: 0o644 });
  // It may have been written to meanwhile; what was never shown is not overwritten.
  if (!isSame(await textOf(folder, o.name))) throw changed(o.name);
  await rename(join(aside, `${o.name}.ts`), file);
  return file;
}

const changed = (name: string) =>
  new TomteError('workflow.draft_changed', `${name} or its draft changed since they were compared`);

const overOf = (before: string | null, code: string): string =>
  createHash('sha256')
    .update(JSON.stringify([before, code]))
    .digest('hex')
    .slice(0, 16);

/** Null where there is none. Throws `workflow.exists` for what is no file of its own, such as a link. */
async function textOf(folder: string, name: string): Promise<string | null> {
  const path = join(folder, `${name}.ts`);
  const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (found === null) return null;
  if (!found.isFile() || found.size > fileBytesMax) {
    throw new TomteError(
      'workflow.exists',
      `${path} is nothing that a draft can take the place of`,
    );
  }
  return readFile(path, 'utf8');
}

/** The folder's own, as `npm install` brings it, else Tomte's where it has one. */
function compilerFor(folder: string): string | null {
  for (const from of [join(folder, 'package.json'), import.meta.url]) {
    try {
      return createRequire(from).resolve('typescript/bin/tsc');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    }
  }
  return null;
}

/** Those of this file, and what keeps the compiler from looking at all. */
function faultsOf(compiler: string, folder: string, file: string): Promise<string[]> {
  const args = [compiler, '--project', folder, '--pretty', 'false'];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: folder, timeout: checkMs }, (error, stdout) => {
      const lines = stdout.split('\n').filter((line) => /error TS\d+/.test(line));
      const own = lines.filter((line) => line.startsWith(file) || line.startsWith('error TS'));
      if (own.length > 0) resolve(own.slice(0, problemsMax));
      else if (error && lines.length === 0) resolve(['The compiler did not come to an end.']);
      else resolve([]);
    });
  });
}
