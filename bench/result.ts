import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';

/** Keeps what was measured in `results/NAME.json`, with when and on what, and shows it. */
export async function keepResult(name: string, figures: object): Promise<void> {
  const result = {
    date: new Date().toISOString(),
    machine: {
      cpu: cpus()[0]?.model,
      cores: cpus().length,
      memoryGB: Math.round(totalmem() / 2 ** 30),
      load: Number(loadavg()[0]!.toFixed(1)),
    },
    node: process.version,
    ...figures,
  };
  const folder = join(import.meta.dirname, 'results');
  await mkdir(folder, { recursive: true });
  const text = `${JSON.stringify(result, null, 2)}\n`;
  await writeFile(join(folder, `${name}.json`), text);
  process.stdout.write(text);
}
