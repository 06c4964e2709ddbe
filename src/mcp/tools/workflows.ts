import { z } from 'zod';
import { homeField, oneHome } from '../one-home.ts';
import { tool } from '../tool.ts';

export default tool({
  name: 'workflows',
  title: 'Workflows',
  about:
    'What can be switched on: name, mode, settings, what it may switch. With name, the form of its settings too.',
  input: z.strictObject({ home: homeField, name: z.string().max(200).optional() }),
  async run({ home: named, name }, context) {
    const home = await oneHome(context, named);
    const rows = await context.tomte.listWorkflows({ home: home.id });
    const chosen = name === undefined ? rows : rows.filter((row) => row.name === name);
    return chosen.map((row) => ({
      ...{ name: row.name, title: row.title, text: row.text, mode: row.mode, next: row.next },
      ...{ settings: row.settings, fits: row.fits.ok, lastRun: row.lastRun?.at },
      maySwitch: row.grants.flatMap(({ entities, areas }) => [...entities, ...areas]),
      ...(name === undefined ? {} : { form: row.schema, wants: row.wants }),
    }));
  },
});
