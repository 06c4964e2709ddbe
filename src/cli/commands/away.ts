import { modeCommand } from '../mode-command.ts';

export default modeCommand('away', {
  about: 'Nobody is home until a time: rules that say so switch nothing meanwhile.',
  usually: 'tomorrow at six in the evening',
});
