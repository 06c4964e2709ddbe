import { defineTrigger, type TimeSpec } from '@tomte/sdk/define';
import { sameSpec, specText } from '../spec-text.ts';

/** A time came: of a cron pattern, an interval, a time of day, or the sun. */
export default defineTrigger({
  title: 'At a time',

  matches: (spec, fired, workflow) =>
    'time' in spec &&
    fired.kind === 'time' &&
    fired.workflow === workflow &&
    sameSpec(spec.time, fired.spec),

  // What was due once is one Run, whoever notices it, and however often.
  runKey: (fired) => (fired.kind === 'time' ? `time:${specText(fired.spec)}:${fired.due}` : 'time'),

  reason(fired) {
    if (fired.kind !== 'time') return 'It was time';
    return fired.late ? `${words(fired.spec)}, started late` : words(fired.spec);
  },
});

function words(spec: TimeSpec): string {
  if ('cron' in spec) return `It was time (${spec.cron})`;
  if ('every' in spec) return `Every ${spec.every}`;
  if ('at' in spec) return `It was ${spec.at}`;
  const minutes = spec.offsetMinutes ?? 0;
  const name = spec.sun === 'sunrise' ? 'Sunrise' : 'Sunset';
  if (minutes === 0) return name;
  return `${Math.abs(minutes)} min ${minutes < 0 ? 'before' : 'after'} ${name.toLowerCase()}`;
}
