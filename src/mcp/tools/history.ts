import { z } from 'zod';
import { homeField, oneHome } from '../one-home.ts';
import { tool } from '../tool.ts';

export default tool({
  name: 'history',
  title: 'History in summary',
  about:
    'The past of up to 10 entities in a few numbers each: least, most, mean, growth of a meter, how long in which state, up to 15 pieces in time.',
  input: z.strictObject({
    home: homeField,
    entities: z.array(z.string().max(255)).min(1).max(10),
    days: z.number().min(0.05).max(400).default(1),
    to: z.iso.datetime({ offset: true }).optional().describe('End; now when left out'),
  }),
  async run({ home, entities, days, to }, context) {
    const { id } = await oneHome(context, home);
    const rows = await context.tomte.summariseHistory({
      ...{ home: id, entities: entities.join(','), days },
      ...(to === undefined ? {} : { to }),
    });
    // The pieces follow each other evenly: one time and a list of numbers says the same in a third.
    return rows.map(({ pieces, ...row }) => {
      const [first, second] = pieces;
      if (!first) return row;
      const hours = second ? (Date.parse(second.from) - Date.parse(first.from)) / 3_600_000 : null;
      return {
        ...row,
        pieces: { from: first.from, hours, values: pieces.map(({ value }) => value) },
      };
    });
  },
});
