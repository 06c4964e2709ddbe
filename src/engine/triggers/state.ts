import { defineTrigger } from '@tomte/sdk/define';
import { sameSpec, specText } from '../spec-text.ts';

/** An entity's state, or an attribute of it, became what was waited for, and stayed so where that was asked. */
export default defineTrigger({
  title: 'A state changed',

  matches: (spec, fired, workflow) =>
    'state' in spec &&
    fired.kind === 'state' &&
    fired.workflow === workflow &&
    sameSpec(spec.state, fired.spec),

  runKey: (fired) =>
    fired.kind === 'state' ? `state:${specText(fired.spec)}:${fired.entity}:${fired.at}` : 'state',

  reason(fired) {
    if (fired.kind !== 'state') return 'A state changed';
    const what = fired.attribute ? `${fired.entity}, ${fired.attribute}` : fired.entity;
    const stayed = fired.spec.for === undefined ? '' : ` for ${fired.spec.for}`;
    const late = fired.late ? ', heard late' : '';
    return `${what} went from ${fired.from ?? 'nothing'} to ${fired.to ?? 'nothing'}${stayed}${late}`;
  },
});
