import { command } from '../command.ts';
import { minute } from '../print.ts';

export default command({
  name: 'status',
  about: 'Says whether Tomte runs and answers; ends with 1 where it does not.',
  usage: 'tomte status',
  options: {},
  words: { min: 0, max: 0 },
  async run({ open, answer }) {
    const status = await (await open()).tomte.status({});
    answer(status, [
      `Tomte ${status.version} runs since ${minute(status.startedAt)} and looks after ${status.homes} ${status.homes === 1 ? 'home' : 'homes'}.`,
    ]);
    return 0;
  },
});
