import { TomteError } from '@tomte/sdk/errors';
import type { Tomte } from '@tomte/sdk/operations';
import type { Person } from '@tomte/sdk/types-people';
import { spanOf, yesOrNo } from '../answers.ts';
import { type Context, command } from '../command.ts';
import { columns } from '../print.ts';

export default command({
  name: 'persons',
  about: 'Lists who is told and who may say yes; adds, changes or removes a person.',
  usage:
    'tomte persons [add NAME | set ID | remove ID] [--channel ID…] [--entity person.maja|none] [--quiet 22:00-07:00|none] [--says-yes yes|no]',
  options: {
    channel: { type: 'string', multiple: true, about: 'id of a channel that is theirs' },
    entity: { type: 'string', about: 'their person in Home Assistant: who is home is told there' },
    quiet: { type: 'string', about: 'hours in which only what needs somebody now comes, or none' },
    'says-yes': { type: 'string', about: 'whether their yes counts; yes when left out' },
    name: { type: 'string', about: 'another name' },
    position: { type: 'string', about: 'place in the order, 0 first' },
  },
  words: { min: 0, max: 2 },
  async run(context) {
    const [verb, what] = context.words;
    const { tomte } = await context.open();
    if (verb === undefined) return list(context, tomte);
    if (what === undefined || !['add', 'set', 'remove'].includes(verb)) {
      throw new TomteError(
        'cli.usage',
        `Not understood: tomte persons ${context.words.join(' ')}`,
        {
          hint: 'tomte persons --help shows what can be asked.',
        },
      );
    }
    if (verb === 'remove') {
      context.answer(await tomte.removePerson({ id: what }), [`${what} is removed.`]);
      return 0;
    }
    const before = verb === 'set' ? await personById(tomte, what) : null;
    const name = context.text('name') ?? before?.name ?? what;
    const row = await tomte.savePerson({
      ...(before ? { id: before.id } : {}),
      name,
      ...given(context),
    });
    context.answer(row, [`${row.name} is kept: ${row.id}`]);
    return 0;
  },
});

function given({ text, texts }: Context): Omit<Parameters<Tomte['savePerson']>[0], 'name'> {
  const channels = texts('channel');
  const entity = text('entity');
  const quiet = text('quiet');
  const maySayYes = yesOrNo('says-yes', text('says-yes'));
  const position = text('position');
  return {
    ...(channels.length === 0 ? {} : { channels }),
    ...(entity === undefined ? {} : { entity: entity === 'none' ? null : entity }),
    ...(quiet === undefined ? {} : { quiet: spanOf('quiet', quiet) }),
    ...(maySayYes === undefined ? {} : { maySayYes }),
    ...(position === undefined ? {} : { position: Number(position) }),
  };
}

/** By id, or by a name that only one has. */
async function personById(tomte: Tomte, what: string): Promise<Person> {
  const all = await tomte.listPersons({});
  const named = all.filter(({ id, name }) => id === what || name === what);
  if (named.length !== 1) throw new TomteError('person.not_found', `There is no person ${what}`);
  return named[0]!;
}

async function list({ answer }: Context, tomte: Tomte): Promise<number> {
  const rows = await tomte.listPersons({});
  const lines = columns(
    rows.map(({ id, name, channels, quiet, maySayYes, entity }) => [
      id,
      name,
      channels.length === 1 ? '1 channel' : `${channels.length} channels`,
      quiet ? `quiet ${quiet.from}-${quiet.to}` : 'always told',
      maySayYes ? 'may say yes' : 'may not say yes',
      entity ?? '',
    ]),
  );
  const none = 'Nobody is named yet: every channel is told. tomte persons add NAME --channel ID';
  answer(rows, lines.length > 0 ? lines : [none]);
  return 0;
}
