import { type ChildProcess, fork } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';

const source = extname(import.meta.filename) === '.ts';
const own = join(import.meta.dirname, '../../..');

/** Folders the process may read: this installation and where its packages lie. */
function readable(): string[] {
  const { resolve } = createRequire(import.meta.url);
  // Installed globally, the SDK lies beside us and zod below us.
  const packages = ['zod', '@tomte/sdk/define'].map((name) => packagesOf(resolve(name)));
  return [...new Set([own, ...packages].map((folder) => realpathSync(folder)))];
}

/** The folder of packages that a module is found in; of a package that is linked there, its own. */
function packagesOf(file: string): string {
  const end = file.lastIndexOf('node_modules');
  return end < 0 ? dirname(file) : file.slice(0, end + 'node_modules'.length);
}

/** Starts the process, shut in: an empty environment, a bounded heap, no files but ours, no processes, no threads. */
export function startChild(heapMb: number): ChildProcess {
  return fork(join(import.meta.dirname, `child${extname(import.meta.filename)}`), [], {
    execArgv: [
      `--max-old-space-size=${heapMb}`,
      '--enable-source-maps',
      '--no-warnings',
      '--permission',
      ...readable().map((folder) => `--allow-fs-read=${folder}`),
      ...(source ? ['--conditions=tomte-source'] : []),
    ],
    // One zone everywhere: local times are asked of the home.
    env: { TZ: 'UTC' },
    cwd: dirname(own),
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'json',
  });
}

const pageBytes = 4096;

/** Resident memory in bytes; null where the system does not tell. Also true of one that is busy. */
export async function residentOf(pid: number): Promise<number | null> {
  try {
    const [, pages] = (await readFile(`/proc/${pid}/statm`, 'utf8')).split(' ');
    return Number(pages) * pageBytes;
  } catch {
    return null;
  }
}
