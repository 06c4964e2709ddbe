import { defineTrigger } from '@tomte/sdk/define';

/** A Run of another workflow called this one and waits for its result. A call names its workflow; no spec is needed. */
export default defineTrigger({
  title: 'Called by another workflow',
  matches: (_spec, fired, workflow) => fired.kind === 'call' && fired.workflow === workflow,
  runKey: (fired) => (fired.kind === 'call' ? `call:${fired.by}` : 'call'),
  reason: (fired) => (fired.kind === 'call' ? `Called by ${fired.by}` : 'Called'),
});
