import { createInterface } from 'node:readline';
import { TomteError } from '@tomte/sdk/errors';
import { command } from '../command.ts';

export default command({
  name: 'plan',
  about:
    'Plans loads, battery and car over prices and sun, from standard input. Opens nothing, knows no home.',
  usage: 'tomte plan --jsonl < problems.jsonl',
  options: {
    jsonl: { type: 'boolean', about: 'one problem a line, one plan a line' },
  },
  words: { min: 0, max: 0 },
  async run({ deps, on }) {
    if (!on('jsonl')) throw new TomteError('cli.usage', 'plan reads lines: tomte plan --jsonl');
    const planner = await deps.planner();
    try {
      for await (const line of createInterface({ input: deps.input, crlfDelay: Infinity })) {
        const plan = await planner.line(line);
        if (plan !== null) deps.out(`${plan}\n`);
      }
    } finally {
      await planner.close();
    }
    return 0;
  },
});
