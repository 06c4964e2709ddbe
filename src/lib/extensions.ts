import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { TomteError } from '@tomte/sdk/errors';

/** Definitions of one kind, by file name without ending. */
export type Extensions<D> = ReadonlyMap<string, D>;

/**
 * Reads every `name.ts` or `name.js` of the folders and keeps what it default-exports.
 * Built-ins and the person's own files come in by this one function; a later folder may not
 * replace a name. A missing folder is empty; one that others may write to is refused.
 */
export async function loadExtensions<D extends { kind: string }>(
  kind: D['kind'],
  folders: readonly string[],
): Promise<Extensions<D>> {
  const found = new Map<string, D>();
  for (const folder of folders) {
    for (const file of await definitionFiles(folder)) {
      const name = basename(file).replace(/\.[tj]s$/, '');
      const module = (await import(pathToFileURL(file).href)) as { default?: D };
      if (module.default?.kind !== kind) {
        throw new TomteError(
          'config.extension_invalid',
          `${file} does not default-export a ${kind}`,
        );
      }
      if (found.has(name)) {
        throw new TomteError(
          'config.extension_invalid',
          `${file}: there is a ${kind} named ${name} already`,
        );
      }
      found.set(name, module.default);
    }
  }
  return found;
}

async function definitionFiles(folder: string): Promise<string[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  const { mode } = await stat(folder);
  if ((mode & 0o022) !== 0 && process.platform !== 'win32') {
    throw new TomteError('config.folder_writable', `${folder} is writable by others`);
  }
  return names
    .filter(
      (n) => /^[a-z][a-z0-9-]*\.[tj]s$/.test(n) && !n.includes('.test.') && !n.endsWith('.d.ts'),
    )
    .sort()
    .map((n) => join(folder, n));
}
