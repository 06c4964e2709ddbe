import { defineTrigger } from '@tomte/sdk/define';

const words = { opened: 'opened', seen: 'was seen', over: 'is over' } as const;

/** An alert opened, somebody saw it, or it is over. */
export default defineTrigger({
  title: 'An alert opened or ended',
  matches(spec, fired, workflow) {
    if (!('alert' in spec) || fired.kind !== 'alert' || fired.by === workflow) return false;
    return spec.alert.turn === fired.turn && fired.key.startsWith(spec.alert.keyPrefix ?? '');
  },
  // An alert that opens again is news again.
  runKey: (fired) =>
    fired.kind === 'alert' ? `alert:${fired.alert}:${fired.turn}:${fired.at}` : 'alert',
  reason: (fired) =>
    fired.kind === 'alert' ? `Alert ${words[fired.turn]}: ${fired.title}` : 'An alert',
});
