/** A drafted workflow in the person's folder: type-checked against this home before it can be loaded. */
import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { furnish, workflowFolder, writeNew } from './new-workflow.ts';

export interface DraftFile {
  readonly file: string;
  /** False where no compiler is installed: then only its text was checked. */
  readonly isTypeChecked: boolean;
  /** What the compiler says of it; with any, it stays where it is not loaded. */
  readonly problems: readonly string[];
}

const drafts = 'drafts';
const checkMs = 180_000;
const problemsMax = 20;

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

/**
 * Throws `workflow.name_invalid`, `workflow.exists`. It is off until a person turns it on, as any file in
 * that folder is.
 */
export async function draftFile(
  dataFolder: string,
  { name, code }: { readonly name: string; readonly code: string },
): Promise<DraftFile> {
  const folder = await workflowFolder(dataFolder, name);
  await furnish(folder);
  const aside = join(folder, drafts);
  await mkdir(aside, { recursive: true, mode: 0o755 });
  await writeFile(join(aside, 'tsconfig.json'), tsconfig, { mode: 0o644 });
  await writeNew(folder, join(drafts, `${name}.ts`), code);
  const compiler = compilerFor(folder);
  const problems = compiler === null ? [] : await faultsOf(compiler, aside, `${name}.ts`);
  const isTypeChecked = compiler !== null;
  if (problems.length > 0) return { file: join(aside, `${name}.ts`), isTypeChecked, problems };
  await writeNew(folder, `${name}.ts`, code);
  await rm(join(aside, `${name}.ts`));
  return { file: join(folder, `${name}.ts`), isTypeChecked, problems };
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
