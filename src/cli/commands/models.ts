import { TomteError } from '@tomte/sdk/errors';
import type { Tomte } from '@tomte/sdk/operations';
import type { Comparison, ModelRow } from '@tomte/sdk/types-decide';
import { type Context, command } from '../command.ts';
import { readSecret } from '../input.ts';
import { kindLines } from '../kinds.ts';
import { oneHome } from '../one-home.ts';
import { columns, minute } from '../print.ts';
import { readSettings } from '../set.ts';

export default command({
  name: 'models',
  about:
    'Lists language models; sets one up, shows what it would be told, compares it, lets it decide.',
  usage:
    'tomte models [kinds | set NAME --set KEY=VALUE… | test NAME | preview NAME | watch NAME --agree | compare NAME | replay NAME | on NAME | off NAME | remove NAME]',
  options: {
    home: { type: 'string', about: 'the home, where several are linked' },
    set: { type: 'string', multiple: true, about: 'a setting, such as model=llama3.2' },
    secret: { type: 'string', about: 'name of a setting to read unseen, or from standard input' },
    agree: { type: 'boolean', about: 'with watch or on: what preview shows may leave the home' },
    days: { type: 'string', about: 'with compare and replay: how far back, 30 when left out' },
    question: { type: 'string', about: 'with replay: asked in place of each question' },
  },
  words: { min: 0, max: 2 },
  async run(context) {
    const [verb, name] = context.words;
    if (verb === undefined) return list(context);
    if (verb === 'kinds' && name === undefined) return kinds(context);
    const doing = verbs[verb];
    if (!doing || name === undefined) {
      const words = context.words.join(' ');
      throw new TomteError('cli.usage', `Not understood: tomte models ${words}`, {
        hint: 'tomte models --help shows what can be asked.',
      });
    }
    await doing(context, (await context.open()).tomte, name);
    return 0;
  },
});

async function list({ open, answer }: Context): Promise<number> {
  const rows = await (await open()).tomte.listModels({});
  const lines = columns(rows.map(line));
  answer(rows, lines.length > 0 ? lines : ['No model is set up: the rule decides.']);
  return 0;
}

const line = ({ name, title, state, host, mayActAt, restsUntil }: ModelRow): string[] => [
  name,
  title,
  state === 'watch' ? `watches; may act from ${minute(mayActAt!)}` : state,
  host ?? 'asks nobody outside',
  restsUntil ? `failed; rests until ${minute(restsUntil)}` : '',
];

async function kinds({ open, answer }: Context): Promise<number> {
  const all = await (await open()).tomte.listModelKinds({});
  const lines = all.flatMap(({ kind, title, text, schema }) =>
    kindLines(`${kind}: ${title}. ${text}`, schema),
  );
  answer(all, lines);
  return 0;
}

type Verb = (context: Context, tomte: Tomte, name: string) => Promise<void>;

const stateOf =
  (state: ModelRow['state']): Verb =>
  async ({ on, answer }, tomte, name) => {
    const row = await tomte.setModel({ name, state, ...(on('agree') ? { agree: true } : {}) });
    answer(row, columns([line(row)]));
  };

const daysOf = ({ text }: Context) => {
  const days = text('days');
  return days === undefined ? {} : { days };
};

const verbs: Readonly<Record<string, Verb>> = {
  async set({ deps, text, texts, answer }, tomte, name) {
    const unseen = text('secret');
    const prompt = `${unseen} (not shown): `;
    const secret = unseen && { [unseen]: await readSecret(deps, { file: undefined, prompt }) };
    const before = (await tomte.listModels({})).find((one) => one.name === name);
    const settings = { ...before?.settings, ...readSettings(texts('set')), ...secret };
    const row = await tomte.saveModel({ name, settings });
    answer(row, [`${row.name} is set up. Try it: tomte models test ${row.name}`]);
  },
  async test({ answer }, tomte, name) {
    const told = await tomte.testModel({ name });
    const words = told.ok
      ? `answers “${told.answer}”`
      : `failed: ${told.error?.message ?? 'no answer'}`;
    answer(told, [`${name} ${words}, in ${told.ms} ms, ${told.tokensIn + told.tokensOut} tokens.`]);
  },
  async preview({ text, answer }, tomte, name) {
    const { id: home } = await oneHome(tomte, text('home'));
    const shown = await tomte.previewModel({ name, home });
    answer(shown, [
      `Goes to ${shown.host ?? 'nobody outside'}: ${shown.leaves.join(', ')}.`,
      `Stays: ${shown.leftOut.join(', ')}.`,
      `A question of ${shown.tokens} tokens, ${shown.told} of ${shown.of} entities:`,
      ...['', shown.instructions, '', shown.prompt],
    ]);
  },
  async compare(context, tomte, name) {
    tell(context, await tomte.compareModel({ name, ...daysOf(context) }));
  },
  async replay(context, tomte, name) {
    const { id: home } = await oneHome(tomte, context.text('home'));
    const question = context.text('question');
    const words = question === undefined ? {} : { question };
    tell(context, await tomte.replayDecisions({ home, model: name, ...daysOf(context), ...words }));
  },
  watch: stateOf('watch'),
  on: stateOf('on'),
  off: stateOf('off'),
  async remove({ answer }, tomte, name) {
    answer(await tomte.removeModel({ name }), [`${name} is removed.`]);
  },
};

function tell({ answer }: Context, found: Comparison): void {
  answer(found, [
    `${found.model} beside ${found.beside}: ${found.text}`,
    ...(found.invalid > 0 ? [`${found.invalid} without a valid answer`] : []),
    ...columns(
      found.differ.map((d) => [minute(d.at), d.question, d.was, `→ ${d.wouldBe}`, d.reason]),
    ),
  ]);
}
