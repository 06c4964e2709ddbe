import { realpathSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const lent = /^(@tomte\/sdk|zod)(\/|$)/;
const folders = new Set<string>();

/**
 * Files of `folder` find `@tomte/sdk` and `zod` in this installation, wherever the folder lies: no
 * packages of ours stand above a data folder, and a second copy of the SDK would have other classes.
 */
export function lendPackages(folder: string): void {
  if (folders.size === 0) {
    registerHooks({
      resolve(specifier, context, next) {
        const { parentURL = '' } = context;
        const ours = lent.test(specifier) && [...folders].some((one) => parentURL.startsWith(one));
        return next(specifier, ours ? { ...context, parentURL: import.meta.url } : context);
      },
    });
  }
  // Node names a file by where it really lies.
  folders.add(pathToFileURL(join(realpathSync(folder), '/')).href);
}
