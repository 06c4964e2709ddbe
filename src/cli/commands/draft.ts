import { TomteError } from '@tomte/sdk/errors';
import type { Tomte } from '@tomte/sdk/operations';
import { workflowMode } from '@tomte/sdk/types';
import type { Backtest } from '@tomte/sdk/types-runs';
import type { Draft, DraftCandidate } from '@tomte/sdk/types-words';
import { type Context, command } from '../command.ts';
import { oneHome } from '../one-home.ts';
import { columns } from '../print.ts';

export default command({
  name: 'draft',
  about: 'Say it in words: “tell me when the washing machine is done and nobody is home”.',
  usage: 'tomte draft TEXT… [--days 60] [--mode watch|on | --code NAME] [--home HOME]',
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
    if (name !== undefined) return codeDraft(context, tomte, { home, name, days });
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

const loadMs = 20_000;
const lookMs = 500;

/** Drafted, checked, put into the folder, loaded there (off), and tried on the past. */
async function codeDraft(
  { deps, flags, words, answer }: Context,
  tomte: Tomte,
  o: { home: string; name: string; days: number },
): Promise<number> {
  const draft = await tomte.draftCode({ home: o.home, text: words.join(' ') });
  if (draft.code === null) {
    const rows = draft.problems.map(({ line, text }) => [`  line ${line}`, text]);
    answer({ ...draft, file: null, past: null }, [draft.sentence, ...columns(rows)]);
    return 1;
  }
  const made = await deps.draftFile(flags, { name: o.name, code: draft.code });
  const isFine = made.problems.length === 0;
  const past =
    isFine && o.days > 0 && (await isLoaded(deps.clock, tomte, o)) ? await tomte.backtest(o) : null;
  const checked = made.isTypeChecked
    ? 'Its types fit this home.'
    : 'Its types were not checked: npm install in that folder brings the compiler, then npm run check.';
  answer({ ...draft, ...made, past }, [
    draft.sentence,
    ...draft.code
      .trimEnd()
      .split('\n')
      .map((line) => `  ${line}`),
    '',
    ...(isFine
      ? [`It is ${made.file}. ${checked}`]
      : ['It does not fit this home, and stays aside:', ...made.problems, made.file]),
    draft.maySwitch.length === 0
      ? 'It switches nothing.'
      : `It would switch ${draft.maySwitch.join(', ')}, once you allow that.`,
    ...(past === null ? [] : ['', past.sentence, ...past.missing]),
    ...(isFine ? ['', 'It is off. Read it, then turn it on under Workflows.'] : []),
  ]);
  return isFine ? 0 : 1;
}

/** The service looks at its folder once a second; without one nothing loads it. */
async function isLoaded(
  clock: Context['deps']['clock'],
  tomte: Tomte,
  { home, name }: { home: string; name: string },
): Promise<boolean> {
  for (let ms = 0; ms < loadMs; ms += lookMs) {
    const rows = await tomte.listWorkflows({ home });
    if (rows.some((row) => row.name === name)) return true;
    await clock.sleep(lookMs);
  }
  return false;
}
