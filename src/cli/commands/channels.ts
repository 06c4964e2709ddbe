import { TomteError } from '@tomte/sdk/errors';
import type { Tomte } from '@tomte/sdk/operations';
import type { ChannelRow } from '@tomte/sdk/types';
import { type Context, command } from '../command.ts';
import { columns } from '../print.ts';
import { readSettings } from '../set.ts';

export default command({
  name: 'channels',
  about: 'Lists where alerts go; adds, tests or removes one.',
  usage: 'tomte channels [kinds | add KIND NAME --set KEY=VALUE… | test ID | remove ID]',
  options: {
    set: {
      type: 'string',
      multiple: true,
      about: 'a setting of the channel, such as url=https://…',
    },
    severity: { type: 'string', multiple: true, about: 'now, today or digest: what it is told' },
  },
  words: { min: 0, max: 3 },
  async run(context) {
    const [verb] = context.words;
    if (verb === undefined) return list(context);
    const doing = verbs[verb];
    if (!doing || context.words.length - 1 !== doing.words) {
      throw new TomteError(
        'cli.usage',
        `Not understood: tomte channels ${context.words.join(' ')}`,
        {
          hint: 'tomte channels --help shows what can be asked.',
        },
      );
    }
    const { tomte } = await context.open();
    await doing.run(context, tomte);
    return 0;
  },
});

async function list({ open, answer }: Context): Promise<number> {
  const rows = await (await open()).tomte.listChannels({});
  const lines = columns(rows.map(line));
  answer(rows, lines.length > 0 ? lines : ['No channel yet. tomte channels kinds']);
  return 0;
}

const line = ({ id, kind, name, enabled, severities, lastDelivery }: ChannelRow): string[] => [
  id,
  kind,
  name,
  enabled ? severities.join(', ') : 'off',
  lastDelivery === null ? 'nothing told yet' : `last: ${lastDelivery.state}`,
];

interface Verb {
  /** How many words follow it. */
  readonly words: number;
  run(context: Context, tomte: Tomte): Promise<void>;
}

const verbs: Readonly<Record<string, Verb>> = {
  kinds: {
    words: 0,
    async run({ answer }, tomte) {
      const kinds = await tomte.listChannelKinds({});
      answer(kinds, columns(kinds.map(({ kind, title, text }) => [kind, title, text])));
    },
  },
  add: {
    words: 2,
    async run({ words, texts, answer }, tomte) {
      const severities = texts('severity') as ('now' | 'today' | 'digest')[];
      const row = await tomte.saveChannel({
        kind: words[1]!,
        name: words[2]!,
        settings: readSettings(texts('set')) ?? {},
        ...(severities.length === 0 ? {} : { severities }),
      });
      answer(row, [`${row.name} is set up. Try it: tomte channels test ${row.id}`]);
    },
  },
  test: {
    words: 1,
    async run({ words, answer }, tomte) {
      const row = await tomte.testChannel({ id: words[1]! });
      const arrived = row.test?.arrived === true;
      const why = row.lastDelivery?.error;
      answer(row, [
        arrived ? `${row.name} took the test.` : `${row.name} did not take the test.`,
        ...(why ? [why.message, why.hint] : []),
      ]);
    },
  },
  remove: {
    words: 1,
    async run({ words, answer }, tomte) {
      const done = await tomte.removeChannel({ id: words[1]! });
      answer(done, [`${done.removed} is removed.`]);
    },
  },
};
