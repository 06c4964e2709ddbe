import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isError, TomteError } from '@tomte/sdk/errors';
import { type BackupHeader, isBackup, readBackup } from './backup-file.ts';
import { type OnRows, rowsIn } from './restore.ts';

export interface KeptBackup {
  readonly path: string;
  readonly bytes: number;
  readonly header: BackupHeader;
}

/**
 * Writes a backup as it comes to `path.part` (0600), and gives it its name when it is whole and on the
 * disk: under the name there is never half of one. Throws backup.file_taken, backup.file_unreadable,
 * backup.interrupted, and what the source throws.
 */
export async function keepBackup(
  source: AsyncIterable<Uint8Array>,
  path: string,
  onRows: OnRows = () => {},
): Promise<KeptBackup> {
  const part = `${path}.part`;
  const file = await openPart(path, part);
  try {
    const kept = await writeAll(source, file, onRows);
    await file.sync();
    await rename(part, path);
    await syncFolder(dirname(path));
    return { path, ...kept };
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

async function openPart(path: string, part: string): Promise<FileHandle> {
  try {
    if (!(await mayReplace(path))) {
      throw new TomteError('backup.file_taken', `${path} is there, and is no backup of Tomte`);
    }
    // Made anew and not opened: what lies there may be a link to elsewhere.
    await rm(part, { force: true });
    return await open(part, 'wx', 0o600);
  } catch (cause) {
    if (isError(cause)) throw cause;
    throw new TomteError(
      'backup.file_unreadable',
      `${path} cannot be written: ${(cause as Error).message}`,
      { cause },
    );
  }
}

/** Nothing there, or an earlier backup. */
async function mayReplace(path: string): Promise<boolean> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    throw error;
  }
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(64), 0, 64, 0);
    return isBackup(buffer.subarray(0, bytesRead));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EISDIR') return false;
    throw error;
  } finally {
    await file.close();
  }
}

/** What is written is read in passing: its own checksum says whether it came whole. */
async function writeAll(
  source: AsyncIterable<Uint8Array>,
  file: FileHandle,
  onRows: OnRows,
): Promise<Pick<KeptBackup, 'bytes' | 'header'>> {
  let bytes = 0;
  let done = 0;
  let header: BackupHeader | undefined;
  const passing = async function* () {
    for await (const piece of source) {
      await write(file, piece);
      bytes += piece.byteLength;
      yield piece;
    }
  };
  try {
    for await (const piece of readBackup(passing())) {
      if (piece.kind === 'header') header = piece.header;
      if (piece.kind !== 'block') continue;
      done += piece.rows;
      onRows(done, rowsIn(header!));
    }
  } catch (error) {
    // Too short because whoever made it went away.
    if (!isError(error, 'backup.damaged')) throw error;
    throw new TomteError('backup.interrupted', 'The backup broke off', { cause: error });
  }
  return { bytes, header: header! };
}

async function write(file: FileHandle, piece: Uint8Array): Promise<void> {
  try {
    await file.writeFile(piece);
  } catch (cause) {
    throw new TomteError(
      'backup.interrupted',
      `The backup cannot be written: ${(cause as Error).message}`,
      { cause },
    );
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
