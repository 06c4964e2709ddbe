import { command } from '../command.ts';
import { oneHome } from '../one-home.ts';
import { columns, minute } from '../print.ts';

export default command({
  name: 'why',
  about:
    'Why something ran or did not: “why did the heater not start at 02:00?”; or what would have been: “what if Door left open waited 20 minutes?”, tried on the last 60 days.',
  usage: 'tomte why TEXT… [--home HOME]',
  options: { home: { type: 'string', about: 'only in this home' } },
  words: { min: 1, max: 60 },
  async run({ open, words, text, answer }) {
    const { tomte } = await open();
    const named = text('home');
    const found = await tomte.why({
      text: words.join(' '),
      ...(named === undefined ? {} : { home: (await oneHome(tomte, named)).id }),
    });
    const rows = found.found.map((one) => [
      one.at === null ? '' : minute(one.at),
      one.title,
      one.text,
    ]);
    answer(found, [found.sentence, ...(rows.length > 0 ? ['', ...columns(rows)] : [])]);
    return 0;
  },
});
