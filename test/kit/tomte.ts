import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const tomtePath = fileURLToPath(new URL('../../bin/tomte.js', import.meta.url));

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  /** Of standard output, with --json. */
  json(): unknown;
}

/** One command as a person types it, on a data folder. */
export async function tomte(
  args: readonly string[],
  o: { dataDir: string; env?: Record<string, string> },
): Promise<Ran> {
  const child = spawn(process.execPath, [tomtePath, ...args, '--data', o.dataDir], {
    env: { ...process.env, TOMTE_ONCE: '1', TOMTE_DISCOVER: 'off', ...o.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const texts = { out: '', err: '' };
  for (const [name, stream] of [['out', child.stdout] as const, ['err', child.stderr] as const]) {
    stream.setEncoding('utf8').on('data', (part: string) => {
      texts[name] += part;
    });
  }
  const code = await new Promise<number | null>((resolve) => {
    child.once('close', (value) => resolve(value));
  });
  return { code, ...texts, json: () => JSON.parse(texts.out) as unknown };
}
