import { command } from '../command.ts';

export default command({
  name: 'new',
  about: 'Makes a workflow of your own with its test; the first time, the folder around them too.',
  usage: 'tomte new NAME',
  options: {},
  words: { min: 1, max: 1 },
  async run({ deps, flags, words, answer }) {
    const name = words[0]!;
    const made = await deps.newWorkflow(flags, name);
    answer(made, [
      `Made in ${made.folder}:`,
      ...made.made.map((file) => `  ${file}`),
      '',
      'Next:',
      `  cd ${made.folder}`,
      '  npm test               runs its test',
      '  npm install            brings TypeScript for npm run check; once',
      '',
      `Tomte reads ${name}.ts whenever it is saved. It does nothing until you switch it on under Workflows.`,
    ]);
    return 0;
  },
});
