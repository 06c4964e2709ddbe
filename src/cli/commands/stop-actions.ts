import { command } from '../command.ts';

export default command({
  name: 'stop-actions',
  about: 'Stops all Actions at once: nothing is switched until they may go on.',
  usage: 'tomte stop-actions [--resume]',
  options: { resume: { type: 'boolean', about: 'lets them go on' } },
  words: { min: 0, max: 0 },
  async run({ open, on, answer }) {
    const done = await (await open()).tomte.stopActions(on('resume') ? { resume: true } : {});
    answer(done, [
      done.stopped
        ? 'All Actions are stopped. tomte stop-actions --resume lets them go on.'
        : 'Actions go on.',
    ]);
    return 0;
  },
});
