import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { joinShapes, shapeOf, typesOfHome } from '../home/types-of-home.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { oneByOne } from '../lib/one-by-one.ts';
import type { HomeLife } from './home-life.ts';

const lookMs = 1_000;
/** What goes on changing, as when a home starts, is written at least so often. */
const waitMaxMs = 10_000;

/** What of a home's life the types follow. */
export type TypedLife = Pick<HomeLife, 'home' | 'name'> & {
  readonly link: {
    readonly state: { readonly kind: HomeLife['link']['state']['kind'] };
    readonly mirror: HomeLife['link']['mirror'];
  };
};

/**
 * Keeps `home.d.ts` in the folder of the person's workflows as the homes are: written when what there
 * is changed and has come to rest, and only where the folder exists. Several homes are one set of types.
 */
export function keepHomeTypes(o: {
  folder: string;
  lives: () => readonly TypedLife[];
  clock: Clock;
  log: Log;
}): { stop(): void; settled(): Promise<void> } {
  const file = join(o.folder, 'home.d.ts');
  const inTurn = oneByOne();
  let written = '';
  let seen = '';
  let movingSince = 0;

  function look(): void {
    const lives = readable(o.lives());
    if (lives.length === 0) return;
    const shape = lives.map(({ home, link }) => `${home} ${link.mirror.shape}`).join('; ');
    if (shape === written) return;
    const now = o.clock.now();
    if (seen === '') movingSince = now;
    const resting = shape === seen;
    seen = shape;
    if (!resting && now - movingSince < waitMaxMs) return;
    seen = '';
    written = shape;
    inTurn(() => write(lives)).catch((error: unknown) => {
      // Looked at again in a second; the file before it stays whole.
      written = '';
      o.log.warn({ err: error, file }, 'the types of the home were not written');
    });
  }

  async function write(lives: readonly TypedLife[]): Promise<void> {
    if (!(await isFolder(o.folder))) {
      written = '';
      return;
    }
    const text = typesOfHome(joinShapes(lives.map(({ link, name }) => shapeOf(link.mirror, name))));
    if ((await readFile(file, 'utf8').catch(absent)) === text) return;
    await writeFile(`${file}.part`, text);
    await rename(`${file}.part`, file);
    o.log.info({ file }, 'the types of the home are up to date');
  }

  const stop = o.clock.every(lookMs, look);
  return { stop, settled: () => inTurn(async () => {}) };
}

/**
 * The lives whose homes were read whole. None while one is still to come: half the homes would look
 * like a home that lost its entities. A Link that stopped is not waited for.
 */
function readable(lives: readonly TypedLife[]): TypedLife[] {
  const hoped = lives.filter(
    ({ link }) => link.mirror.generation > 0 || link.state.kind !== 'stopped',
  );
  const isRead = ({ link }: TypedLife) =>
    link.mirror.generation > 0 && link.mirror.config?.state === 'RUNNING';
  return hoped.every(isRead) ? hoped : [];
}

const isFolder = async (path: string): Promise<boolean> =>
  (await stat(path).catch(absent))?.isDirectory() ?? false;

function absent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
  throw error;
}
