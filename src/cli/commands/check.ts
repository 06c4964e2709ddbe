import { command } from '../command.ts';
import { problemLine } from '../print.ts';

export default command({
  name: 'check',
  about:
    'Reads the configuration and your workflow files and prints every problem at once. Opens nothing.',
  usage: 'tomte check',
  options: {
    port: { type: 'string', about: 'as for start' },
    host: { type: 'string', about: 'as for start' },
    'log-level': { type: 'string', about: 'as for start' },
  },
  words: { min: 0, max: 0 },
  async run({ deps, flags, answer }) {
    const { file, problems } = await deps.check(flags);
    answer(
      problems,
      problems.length > 0
        ? problems.map(problemLine)
        : [`Nothing wrong in ${file} and in your workflows.`],
    );
    return problems.length > 0 ? 2 : 0;
  },
});
