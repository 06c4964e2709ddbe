import { TomteError } from '@tomte/sdk/errors';
import { command } from '../command.ts';
import { oneHome } from '../one-home.ts';

export default command({
  name: 'run',
  about: 'Starts a workflow now; with --dry-run it looks at everything and changes nothing.',
  usage: 'tomte run WORKFLOW [--dry-run] [--home HOME] [--input JSON]',
  options: {
    'dry-run': { type: 'boolean', about: 'switch nothing and tell nobody' },
    home: { type: 'string', about: 'in this home; needed where there are several' },
    input: { type: 'string', about: 'what the workflow is handed, as JSON' },
  },
  words: { min: 1, max: 1 },
  async run({ open, words, text, on, answer }) {
    const { tomte } = await open();
    const home = (await oneHome(tomte, text('home'))).id;
    const given = text('input');
    const run = await tomte.runWorkflow({
      ...{ home, name: words[0]!, dryRun: on('dry-run') },
      ...(given === undefined ? {} : { input: readInput(given) }),
    });
    answer(run, [`${run.id}: ${run.reason}. tomte runs ${run.id} shows it.`]);
    return 0;
  },
});

function readInput(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new TomteError('cli.usage', '--input is not JSON', { cause: error });
  }
}
