import { command } from '../command.ts';
import { oneHome } from '../one-home.ts';

export default command({
  name: 'unlink',
  about: 'Forgets a home and all that was kept of it.',
  usage: 'tomte unlink HOME [--revoke]',
  options: {
    revoke: { type: 'boolean', about: 'also deletes the token in Home Assistant' },
  },
  words: { min: 1, max: 1 },
  async run({ open, words, on, answer }) {
    const { tomte } = await open();
    const home = await oneHome(tomte, words[0]);
    const done = await tomte.unlinkHome({ home: home.id, revoke: on('revoke') });
    const token = done.revoked
      ? 'Its token is deleted in Home Assistant.'
      : 'Its token still exists in Home Assistant; delete it there, under your profile.';
    answer(done, [`${home.name} is forgotten. ${token}`]);
    return 0;
  },
});
