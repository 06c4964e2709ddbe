import { type Context, command } from '../command.ts';
import { columns, minute } from '../print.ts';

export default command({
  name: 'decisions',
  about: 'What was decided, by whom and why; with left, what left the home with it.',
  usage: 'tomte decisions [left] [--days N] [--by WHO]',
  options: {
    home: { type: 'string', about: 'the home, where several are linked' },
    days: { type: 'string', about: 'how far back' },
    by: { type: 'string', about: 'who asked, such as workflow:morning-report' },
  },
  words: { min: 0, max: 1 },
  async run(context) {
    const { open, text, words, answer } = context;
    const { tomte } = await open();
    const of = given(context, 'home');
    if (words[0] === 'left') {
      const homes = await tomte.listHomes({});
      const wanted = homes.filter(({ id }) => text('home') === undefined || id === text('home'));
      const asked = wanted.map(({ id }) => tomte.listLeft({ home: id, ...given(context, 'days') }));
      const rows = (await Promise.all(asked)).flat();
      const lines = rows.map((r) => [
        minute(r.at),
        r.host,
        r.by,
        r.leaves.join(', '),
        `${r.tokens} tokens`,
      ]);
      answer(rows, lines.length > 0 ? columns(lines) : ['Nothing left the home.']);
      return 0;
    }
    const rows = await tomte.listDecisions({
      ...of,
      ...given(context, 'days'),
      ...given(context, 'by'),
    });
    const lines = rows.map((r) => [
      minute(r.at),
      r.by,
      r.question,
      r.choice,
      r.decidedBy,
      r.reason,
    ]);
    answer(rows, lines.length > 0 ? columns(lines) : ['Nothing was decided yet.']);
    return 0;
  },
});

const given = <N extends string>({ text }: Context, name: N): { [K in N]?: string } => {
  const value = text(name);
  return (value === undefined ? {} : { [name]: value }) as { [K in N]?: string };
};
