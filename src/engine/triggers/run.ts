import { defineTrigger } from '@tomte/sdk/define';

/** A Run of another workflow ended. */
export default defineTrigger({
  title: 'Another workflow ended',
  matches(spec, fired, workflow) {
    if (!('run' in spec) || fired.kind !== 'run') return false;
    if (fired.workflow === workflow || spec.run.workflow !== fired.workflow) return false;
    return spec.run.state === undefined || spec.run.state === fired.state;
  },
  runKey: (fired) => (fired.kind === 'run' ? `run:${fired.run}` : 'run'),
  reason: (fired) =>
    fired.kind === 'run' ? `${fired.workflow} ${fired.state}` : 'Another workflow ended',
});
