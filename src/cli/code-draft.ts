/** `tomte draft --code`: a draft is shown with all that is known of it; one that replaces nothing is kept at once. */
import type { Tomte } from '@tomte/sdk/operations';
import type { Backtest } from '@tomte/sdk/types-runs';
import type { CodeDraft, DraftLook } from '@tomte/sdk/types-words';
import type { Context } from './command.ts';
import { columns } from './print.ts';

interface Shown {
  readonly drafted: CodeDraft;
  readonly look: DraftLook;
  readonly past: Backtest | null;
}

interface Asked {
  readonly home: string;
  readonly name: string;
  readonly days: number;
}

export async function codeDraft(
  context: Context,
  tomte: Tomte,
  o: Asked & { readonly edits: string | undefined },
): Promise<number> {
  const { words, answer } = context;
  const { home, name, edits } = o;
  const text = words.join(' ');
  const drafted = await tomte.draftCode({ home, text, ...(edits !== undefined && { edits }) });
  const { draft, code } = drafted;
  if (draft === null || code === null) {
    const rows = drafted.problems.map(({ line, text: words }) => [`  line ${line}`, words]);
    answer({ ...drafted, look: null }, [drafted.sentence, ...columns(rows)]);
    return 1;
  }
  const look = await tomte.lookAtDraft({ home, draft, name });
  const past = look.problems.length === 0 ? await pastOf(tomte, { ...o, draft }) : null;
  const shown = linesOf(drafted, look, past);
  if (look.problems.length > 0) {
    answer({ ...drafted, look }, [
      ...shown,
      'It does not fit this home, and is not kept:',
      ...look.problems,
    ]);
    return 1;
  }
  if (look.replaces) {
    const again = `tomte draft ${text} --code ${name} --keep ${draft} --over ${look.over}`;
    answer({ ...drafted, look, past }, [
      ...shown,
      `${name} is as it was. To keep this in its place, off: ${again}`,
    ]);
    return 0;
  }
  return keptDraft(context, tomte, { ...o, draft, over: look.over }, { drafted, look, past });
}

async function pastOf(
  tomte: Tomte,
  { home, name, days, draft }: Asked & { readonly draft: string },
): Promise<Backtest | null> {
  if (days === 0) return null;
  return { ...(await tomte.tryDraft({ home, draft, days })), workflow: name };
}

/** Kept as it was shown, and off; tried on the past before, where that was not yet shown. */
export async function keptDraft(
  { answer }: Context,
  tomte: Tomte,
  o: Asked & { readonly draft: string; readonly over: string },
  shown: Shown | null = null,
): Promise<number> {
  const { home, name, draft, over } = o;
  const past = shown ? shown.past : await pastOf(tomte, o);
  const kept = await tomte.keepDraft({ home, draft, name, over });
  answer({ ...shown?.drafted, look: shown?.look ?? null, kept, past }, [
    ...(shown ? linesOf(shown.drafted, shown.look, past) : pastLines(past)),
    `${kept.sentence} Read it, then turn it on under Workflows.`,
  ]);
  return 0;
}

const signs = { same: ' ', gone: '-', new: '+' } as const;

const pastLines = (past: Backtest | null): string[] =>
  past === null ? [] : [past.sentence, ...past.missing, ''];

const linesOf = (drafted: CodeDraft, look: DraftLook, past: Backtest | null): string[] => [
  drafted.sentence,
  ...look.diff.map(({ kind, text }) => `${look.replaces ? signs[kind] : ' '} ${text}`),
  '',
  look.isTypeChecked
    ? 'Its types were checked against this home.'
    : 'Its types were not checked: npm install in that folder brings the compiler, then npm run check.',
  drafted.maySwitch.length === 0
    ? 'It switches nothing.'
    : `It would switch ${drafted.maySwitch.join(', ')}, once you allow that.`,
  '',
  ...pastLines(past),
];
