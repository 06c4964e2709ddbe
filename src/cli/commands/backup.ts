import { command } from '../command.ts';
import { bytesText, minute, rowsTold } from '../print.ts';

export default command({
  name: 'backup',
  about: 'Writes everything Tomte keeps to one file, while it runs or not. Secrets stay sealed.',
  usage: 'tomte backup FILE',
  options: {},
  words: { min: 1, max: 1 },
  async run({ open, words, json, deps, answer }) {
    const told = rowsTold((text) => json || deps.err(text));
    const done = await (await open()).backup(words[0]!, (...rows) => told('backing up', ...rows));
    answer(done, [
      `${done.file}: ${done.rows} rows of ${done.tables} tables, ${bytesText(done.bytes)}, as of ${minute(done.createdAt)}.`,
      `Its secrets need the key with the fingerprint ${done.key}. The key is not in it: keep it elsewhere.`,
      ...(done.notIn.length > 0
        ? [`Not in it either, keep them yourself: ${done.notIn.join(', ')}`]
        : []),
    ]);
    return 0;
  },
});
