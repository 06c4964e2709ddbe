import { TomteError } from '@tomte/sdk/errors';
import { type WorkflowRow, workflowMode } from '@tomte/sdk/types';
import { grant, grantWords } from '@tomte/sdk/types-grant';
import { z } from 'zod';
import { command } from '../command.ts';
import { oneHome } from '../one-home.ts';
import { columns } from '../print.ts';
import { readSettings } from '../set.ts';

export default command({
  name: 'workflows',
  about: 'Lists workflows home by home; with a name, changes one.',
  usage:
    'tomte workflows [NAME [--mode on|off|watch [--at-once]] [--set KEY=VALUE]… [--grant ENTITY|RULE]…] [--home HOME]',
  options: {
    home: { type: 'string', about: 'only those of this home' },
    mode: {
      type: 'string',
      about:
        'on, off, or watch: it tells nobody and switches nothing, its Runs are kept to look at',
    },
    'at-once': {
      type: 'boolean',
      about: 'with --mode on: what would watch only for its first week acts at once',
    },
    set: { type: 'string', multiple: true, about: 'a setting, such as minutes=30' },
    grant: {
      type: 'string',
      multiple: true,
      about: 'an entity it may switch, or a rule as JSON; replaces what it might before',
    },
    'no-grants': { type: 'boolean', about: 'it may switch nothing' },
  },
  words: { min: 0, max: 1 },
  async run({ open, words, text, texts, on, answer }) {
    const mode = workflowMode.optional().safeParse(text('mode'));
    if (!mode.success) throw new TomteError('cli.usage', '--mode is one of on, off, watch');
    const grants = on('no-grants') ? [] : texts('grant').map(readGrant);
    const granting = on('no-grants') || grants.length > 0;
    const changes = mode.data !== undefined || texts('set').length > 0 || granting;
    const [name] = words;
    if (changes && name === undefined) {
      throw new TomteError('cli.usage', 'Say which workflow: tomte workflows NAME --mode on');
    }
    const { tomte } = await open();
    const named = text('home');
    const home = changes || named !== undefined ? await oneHome(tomte, named) : undefined;
    if (changes) {
      const settings = readSettings(texts('set'));
      const row = await tomte.setWorkflow({
        home: home!.id,
        name: name!,
        ...(mode.data === undefined ? {} : { mode: mode.data }),
        ...(on('at-once') ? { atOnce: true } : {}),
        ...(settings === undefined ? {} : { settings }),
        ...(granting ? { grants } : {}),
      });
      answer(row, [
        `${row.title} is ${row.mode} in ${home!.name}.${first(row, mode.data)}${maySwitch(row)}`,
      ]);
      return 0;
    }
    const all = await tomte.listWorkflows(home === undefined ? {} : { home: home.id });
    const rows = name === undefined ? all : all.filter((row) => row.name === name);
    if (name !== undefined && rows.length === 0) {
      throw new TomteError('workflow.not_found', `There is no workflow ${name}`);
    }
    answer(
      rows,
      columns(
        rows.map((row) => [
          row.home,
          row.name,
          row.mode,
          `${row.title}. ${row.fits.text}${maySwitch(row)}`,
        ]),
      ),
    );
    return 0;
  },
});

/** Asked to be on, it watches: that is said, and how it acts. */
const first = ({ mode }: WorkflowRow, asked: string | undefined): string =>
  asked === 'on' && mode === 'watch'
    ? ' It watches only for its first week; say --mode on once more to let it act now.'
    : '';

const maySwitch = ({ grants }: WorkflowRow): string =>
  grants.length === 0 ? '' : ` May switch ${grants.map((rule) => grantWords(rule)).join('; ')}.`;

/** `switch.dishwasher`, or a rule such as `{"entities":["switch.dishwasher"],"perHour":4}`. */
function readGrant(text: string): string | z.input<typeof grant> {
  if (!text.startsWith('{')) return text;
  try {
    return grant.parse(JSON.parse(text));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message;
    throw new TomteError('cli.usage', `--grant ${text} is no rule: ${why}`, { cause });
  }
}
