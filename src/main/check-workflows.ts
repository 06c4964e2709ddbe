import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Problem } from '../cli/index.ts';
import { indeterminate } from '../engine/user/determinism.ts';

const filesMax = 500;

/** What the person's workflow files do that would be another thing at a replay. None without a folder. */
export async function checkWorkflows(folder: string): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const file of await sourcesIn(folder)) {
    for (const one of indeterminate(await readFile(file, 'utf8'), file)) {
      const { line, column, found, instead } = one;
      const path = `${relative(join(folder, '..'), file)}:${line}:${column}`;
      problems.push({ path, found, expected: instead });
    }
  }
  return problems;
}

/** Tests play time themselves, and types do nothing. */
const isSource = (name: string): boolean =>
  /\.[mc]?[jt]sx?$/.test(name) && !/\.(test|d)\.[mc]?[jt]sx?$/.test(name);

async function sourcesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    },
  );
  const found: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== 'node_modules' && !entry.name.startsWith('.'))
        found.push(...(await sourcesIn(path)));
    } else if (isSource(entry.name)) found.push(path);
  }
  return found.slice(0, filesMax);
}
