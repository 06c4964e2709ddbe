import { TomteError } from '@tomte/sdk/errors';
import { type Maker, makePlan } from './make.ts';
import { readProblem } from './read.ts';

/** The planner of `tomte plan --jsonl`: a problem a line, its plan or `{"error":{…}}` a line. Empty lines answer nothing. */
export function openPlanner(maker: Maker): { line(text: string): Promise<string | null> } {
  let number = 0;
  return {
    async line(text) {
      number += 1;
      if (text.trim() === '') return null;
      try {
        return JSON.stringify(await makePlan(readProblem(parse(text)), maker));
      } catch (error) {
        if (!(error instanceof TomteError)) throw error;
        const { code, message, hint, details } = error;
        const where = { ...details, line: number };
        return JSON.stringify({ error: { code, message, hint, details: where } });
      }
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TomteError('plan.input_invalid', 'not a JSON value', { cause });
  }
}
