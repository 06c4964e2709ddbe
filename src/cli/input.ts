import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { TomteError } from '@tomte/sdk/errors';
import type { CliDeps } from './command.ts';

const inputSizeMax = 65_536;

/** A secret from a file, or from standard input: typed unseen in a terminal, else read to its end. */
export async function readSecret(
  deps: CliDeps,
  o: { file: string | undefined; prompt: string },
): Promise<string> {
  if (o.file !== undefined) return readSecretFile(o.file);
  if (deps.input.isTTY) return askUnseen(deps, o.prompt);
  let text = '';
  for await (const part of deps.input) {
    text += String(part);
    if (text.length > inputSizeMax) {
      throw new TomteError('cli.usage', 'Too much on standard input: expected only the secret');
    }
  }
  return text.trim();
}

async function readSecretFile(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (cause) {
    throw new TomteError('cli.usage', `${file} cannot be read: ${(cause as Error).message}`, {
      cause,
    });
  }
}

function askUnseen(deps: CliDeps, prompt: string): Promise<string> {
  deps.err(prompt);
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: deps.input, output: unseen, terminal: true });
  return new Promise((resolve) => {
    let typed = '';
    lines.once('line', (line) => {
      typed = line;
      lines.close();
    });
    lines.once('close', () => {
      deps.err('\n');
      resolve(typed.trim());
    });
  });
}
