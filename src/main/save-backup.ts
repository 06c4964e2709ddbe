import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isError, TomteError } from '@tomte/sdk/errors';
import type { BackedUp, OnRows } from '../cli/command.ts';
import type { Config } from '../config.ts';
import { keepBackup } from '../store/keep-backup.ts';
import { rowsIn } from '../store/restore.ts';

/** Keeps a backup in a file of the person's, and says what is in it and what is not. */
export async function saveBackup(
  config: Config,
  source: AsyncIterable<Uint8Array>,
  file: string,
  onRows: OnRows,
): Promise<BackedUp> {
  const { path, bytes, header } = await keepBackup(source, resolve(file), onRows);
  const { createdAt, tables, key } = header;
  const own = ['tomte.yaml', 'channels', 'detectors', 'workflows'];
  const beside = [
    config.keyFile ?? join(config.dataFolder, 'key'),
    ...own.map((name) => join(config.dataFolder, name)),
  ];
  return {
    ...{ file: path, bytes, createdAt, key },
    tables: tables.length,
    rows: rowsIn(header),
    notIn: (await Promise.all(beside.map(there))).flat(),
  };
}

const there = (path: string): Promise<string[]> =>
  access(path).then(
    () => [path],
    () => [],
  );

/** What a running service sends. One that is killed meanwhile breaks it off. */
export async function* sent(
  answer: Promise<ReadableStream<Uint8Array>>,
): AsyncGenerator<Uint8Array> {
  const body = await answer;
  try {
    yield* body;
  } catch (cause) {
    if (isError(cause)) throw cause;
    throw new TomteError('backup.interrupted', 'The running Tomte broke off the backup', { cause });
  }
}
