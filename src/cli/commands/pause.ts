import { modeCommand } from '../mode-command.ts';

export default modeCommand('pause', {
  about: 'Holds all workflows of a home back until a time: nothing is switched.',
  usually: 'one hour',
});
