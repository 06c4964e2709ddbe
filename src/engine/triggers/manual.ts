import { defineTrigger } from '@tomte/sdk/define';

/** A person or a program asked for this Run. */
export default defineTrigger({
  title: 'Started by hand',
  matches: (spec, fired) => 'manual' in spec && fired.kind === 'manual',
  runKey: (fired) => (fired.kind === 'manual' ? `manual:${fired.by}:${fired.at}` : 'manual'),
  reason: (fired) => (fired.kind === 'manual' ? `Started by ${fired.by}` : 'Started by hand'),
});
