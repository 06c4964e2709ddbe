import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Secret } from '../lib/secret.ts';

const shape = z.object({ address: z.string(), credential: z.string(), pid: z.number() });

export interface ServiceFile {
  /** Base address of the running service, such as http://127.0.0.1:8640/. */
  readonly address: string;
  readonly credential: Secret;
  readonly pid: number;
}

const pathIn = (folder: string) => join(folder, 'service.json');

/** Says to commands on this machine where the running service is and how they may talk to it (0600). */
export async function writeServiceFile(folder: string, file: ServiceFile): Promise<void> {
  const path = pathIn(folder);
  const body = { ...file, credential: file.credential.reveal() };
  await writeFile(`${path}.part`, JSON.stringify(body), { mode: 0o600 });
  await rename(`${path}.part`, path);
}

export async function removeServiceFile(folder: string): Promise<void> {
  await rm(pathIn(folder), { force: true });
}

/** The running service, or null when none runs (a file left by a killed one does not count). */
export async function readServiceFile(folder: string): Promise<ServiceFile | null> {
  let text: string;
  try {
    text = await readFile(pathIn(folder), 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
  const read = shape.safeParse(parse(text));
  if (!read.success || !running(read.data.pid)) return null;
  return { ...read.data, credential: new Secret(read.data.credential) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function running(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
