import { z } from 'zod';
import { homeField, oneHome } from '../one-home.ts';
import { tool } from '../tool.ts';

const evidenceMax = 12;

export default tool({
  name: 'why',
  title: 'Why, why not, and what if',
  about:
    'Why something ran, did not run, switched or was told, in one sentence with its evidence. Ask in words: “why did the heater not start at 02:00”. Also “what if Door left open waited 20 minutes”: tried on the last 60 days, changes nothing.',
  input: z.strictObject({ home: homeField, text: z.string().min(1).max(300) }),
  async run({ home: named, text }, context) {
    const home = named === undefined ? undefined : (await oneHome(context, named)).id;
    const { sentence, found } = await context.tomte.why({
      text,
      ...(home === undefined ? {} : { home }),
    });
    return {
      sentence,
      found: found.length,
      evidence: found.slice(0, evidenceMax).map(({ page: _, home: __, ...one }) => one),
    };
  },
});
