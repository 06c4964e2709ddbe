import { defineTrigger } from '@tomte/sdk/define';

/** A program posted to the workflow's secret address, with the right signature. */
export default defineTrigger({
  title: 'A call from outside',
  matches: (spec, fired, workflow) =>
    'webhook' in spec &&
    fired.kind === 'webhook' &&
    fired.workflow === workflow &&
    fired.name === spec.webhook.name,
  runKey: (fired) => (fired.kind === 'webhook' ? `webhook:${fired.name}:${fired.id}` : 'webhook'),
  reason: (fired) => (fired.kind === 'webhook' ? `Called from outside (${fired.name})` : 'Called'),
});
