import { TomteError } from '@tomte/sdk/errors';
import type { Tomte } from '@tomte/sdk/operations';
import { testFromRun } from '@tomte/sdk/test-from-run';
import type { RunPage } from '@tomte/sdk/types';
import { command } from '../command.ts';
import { oneHome } from '../one-home.ts';
import { columns, minute } from '../print.ts';

export default command({
  name: 'runs',
  about: 'Lists Runs, newest first; with an id, the steps of one.',
  usage: 'tomte runs [ID [--make-test]] [--home HOME] [--workflow NAME] [--limit N]',
  options: {
    home: { type: 'string', about: 'only those of this home' },
    workflow: { type: 'string', about: 'only those of this workflow' },
    limit: { type: 'string', about: 'at most so many' },
    'make-test': { type: 'boolean', about: 'text of a test that plays this Run again' },
  },
  words: { min: 0, max: 1 },
  async run({ open, words, text, on, answer }) {
    const { tomte } = await open();
    const [id] = words;
    if (id === undefined && on('make-test'))
      throw new TomteError('cli.usage', 'A test is made from one Run: say which');
    if (id !== undefined) {
      const page = await tomte.getRun({ id });
      if (on('make-test')) {
        const made = await testOf(tomte, page);
        answer({ text: made }, [made.trimEnd()]);
        return 0;
      }
      answer(page, pageLines(page));
      return 0;
    }
    const named = text('home');
    const workflow = text('workflow');
    const limit = text('limit');
    const runs = await tomte.listRuns({
      ...(named === undefined ? {} : { home: (await oneHome(tomte, named)).id }),
      ...(workflow === undefined ? {} : { workflow }),
      ...(limit === undefined ? {} : { limit }),
    });
    const rows = runs.map((run) => [
      run.id,
      minute(run.createdAt),
      run.state,
      run.workflow,
      run.reason,
    ]);
    answer(runs, rows.length > 0 ? columns(rows) : ['No Run yet.']);
    return 0;
  },
});

/** With the settings the workflow has now: the record of a Run does not keep its own. */
async function testOf(tomte: Tomte, page: RunPage): Promise<string> {
  const { home: id, workflow } = page;
  const [home, rows] = await Promise.all([oneHome(tomte, id), tomte.listWorkflows({ home: id })]);
  const settings = rows.find(({ name }) => name === workflow)?.settings ?? {};
  const { name, timeZone: zone } = home;
  return testFromRun(page, { file: `./${workflow}.ts`, settings, home: { name, zone } });
}

const pageLines = (page: RunPage): string[] => [
  `${page.workflow} in ${page.home}: ${page.state}. ${page.reason}`,
  ...columns(
    page.steps.map(({ name, startedAt, error }) => [minute(startedAt), name, error ?? 'done']),
  ),
  ...(page.error === null ? [] : [page.error.message, page.error.hint]),
];
