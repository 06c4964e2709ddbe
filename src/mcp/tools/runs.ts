import { z } from 'zod';
import { homeField, oneHome } from '../one-home.ts';
import { tool } from '../tool.ts';

const stepsMax = 40;

export default tool({
  name: 'runs',
  title: 'Runs and what did not run',
  about:
    'The newest Runs, and triggers that started nothing with the reason; with run, one Run step by step.',
  input: z.strictObject({
    home: homeField,
    workflow: z.string().max(200).optional().describe('Name of a workflow'),
    run: z.string().max(200).optional().describe('Id of one Run'),
    limit: z.number().int().min(1).max(50).default(10),
  }),
  async run({ home: named, workflow, run, limit }, context) {
    const { tomte } = context;
    if (run !== undefined) {
      const { steps, logs, actions, waits, trigger: _, ...page } = await tomte.getRun({ id: run });
      return {
        ...page,
        steps: steps.slice(-stepsMax).map(({ name, kind, startedAt, endedAt, error, output }) => ({
          ...{ name, kind, startedAt, endedAt, error },
          output: short(output),
        })),
        waits: waits.map(({ kind, name, since, until, settledAt }) => ({
          ...{ kind, name, since, until, settledAt },
        })),
        actions: actions.map(({ action, rule, outcome, askedAt }) => ({
          ...{ action: short(action), rule, askedAt, outcome: short(outcome) },
        })),
        logs: logs.slice(-10),
      };
    }
    const home = await oneHome(context, named);
    const filter = { home: home.id, limit, ...(workflow === undefined ? {} : { workflow }) };
    const [runs, notRuns] = await Promise.all([tomte.listRuns(filter), tomte.listNotRuns(filter)]);
    return {
      runs: runs.map(({ home: _, ...one }) => one),
      notRun: notRuns.map(({ workflow: of, at, code, reason }) => ({
        workflow: of,
        at,
        code,
        reason,
      })),
    };
  },
});

/** What a step took or gave may be large; its beginning tells what it was. */
const short = (value: unknown): string | undefined =>
  value === undefined || value === null ? undefined : JSON.stringify(value).slice(0, 160);
