import { TomteError } from '@tomte/sdk/errors';
import { workflowMode } from '@tomte/sdk/types';
import type { Backtest } from '@tomte/sdk/types-runs';
import type { Draft, DraftCandidate } from '@tomte/sdk/types-words';
import { codeDraft, keptDraft } from '../code-draft.ts';
import { command } from '../command.ts';
import { oneHome } from '../one-home.ts';
import { columns } from '../print.ts';

export default command({
  name: 'draft',
  about: 'Say it in words: “tell me when the washing machine is done and nobody is home”.',
  usage:
    'tomte draft TEXT… [--days 60] [--mode watch|on | --code NAME [--edit NAME] [--keep DRAFT --over SEEN]] [--home HOME]',
  options: {
    days: { type: 'string', about: 'tried on so much of the past, 60 when not said; 0 for none' },
    mode: {
      type: 'string',
      about: 'sets the first answer up so: watch, or on; without it nothing is changed',
    },
    code: {
      type: 'string',
      about:
        'lets the model write it as NAME.ts in your workflow folder; it is off until you turn it on',
    },
    edit: { type: 'string', about: 'with --code: a change to this workflow of yours' },
    keep: { type: 'string', about: 'with --code and --over: keeps the draft that was shown' },
    over: { type: 'string', about: 'the difference that was shown, as it said' },
    home: { type: 'string', about: 'in this home' },
  },
  words: { min: 1, max: 60 },
  async run(context) {
    const { open, words, text, answer } = context;
    const mode = workflowMode.optional().safeParse(text('mode'));
    if (!mode.success) throw new TomteError('cli.usage', '--mode is one of on, off, watch');
    const days = Number(text('days') ?? 60);
    if (!Number.isInteger(days) || days < 0 || days > 400) {
      throw new TomteError('cli.usage', '--days is a whole number from 0 to 400');
    }
    const { tomte } = await open();
    const home = (await oneHome(tomte, text('home'))).id;
    const name = text('code');
    const keep = text('keep');
    if (name !== undefined && keep !== undefined) {
      return keptDraft(context, tomte, { home, name, days, draft: keep, over: text('over') ?? '' });
    }
    if (name !== undefined) {
      return codeDraft(context, tomte, { home, name, days, edits: text('edit') });
    }
    const draft = await tomte.draftWorkflow({ home, text: words.join(' ') });
    const [best] = draft.candidates;
    const past =
      best && days > 0
        ? await tomte.backtest({ home, name: best.workflow, days, settings: best.settings })
        : null;
    if (best && mode.data !== undefined) {
      const { workflow: name, settings } = best;
      await tomte.setWorkflow({ home, name, settings, mode: mode.data });
    }
    answer({ ...draft, past }, linesOf(draft, past, mode.data));
    return 0;
  },
});

function linesOf(draft: Draft, past: Backtest | null, mode: string | undefined): string[] {
  const [best, ...others] = draft.candidates;
  if (!best) {
    return [
      draft.sentence,
      'Where a model may decide, it can draft it: the same words with --code NAME.',
    ];
  }
  const next =
    mode === undefined
      ? 'Nothing is on yet. The same with --mode watch only watches, with --mode on it is on.'
      : `${best.title} is ${mode} now.`;
  return [
    ...[draft.sentence, ''],
    ...changeLines(best),
    ...(past === null ? [] : ['', past.sentence, ...past.missing]),
    ...['', next],
    ...(others.length === 0
      ? []
      : ['', 'Or:', ...columns(others.map((one) => [`  ${one.workflow}`, one.title]))]),
  ];
}

const changeLines = ({ workflow, changes, maySwitch }: DraftCandidate): string[] => [
  `${workflow}${changes.length === 0 ? ', with its settings as they are' : ''}`,
  ...changes.flatMap(({ setting, was, is }) => [
    ...(was === null ? [] : [`  - ${setting}: ${was}`]),
    ...(is === null ? [] : [`  + ${setting}: ${is}`]),
  ]),
  maySwitch.length === 0
    ? 'It switches nothing.'
    : `It would switch ${maySwitch.join(', ')}, once you allow that.`,
];
