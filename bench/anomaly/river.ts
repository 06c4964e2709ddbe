/** river's HalfSpaceTrees on the same readings, in a Python of its own beside this file; null where there is none. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Reading } from '@tomte/sdk/home';

const here = import.meta.dirname;
const folder = join(here, '.river');
const python = join(folder, 'bin', 'python');

export interface RiverSpeed {
  readonly readingsPerSecond: number;
  readonly kilobytesASensor: number;
}

/** By the number of trees, and how many readings they were given. */
export function riverOn(
  readings: readonly Reading[],
): { readings: number; trees: Record<string, RiverSpeed> } | null {
  if (!existsSync(python) && !install()) return null;
  const numbers = readings.filter(({ v }) => v !== '' && Number.isFinite(Number(v)));
  const input = numbers.map(({ t, id, v }) => `${t},${id},${v}`).join('\n');
  const answer = execFileSync(python, [join(here, 'half_space_trees.py')], {
    input,
    encoding: 'utf8',
    timeout: 200_000,
  });
  return {
    readings: numbers.length,
    trees: JSON.parse(answer) as Record<string, RiverSpeed>,
  };
}

/** With the versions that are written down, 256 MB; half an installation is taken away again. */
function install(): boolean {
  const wanted = join(here, 'half_space_trees.txt');
  mkdirSync(folder, { recursive: true });
  const steps: [string, string[]][] = [
    ['python3', ['-m', 'venv', folder]],
    [python, ['-m', 'pip', 'install', '--quiet', '--no-deps', '-r', wanted]],
  ];
  for (const [command, args] of steps) {
    const { status, error, stderr } = spawnSync(command, args, {
      encoding: 'utf8',
      timeout: 300_000,
    });
    if (status === 0) continue;
    rmSync(folder, { recursive: true, force: true });
    console.log(
      `river is left out: ${command} ${args.join(' ')}: ${error?.message ?? stderr.trim()}`,
    );
    return false;
  }
  return true;
}
