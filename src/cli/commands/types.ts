import { command } from '../command.ts';
import { oneHome } from '../one-home.ts';

export default command({
  name: 'types',
  about: 'Writes TypeScript types of a home: its entities, areas and Actions with their fields.',
  usage: 'tomte types [HOME] > home.d.ts',
  options: {},
  words: { min: 0, max: 1 },
  async run({ open, words, answer }) {
    const { tomte } = await open();
    const home = await oneHome(tomte, words[0]);
    const types = await tomte.homeTypes({ home: home.id });
    answer(types, [types.text.trimEnd()]);
    return 0;
  },
});
