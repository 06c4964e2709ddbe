import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { TomteError } from '@tomte/sdk/errors';
import { lendPackages } from './lent-packages.ts';

/** Definitions of one kind, by file name without ending. */
export type Extensions<D> = ReadonlyMap<string, D>;

/**
 * Reads every `name.ts` or `name.js` of the folders and keeps what it default-exports.
 * Built-ins and the person's own files come in by this one function; a later folder may not
 * replace a name. A missing folder is empty. An added folder, or a file in it, that another
 * account owns or may write to is refused; the program's own are as its checkout made them.
 */
export async function loadExtensions<D extends { kind: string }>(
  kind: D['kind'],
  own: string,
  added: readonly string[] = [],
): Promise<Extensions<D>> {
  const found = new Map<string, D>();
  for (const folder of [own, ...added]) {
    const files = await definitionFiles(folder);
    if (folder !== own && files.length > 0) {
      await refuseForeign([folder, ...files]);
      lendPackages(folder);
    }
    for (const file of files) {
      const name = basename(file).replace(/\.[tj]s$/, '');
      const module = (await load(file)) as { default?: D };
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

async function load(file: string): Promise<unknown> {
  try {
    return await import(pathToFileURL(file).href);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new TomteError('config.extension_invalid', `${file} cannot be loaded: ${why}`, { cause });
  }
}

async function definitionFiles(folder: string): Promise<string[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return names
    .filter(
      (n) => /^[a-z][a-z0-9-]*\.[tj]s$/.test(n) && !n.includes('.test.') && !n.endsWith('.d.ts'),
    )
    .sort()
    .map((n) => join(folder, n));
}

/** What stands there runs as Tomte itself, so only root and our own account may have written it. */
export async function refuseForeign(paths: readonly string[]): Promise<void> {
  if (process.getuid === undefined) return;
  const trusted = [0, process.getuid()];
  for (const path of paths) {
    const { mode, uid } = await stat(path);
    if ((mode & 0o022) !== 0) {
      throw new TomteError('config.folder_writable', `${path} is writable by others`);
    }
    if (!trusted.includes(uid)) {
      throw new TomteError('config.folder_writable', `${path} belongs to another account`);
    }
  }
}
