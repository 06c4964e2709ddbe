import { command, type Restored } from '../command.ts';
import { minute, rowsTold } from '../print.ts';

export default command({
  name: 'restore',
  about: 'Puts a backup in place, into an empty data folder or with --replace. Tomte must not run.',
  usage: 'tomte restore FILE [--replace]',
  options: {
    replace: { type: 'boolean', about: 'replaces what is there, which is backed up first' },
  },
  words: { min: 1, max: 1 },
  async run({ words, on, json, flags, deps, answer }) {
    const told = rowsTold((text) => json || deps.err(text));
    const done = await deps.restore(flags, {
      file: words[0]!,
      replace: on('replace'),
      onRows: told,
    });
    answer(done, linesOf(done));
    return 0;
  },
});

function linesOf(done: Restored): string[] {
  const lines = [
    `Restored as of ${minute(done.createdAt)}: ${done.rows} rows of ${done.tables} tables, made by Tomte ${done.program}.`,
  ];
  if (done.replaced) lines.push(`What was here before is kept in ${done.replaced}`);
  if (done.linkAnew.length + done.typeAnew.length === 0) return lines;
  const { needed, here } = done.key;
  lines.push(
    '',
    needed === here
      ? 'Some of its secrets were sealed with another key even then:'
      : `Its secrets need the key ${needed}; the key here is ${here}. Put the old key file in its place, or:`,
    ...done.linkAnew.map(
      ({ name, address }) => `  link ${name} again: tomte link ${address} --replace`,
    ),
    ...done.typeAnew.map((what) => `  type the secrets of ${what} again`),
  );
  return lines;
}
