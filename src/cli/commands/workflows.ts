import { TomteError } from '@tomte/sdk/errors';
import { workflowMode } from '@tomte/sdk/types';
import { command } from '../command.ts';
import { oneHome } from '../one-home.ts';
import { columns } from '../print.ts';
import { readSettings } from '../set.ts';

export default command({
  name: 'workflows',
  about: 'Lists workflows home by home; with a name, changes one.',
  usage:
    'tomte workflows [NAME [--mode on|off|watch] [--set KEY=VALUE]… [--grant ENTITY]…] [--home HOME]',
  options: {
    home: { type: 'string', about: 'only those of this home' },
    mode: {
      type: 'string',
      about:
        'on, off, or watch: it tells nobody and switches nothing, its Runs are kept to look at',
    },
    set: { type: 'string', multiple: true, about: 'a setting, such as minutes=30' },
    grant: { type: 'string', multiple: true, about: 'an entity it may switch; replaces the list' },
  },
  words: { min: 0, max: 1 },
  async run({ open, words, text, texts, answer }) {
    const mode = workflowMode.optional().safeParse(text('mode'));
    if (!mode.success) throw new TomteError('cli.usage', '--mode is one of on, off, watch');
    const changes = mode.data !== undefined || texts('set').length > 0 || texts('grant').length > 0;
    const [name] = words;
    if (changes && name === undefined) {
      throw new TomteError('cli.usage', 'Say which workflow: tomte workflows NAME --mode on');
    }
    const { tomte } = await open();
    const named = text('home');
    const home = changes || named !== undefined ? await oneHome(tomte, named) : undefined;
    if (changes) {
      const grants = texts('grant');
      const settings = readSettings(texts('set'));
      const row = await tomte.setWorkflow({
        home: home!.id,
        name: name!,
        ...(mode.data === undefined ? {} : { mode: mode.data }),
        ...(settings === undefined ? {} : { settings }),
        ...(grants.length === 0 ? {} : { grants }),
      });
      answer(row, [`${row.title} is ${row.mode} in ${home!.name}.`]);
      return 0;
    }
    const all = await tomte.listWorkflows(home === undefined ? {} : { home: home.id });
    const rows = name === undefined ? all : all.filter((row) => row.name === name);
    if (name !== undefined && rows.length === 0) {
      throw new TomteError('workflow.not_found', `There is no workflow ${name}`);
    }
    answer(
      rows,
      columns(rows.map((row) => [row.home, row.name, row.mode, `${row.title}. ${row.fits.text}`])),
    );
    return 0;
  },
});
