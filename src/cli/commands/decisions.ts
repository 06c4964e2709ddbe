import { TomteError } from '@tomte/sdk/errors';
import type { Tomte } from '@tomte/sdk/operations';
import type { DecideSettings } from '@tomte/sdk/types-decide';
import { type Context, command } from '../command.ts';
import { columns, minute } from '../print.ts';
import { readSettings } from '../set.ts';

export default command({
  name: 'decisions',
  about:
    'What was decided, by whom and why; with left, what left the home with it; with settings, their limits and where Tomte itself asks.',
  usage: 'tomte decisions [left | settings] [--days N] [--by WHO] [--set KEY=VALUE…]',
  options: {
    home: { type: 'string', about: 'the home, where several are linked' },
    days: { type: 'string', about: 'how far back' },
    by: { type: 'string', about: 'who asked, such as workflow:morning-report' },
    set: {
      type: 'string',
      multiple: true,
      about: 'with settings: change one, such as uses.digest=true or keepDays=90',
    },
  },
  words: { min: 0, max: 1 },
  async run(context) {
    const { open, text, words, answer } = context;
    const { tomte } = await open();
    const of = given(context, 'home');
    if (words[0] === 'settings') return settings(context, tomte);
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

async function settings({ texts, answer }: Context, tomte: Tomte): Promise<number> {
  const { settings: before } = await tomte.getDecideSettings({});
  const change = changeOf(before, readSettings(texts('set')) ?? {});
  const after = Object.keys(change).length === 0 ? before : await tomte.saveDecideSettings(change);
  answer(after, columns(flat(after).map(([key, value]) => [key, JSON.stringify(value)])));
  return 0;
}

/** `uses.digest` is one of a group; a group is saved whole. Throws cli.usage for one that is not there. */
function changeOf(before: DecideSettings, given: Record<string, unknown>): Partial<DecideSettings> {
  const known = new Set(flat(before).map(([key]) => key));
  const changed: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(given)) {
    if (!known.has(key)) {
      const hint = `There are ${[...known].join(', ')}.`;
      throw new TomteError('cli.usage', `There is no setting ${key}`, { hint });
    }
    const [group = '', name] = key.split('.');
    const old = changed[group] ?? before[group as keyof DecideSettings];
    changed[group] = name === undefined ? value : { ...(old as object), [name]: value };
  }
  return changed as Partial<DecideSettings>;
}

const flat = (settings: object): [string, unknown][] =>
  Object.entries(settings).flatMap(([key, value]): [string, unknown][] =>
    typeof value === 'object' && !Array.isArray(value)
      ? Object.entries(value).map(([name, one]) => [`${key}.${name}`, one])
      : [[key, value]],
  );

const given = <N extends string>({ text }: Context, name: N): { [K in N]?: string } => {
  const value = text(name);
  return (value === undefined ? {} : { [name]: value }) as { [K in N]?: string };
};
