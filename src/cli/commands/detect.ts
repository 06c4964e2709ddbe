import { createInterface } from 'node:readline';
import { TomteError } from '@tomte/sdk/errors';
import { command } from '../command.ts';

export default command({
  name: 'detect',
  about: 'Runs the detectors over readings from standard input. Opens nothing, knows no home.',
  usage: 'tomte detect --jsonl < readings.jsonl',
  options: {
    jsonl: { type: 'boolean', about: 'one JSON value a line, in and out; the only form there is' },
  },
  words: { min: 0, max: 0 },
  async run({ deps, on }) {
    if (!on('jsonl')) throw new TomteError('cli.usage', 'detect reads lines: tomte detect --jsonl');
    const engine = await deps.detect();
    for await (const line of createInterface({ input: deps.input, crlfDelay: Infinity })) {
      for (const found of engine.line(line)) deps.out(`${found}\n`);
    }
    return 0;
  },
});
