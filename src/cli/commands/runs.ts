import type { RunPage } from '@tomte/sdk/types';
import { command } from '../command.ts';
import { oneHome } from '../one-home.ts';
import { columns, minute } from '../print.ts';

export default command({
  name: 'runs',
  about: 'Lists Runs, newest first; with an id, the steps of one.',
  usage: 'tomte runs [ID] [--home HOME] [--workflow NAME] [--limit N]',
  options: {
    home: { type: 'string', about: 'only those of this home' },
    workflow: { type: 'string', about: 'only those of this workflow' },
    limit: { type: 'string', about: 'at most so many' },
  },
  words: { min: 0, max: 1 },
  async run({ open, words, text, answer }) {
    const { tomte } = await open();
    const [id] = words;
    if (id !== undefined) {
      const page = await tomte.getRun({ id });
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

const pageLines = (page: RunPage): string[] => [
  `${page.workflow} in ${page.home}: ${page.state}. ${page.reason}`,
  ...columns(
    page.steps.map(({ name, startedAt, error }) => [minute(startedAt), name, error ?? 'done']),
  ),
  ...(page.error === null ? [] : [page.error.message, page.error.hint]),
];
