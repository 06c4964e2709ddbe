import { TomteError } from '@tomte/sdk/errors';
import type { Tomte } from '@tomte/sdk/operations';
import { testFromRun } from '@tomte/sdk/test-from-run';
import type { RunPage } from '@tomte/sdk/types';
import { type Context, command } from '../command.ts';
import { follow, type RunNews } from '../follow.ts';
import { oneHome } from '../one-home.ts';
import { columns, minute, second } from '../print.ts';

export default command({
  name: 'runs',
  about: 'Lists Runs, newest first; with an id, the steps of one; with --follow, as they happen.',
  usage: 'tomte runs [ID [--make-test]] [--follow] [--home HOME] [--workflow NAME] [--limit N]',
  options: {
    home: { type: 'string', about: 'only those of this home' },
    workflow: { type: 'string', about: 'only those of this workflow' },
    limit: { type: 'string', about: 'at most so many' },
    follow: { type: 'boolean', about: 'tell what Runs do as they do it, until Ctrl-C' },
    'make-test': { type: 'boolean', about: 'text of a test that plays this Run again' },
  },
  words: { min: 0, max: 1 },
  async run(context) {
    const { open, words, text, on, answer } = context;
    const { tomte } = await open();
    const [id] = words;
    if (id === undefined && on('make-test'))
      throw new TomteError('cli.usage', 'A test is made from one Run: say which');
    if (on('follow')) {
      await followed(context, tomte, id);
      return 0;
    }
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
    const limit = text('limit');
    const runs = await tomte.listRuns({
      ...(await filterOf(context, tomte)),
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

async function filterOf(
  { text }: Context,
  tomte: Tomte,
): Promise<{ home?: string; workflow?: string }> {
  const [named, workflow] = [text('home'), text('workflow')];
  return {
    ...(named === undefined ? {} : { home: (await oneHome(tomte, named)).id }),
    ...(workflow === undefined ? {} : { workflow }),
  };
}

async function followed(context: Context, tomte: Tomte, id: string | undefined): Promise<void> {
  const filter = await filterOf(context, tomte);
  const tell = (news: RunNews) => context.answer(news, [newsLine(news)]);
  await context.deps.untilInterrupted((stop) =>
    follow({ tomte, clock: context.deps.clock, stop, id, filter, tell }),
  );
}

function newsLine(news: RunNews): string {
  const line = (at: string | null, id: string, words: string) =>
    `${at === null ? '' : second(at)}  ${id.slice(0, 8)}  ${words}`;
  switch (news.type) {
    case 'begun': {
      const { createdAt, id, workflow, reason } = news.run;
      return line(createdAt, id, `${workflow}: ${reason}`);
    }
    case 'step': {
      const { startedAt, endedAt, name, error } = news.step;
      return line(
        endedAt ?? startedAt,
        news.id,
        `  ${name}  ${error ?? (endedAt ? 'done' : 'waits')}`,
      );
    }
    case 'log':
      return line(news.at, news.id, `  | ${news.text}`);
    case 'ended': {
      const { endedAt, id, workflow, state, error } = news.run;
      return line(
        endedAt,
        id,
        `${workflow}: ${state}${error === null ? '' : `. ${error.message}`}`,
      );
    }
  }
}

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
