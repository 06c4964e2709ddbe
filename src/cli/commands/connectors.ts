import { TomteError } from '@tomte/sdk/errors';
import type { Tomte } from '@tomte/sdk/operations';
import type { ConnectorRow } from '@tomte/sdk/types';
import { type Context, command } from '../command.ts';
import { readSecret } from '../input.ts';
import { kindLines } from '../kinds.ts';
import { oneHome } from '../one-home.ts';
import { columns, minute } from '../print.ts';
import { readSettings } from '../set.ts';

export default command({
  name: 'connectors',
  about: 'Lists where outside facts come from; sets one up, asks or removes it.',
  usage: 'tomte connectors [kinds | set NAME --set KEY=VALUE… | ask NAME | remove NAME]',
  options: {
    home: { type: 'string', about: 'the home, where several are linked' },
    set: {
      type: 'string',
      multiple: true,
      about: 'a setting, such as url=https://…; with ask, a field of the question',
    },
    secret: { type: 'string', about: 'name of a setting to read unseen, or from standard input' },
    anew: { type: 'boolean', about: 'with ask: now, whatever is kept' },
  },
  words: { min: 0, max: 2 },
  async run(context) {
    const [verb, name] = context.words;
    if (verb === undefined) return list(context);
    if (verb === 'kinds' && name === undefined) return kinds(context);
    const doing = verbs[verb];
    if (!doing || name === undefined) {
      const words = context.words.join(' ');
      throw new TomteError('cli.usage', `Not understood: tomte connectors ${words}`, {
        hint: 'tomte connectors --help shows what can be asked.',
      });
    }
    const { tomte } = await context.open();
    const home = (await oneHome(tomte, context.text('home'))).id;
    await doing(context, tomte, { home, name });
    return 0;
  },
});

async function list({ open, text, answer }: Context): Promise<number> {
  const { tomte } = await open();
  const home = (await oneHome(tomte, text('home'))).id;
  const rows = await tomte.listConnectors({ home });
  answer(rows, columns(rows.map(line)));
  return 0;
}

const line = ({ name, title, setUp, asOf, error }: ConnectorRow): string[] => [
  name,
  title,
  setUp ? 'set up' : 'as it is',
  asOf === null ? 'no facts yet' : `facts of ${minute(asOf)}`,
  error ? `failed: ${error.message}` : '',
];

async function kinds({ open, answer }: Context): Promise<number> {
  const all = await (await open()).tomte.listConnectorKinds({});
  const lines = all.flatMap(({ kind, title, text, schema }) =>
    kindLines(`${kind}: ${title}. ${text}`, schema),
  );
  answer(all, lines);
  return 0;
}

type Verb = (context: Context, tomte: Tomte, id: { home: string; name: string }) => Promise<void>;

const verbs: Readonly<Record<string, Verb>> = {
  async set({ deps, text, texts, answer }, tomte, id) {
    const unseen = text('secret');
    const prompt = `${unseen} (not shown): `;
    const secret = unseen && { [unseen]: await readSecret(deps, { file: undefined, prompt }) };
    const before = (await tomte.listConnectors({ home: id.home })).find((c) => c.name === id.name);
    const settings = { ...before?.settings, ...readSettings(texts('set')), ...secret };
    const row = await tomte.saveConnector({ ...id, settings });
    answer(row, [`${row.name} is set up. Try it: tomte connectors ask ${row.name}`]);
  },
  async ask({ texts, on, answer }, tomte, id) {
    const query = readSettings(texts('set')) ?? {};
    const got = await tomte.askConnector({ ...id, query, anew: on('anew') });
    const stale = got.stale ? `, and newer could not be had: ${got.error?.message}` : '';
    answer(got, [JSON.stringify(got.value, null, 2), `As of ${minute(got.asOf)}${stale}`]);
  },
  async remove({ answer }, tomte, id) {
    answer(await tomte.removeConnector(id), [`${id.name} is removed.`]);
  },
};
