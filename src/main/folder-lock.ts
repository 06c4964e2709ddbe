import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { TomteError } from '@tomte/sdk/errors';

export interface FolderLock {
  release(): void;
}

/** SQLite's word for a lock that somebody else holds. */
const busy = 5;

/**
 * One owner a data folder. The lock is the kernel's, held through an empty SQLite file: it is gone in the
 * moment its process is, however that died, so there is nothing stale to judge and to clear away. Throws
 * store.folder_in_use.
 */
export function lockFolder(folder: string): FolderLock {
  const file = new DatabaseSync(join(folder, 'owner.lock'));
  try {
    file.exec('begin exclusive');
  } catch (error) {
    file.close();
    if ((error as { errcode?: number }).errcode !== busy) throw error;
    throw new TomteError('store.folder_in_use', `${folder} belongs to a running Tomte`);
  }
  return { release: () => file.close() };
}
