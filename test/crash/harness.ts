/** Starts the real service as a person does, ends it as an accident does. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../src/lib/clock.ts';

export interface RunningService {
  /** Base address, such as http://127.0.0.1:43121/. */
  readonly url: string;
  /** What a command on this machine shows to be let in. */
  readonly credential: string;
  readonly pid: number;
  /** All it wrote to its log. */
  readonly log: () => string;
  /** Ends the service with no warning; its database may live on. */
  kill9(): Promise<void>;
  /** Ends its database with no warning; resolves when the service has noticed and ended too. */
  killPostgres(): Promise<void>;
  /** Ends it as Ctrl-C does; answers the exit code. */
  stop(): Promise<number | null>;
}

const tomte = fileURLToPath(new URL('../../bin/tomte.js', import.meta.url));
const startMs = 60_000;

/** `tomte start --port 0 --data DIR`; resolves when it wrote its service.json. */
export async function startService(o: {
  dataDir: string;
  env?: Record<string, string>;
  args?: readonly string[];
}): Promise<RunningService> {
  // One that a killed service left would name the dead.
  await rm(join(o.dataDir, 'service.json'), { force: true });
  const child = spawn(
    process.execPath,
    [tomte, 'start', '--port', '0', '--data', o.dataDir, ...(o.args ?? [])],
    {
      // No test asks the network for homes: what is there is not its own.
      env: { ...process.env, TOMTE_ONCE: '1', TOMTE_DISCOVER: 'off', ...o.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  // What a failed test or bench forgot must not work on for hours.
  const forgotten = () => child.kill('SIGKILL');
  process.once('exit', forgotten);
  child.once('close', () => process.off('exit', forgotten));
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (part: string) => {
      log += part;
    });
  }
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code) => resolve(code));
  });
  const file = await serviceFile(o.dataDir, child, () => log);
  return {
    url: file.address,
    credential: file.credential,
    pid: file.pid,
    log: () => log,
    async kill9() {
      killIfThere(file.pid);
      await ended;
    },
    async killPostgres() {
      killIfThere(await databasePid(o.dataDir));
      await ended;
    },
    async stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

/** Removes a data folder. The database of a service that was killed may still write a file while it goes. */
export const removeData = (dataDir: string): Promise<void> =>
  rm(dataDir, { recursive: true, force: true, maxRetries: 10 });

/** Process id of the database server on this data folder. */
export async function databasePid(dataDir: string): Promise<number> {
  const text = await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8');
  return Number(text.split('\n')[0]);
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

interface ServiceJson {
  address: string;
  credential: string;
  pid: number;
}

async function serviceFile(
  dataDir: string,
  child: ChildProcess,
  log: () => string,
): Promise<ServiceJson> {
  const until = systemClock.now() + startMs;
  while (systemClock.now() < until) {
    if (child.exitCode !== null) {
      throw new Error(`The service ended with ${child.exitCode}:\n${log()}`);
    }
    const found = await read(join(dataDir, 'service.json'));
    if (found) return found;
    await systemClock.sleep(50);
  }
  killIfThere(child.pid!);
  throw new Error(`The service wrote no service.json within ${startMs / 1000} s:\n${log()}`);
}

async function read(path: string): Promise<ServiceJson | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as ServiceJson;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
