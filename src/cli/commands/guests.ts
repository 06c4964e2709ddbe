import { modeCommand } from '../mode-command.ts';

export default modeCommand('guests', {
  about: 'Guests are there until a time: rules that say so switch nothing meanwhile.',
  usually: 'tomorrow at noon',
});
