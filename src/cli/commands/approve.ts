import { TomteError } from '@tomte/sdk/errors';
import type { Approval } from '@tomte/sdk/types-approval';
import { command } from '../command.ts';
import { columns, minute } from '../print.ts';

export default command({
  name: 'approve',
  about: 'Lists what waits for a person’s yes; with an id and --answer, answers it.',
  usage: 'tomte approve [ID [--answer OPTION] [--by NAME]] [--all]',
  options: {
    answer: { type: 'string', about: 'one of its options, such as yes or no' },
    by: { type: 'string', about: 'your name' },
    all: { type: 'boolean', about: 'also those that are answered or over' },
  },
  words: { min: 0, max: 1 },
  async run({ open, words, text, on, answer }) {
    const [id] = words;
    const said = text('answer');
    if (said !== undefined && id === undefined) {
      throw new TomteError('cli.usage', 'Say which: tomte approve ID --answer yes');
    }
    const { tomte } = await open();
    if (id !== undefined && said !== undefined) {
      const by = text('by');
      const done = await tomte.answerApproval({ id, answer: said, ...(by ? { by } : {}) });
      answer(done, [`${done.title} ${labelOf(done, said)}.`]);
      return 0;
    }
    const waiting = !on('all') && id === undefined;
    const found = await tomte.listApprovals(waiting ? { state: 'open' } : {});
    const shown = id === undefined ? found : found.filter((one) => one.id === id);
    if (id !== undefined && shown.length === 0) {
      throw new TomteError('approval.not_found', `There is no question ${id}`);
    }
    answer(shown, shown.length > 0 ? columns(shown.map(rowOf)) : ['Nothing waits for an answer.']);
    return 0;
  },
});

const labelOf = ({ options }: Approval, option: string): string =>
  options.find(({ id }) => id === option)?.label ?? option;

function rowOf(one: Approval): string[] {
  const { id, state, expiresAt, answer, answeredBy, title, text, options } = one;
  const choices = options.map((option) => `${option.id} (${option.label})`).join(', ');
  const now =
    state === 'open'
      ? `until ${minute(expiresAt)}`
      : `${state}${answer === null ? '' : `: ${answer}`}${answeredBy === null ? '' : ` by ${answeredBy}`}`;
  return [id, now, `${title} ${text} Answers: ${choices}.`];
}
