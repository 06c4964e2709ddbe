import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { TomteError } from '@tomte/sdk/errors';
import { Hono } from 'hono';

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.woff2': 'font/woff2',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.json': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
};

/** An address that is no text names no file. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch (cause) {
    throw new TomteError('api.not_found', 'There is nothing here', { cause });
  }
}

/** The built web app. Files are read once and kept: the build is small and does not change while running. */
export function appFiles(folder: string): Hono {
  const app = new Hono();
  const kept = new Map<string, Buffer>();
  app.get('/*', async (c) => {
    const asked = c.req.path.replace(/^\/(demo\/)?/, '') || 'index.html';
    const path = normalize(join(folder, decoded(asked)));
    if (!path.startsWith(folder + sep))
      throw new TomteError('api.not_found', 'There is nothing here');
    let file = kept.get(path);
    if (!file) {
      file = await readFile(path).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT' && asked === 'index.html') {
          throw new TomteError('api.not_found', 'The web app is not built', {
            hint: 'Run npm start, or npm run build:web.',
          });
        }
        throw new TomteError('api.not_found', `There is nothing at ${asked}`, { cause: error });
      });
      kept.set(path, file);
    }
    // File names under assets/ carry a content hash; everything else is asked for anew.
    const cache = asked.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
    return c.body(new Uint8Array(file), 200, {
      'content-type': types[extname(path)] ?? 'application/octet-stream',
      'cache-control': cache,
    });
  });
  return app;
}
