import { command } from '../command.ts';
import { readSecret } from '../input.ts';

export default command({
  name: 'password',
  about: 'Sets the password that opens the web app and the API from other computers.',
  usage: 'tomte password [--file F], or the password on standard input',
  options: { file: { type: 'string', about: 'file with the password' } },
  words: { min: 0, max: 0 },
  async run({ deps, open, text, answer }) {
    const password = await readSecret(deps, {
      file: text('file'),
      prompt: 'Password, ten characters or more (not shown): ',
    });
    const done = await (await open()).tomte.setPassword({ password });
    answer(done, ['The password is set.']);
    return 0;
  },
});
