import { command } from '../command.ts';

export default command({
  name: 'start',
  about: 'Runs the service, until it is told to end.',
  usage: 'tomte start [--port 8640] [--host 127.0.0.1] [--demo]',
  options: {
    port: { type: 'string', about: 'port to listen on, 8640 when not said; 0 takes a free one' },
    host: { type: 'string', about: 'address to listen on, 127.0.0.1 when not said' },
    'log-level': { type: 'string', about: 'debug, info, warn, error or silent' },
    demo: { type: 'boolean', about: 'opens the demo home first, also when a home is linked' },
  },
  words: { min: 0, max: 0 },
  run: ({ deps, flags, on }) => deps.serve(flags, { demo: on('demo') }),
});
