import { TomteError } from '@tomte/sdk/errors';
import type { Tomte } from '@tomte/sdk/operations';
import { severity as severityWord } from '@tomte/sdk/types';
import { type RouteStep, routePresence } from '@tomte/sdk/types-people';
import { spanOf } from '../answers.ts';
import { type Context, command } from '../command.ts';
import { oneHome } from '../one-home.ts';
import { columns } from '../print.ts';

export default command({
  name: 'routes',
  about: 'Lists which alerts go to whom, and on to whom while nobody sees them; changes that.',
  usage:
    'tomte routes [add NAME | remove ID | try now|today|digest] [--severity S…] [--area A…] [--hours 22:00-07:00] [--presence all|home|away] [--tell PERSON,… …] [--after MINUTES…]',
  options: {
    severity: { type: 'string', multiple: true, about: 'only these urgencies' },
    area: { type: 'string', multiple: true, about: 'only what stands in these areas' },
    hours: { type: 'string', about: 'only at these hours' },
    presence: { type: 'string', about: 'of its persons only who is home, or only who is away' },
    tell: { type: 'string', multiple: true, about: 'names or ids, one --tell a step' },
    after: { type: 'string', multiple: true, about: 'minutes after which each later step is told' },
    home: { type: 'string', about: 'of this home only; for try, which home' },
  },
  words: { min: 0, max: 2 },
  async run(context) {
    const [verb, what] = context.words;
    const { tomte } = await context.open();
    if (verb === undefined) return list(context, tomte);
    if (verb === 'add' && what !== undefined) return add(context, tomte, what);
    if (verb === 'try' && what !== undefined) return preview(context, tomte, what);
    if (verb === 'remove' && what !== undefined) {
      context.answer(await tomte.removeRoute({ id: what }), [`${what} is removed.`]);
      return 0;
    }
    throw new TomteError('cli.usage', `Not understood: tomte routes ${context.words.join(' ')}`, {
      hint: 'tomte routes --help shows what can be asked.',
    });
  },
});

async function add({ text, texts, answer }: Context, tomte: Tomte, name: string): Promise<number> {
  const hours = text('hours');
  const presence = routePresence.optional().safeParse(text('presence'));
  if (!presence.success) throw new TomteError('cli.usage', '--presence is all, home or away');
  const home = text('home');
  const severities = texts('severity').map(severityOf);
  const row = await tomte.saveRoute({
    name,
    severities,
    areas: texts('area'),
    ...(hours === undefined ? {} : { hours: spanOf('hours', hours) }),
    ...(presence.data === undefined ? {} : { presence: presence.data }),
    ...(home === undefined ? {} : { home: (await oneHome(tomte, home)).id }),
    steps: await stepsOf(tomte, texts('tell'), texts('after')),
  });
  answer(row, [`${row.name} is kept: ${row.id}`]);
  return 0;
}

async function stepsOf(
  tomte: Tomte,
  tell: readonly string[],
  after: readonly string[],
): Promise<RouteStep[]> {
  const persons = await tomte.listPersons({});
  const idOf = (word: string): string =>
    persons.find(({ id, name }) => id === word || name === word)?.id ?? word;
  if (tell.length === 0) return [{ persons: [], channels: [], afterMinutes: 0 }];
  return tell.map((words, at) => {
    const minutes = at === 0 ? 0 : Number(after[at - 1]);
    if (!Number.isInteger(minutes)) {
      throw new TomteError('cli.usage', 'Each --tell but the first needs --after MINUTES');
    }
    const named = words === 'everybody' ? [] : words.split(',').map((word) => idOf(word.trim()));
    return { persons: named, channels: [], afterMinutes: minutes };
  });
}

async function preview(context: Context, tomte: Tomte, what: string): Promise<number> {
  const { id } = await oneHome(tomte, context.text('home'));
  const [area] = context.texts('area');
  const severity = severityOf(what);
  const found = await tomte.previewRoute({ home: id, severity, ...(area ? { area } : {}) });
  const lines = found.steps.flatMap(({ afterMinutes, told }) =>
    told.map(({ name, person, how }) => [
      afterMinutes === 0 ? 'first' : `after ${afterMinutes} min`,
      person ? `${person} (${name})` : name,
      how === 'quiet' ? 'when quiet hours are over' : how === 'digest' ? 'in the morning' : how,
    ]),
  );
  context.answer(found, lines.length > 0 ? columns(lines) : ['Nobody would be told.']);
  return 0;
}

function severityOf(text: string): 'now' | 'today' | 'digest' {
  const read = severityWord.safeParse(text);
  if (read.success) return read.data;
  throw new TomteError('cli.usage', `${text} is not now, today or digest`);
}

async function list({ answer }: Context, tomte: Tomte): Promise<number> {
  const [rows, persons] = await Promise.all([tomte.listRoutes({}), tomte.listPersons({})]);
  const nameOf = (id: string) => persons.find((person) => person.id === id)?.name ?? id;
  const lines = columns(
    rows.map((row) => [
      row.id,
      row.enabled ? row.name : `${row.name} (off)`,
      row.severities.join(', ') || 'all',
      row.areas.join(', ') || 'everywhere',
      row.hours ? `${row.hours.from}-${row.hours.to}` : 'always',
      row.steps
        .map(({ persons: who, channels, afterMinutes }) => {
          const names = [...who.map(nameOf), ...channels].join(', ') || 'everybody';
          return afterMinutes === 0 ? names : `after ${afterMinutes} min ${names}`;
        })
        .join('; '),
    ]),
  );
  answer(rows, lines.length > 0 ? lines : ['No route: everybody is told. tomte routes add NAME']);
  return 0;
}
