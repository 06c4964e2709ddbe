/** A real Home Assistant for tests, where the machine has one: `REAL_HOME_UP` names the script that starts it. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

export interface RealHome {
  readonly url: string;
  readonly tokens: { readonly admin: string; readonly resident: string };
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Starts it, or finds it running: the script prints the path of a file of settings on standard output.
 * Null, with one line said, when `REAL_HOME_UP` is not set. `REAL_HOME_PORT` chooses which one (8123).
 */
export async function realHome(o: { port?: string } = {}): Promise<RealHome | null> {
  const script = process.env.REAL_HOME_UP;
  if (!script) {
    console.info('REAL_HOME_UP is not set: the real home is left out');
    return null;
  }
  const port = o.port ?? process.env.REAL_HOME_PORT ?? '8123';
  const { stdout } = await promisify(execFile)('bash', [script, port]);
  const env = readEnv(await readFile(stdout.trim(), 'utf8'));
  const {
    HOME_ASSISTANT_URL: url,
    HOME_ASSISTANT_TOKEN: admin,
    HOME_ASSISTANT_USER_TOKEN: resident,
  } = env;
  if (!url || !admin || !resident)
    throw new Error(`${stdout.trim()} does not name a home and its tokens`);
  return { url, tokens: { admin, resident }, env };
}

function readEnv(text: string): Record<string, string> {
  const pairs = text
    .split('\n')
    .filter((line) => line.includes('='))
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]);
  return Object.fromEntries(pairs) as Record<string, string>;
}
