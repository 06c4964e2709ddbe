import { z } from 'zod';
import { homeField, oneHome } from '../one-home.ts';
import { tool } from '../tool.ts';

const rowsMax = 20;

export default tool({
  name: 'backtest',
  title: 'Try on the past',
  about:
    'What a workflow would have told and switched in the last days, with its own settings or with others: “what if”. Switches nothing.',
  input: z.strictObject({
    home: homeField,
    workflow: z.string().max(200),
    days: z.number().int().min(1).max(120).default(30),
    settings: z.record(z.string(), z.unknown()).optional().describe('Instead of the saved ones'),
  }),
  async run({ home: named, workflow, days, settings }, context) {
    const home = await oneHome(context, named);
    const found = await context.tomte.backtest({
      ...{ home: home.id, name: workflow, days },
      ...(settings === undefined ? {} : { settings }),
    });
    const { sentence, from, to, missing, runs, notRun, actions, alerts } = found;
    return {
      ...{ sentence, from, to, missing, runs: runs.length, notRun: notRun.length },
      alerts: alerts.slice(0, rowsMax).map(({ title, since, until, severity }) => ({
        ...{ title, since, until, severity },
      })),
      actions: actions.slice(0, rowsMax).map(({ at, domain, action, entities, allowed, rule }) => ({
        ...{ at, what: `${domain}.${action}`, entities, allowed, rule },
      })),
      whyNot: countBy(notRun.map(({ code }) => code)),
    };
  },
});

function countBy(codes: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const code of codes) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}
