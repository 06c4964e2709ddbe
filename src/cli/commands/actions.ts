import type { ActionRow } from '@tomte/sdk/types-action';
import { command } from '../command.ts';
import { oneHome } from '../one-home.ts';
import { columns, minute } from '../print.ts';

export default command({
  name: 'actions',
  about: 'Lists what was asked of a home, newest first: who asked, and what came of it.',
  usage: 'tomte actions [--run ID] [--home HOME] [--limit N]',
  options: {
    run: { type: 'string', about: 'only those of this Run' },
    home: { type: 'string', about: 'only those of this home' },
    limit: { type: 'string', about: 'at most so many' },
  },
  words: { min: 0, max: 0 },
  async run({ open, text, answer }) {
    const { tomte } = await open();
    const [named, run, limit] = [text('home'), text('run'), text('limit')];
    const actions = await tomte.listActions({
      ...(named === undefined ? {} : { home: (await oneHome(tomte, named)).id }),
      ...(run === undefined ? {} : { run }),
      ...(limit === undefined ? {} : { limit }),
    });
    const rows = actions.map((one) => [
      minute(one.askedAt),
      one.askedBy.replace(/^workflow:/, ''),
      `${one.domain}.${one.action}`,
      one.entities.join(', '),
      outcomeOf(one),
    ]);
    answer(actions, rows.length > 0 ? columns(rows) : ['Nothing was asked of a home yet.']);
    return 0;
  },
});

/** `confirmed`, `refused by guardrail.not_granted: …`, `under way`. */
function outcomeOf({ outcome, rule, message, attempts, conflict }: ActionRow): string {
  const by = rule === null ? '' : ` by ${rule}`;
  const why = message === null ? '' : `: ${message}`;
  const again = attempts > 1 ? `, begun ${attempts} times` : '';
  const then = conflict === null ? '' : `, then ${conflict.text}`;
  return `${outcome ?? 'under way'}${by}${why}${again}${then}`;
}
