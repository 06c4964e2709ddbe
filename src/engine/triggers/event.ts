import { isDeepStrictEqual } from 'node:util';
import { defineTrigger } from '@tomte/sdk/define';

/** An event on Home Assistant's bus, such as a button pressed or a tag scanned. */
export default defineTrigger({
  title: 'An event of Home Assistant',

  matches(spec, fired) {
    if (!('event' in spec) || fired.kind !== 'event') return false;
    return spec.event.type === fired.type && holds(fired.data, spec.event.data ?? {});
  },

  runKey: (fired) => (fired.kind === 'event' ? `event:${fired.type}:${fired.id}` : 'event'),
  reason: (fired) => (fired.kind === 'event' ? `Event ${fired.type}` : 'An event'),
});

/** True when `data` has all that is wanted; what else it has does not matter. */
export function holds(data: unknown, wanted: Readonly<Record<string, unknown>>): boolean {
  if (!isObject(data)) return false;
  return Object.entries(wanted).every(([key, value]) => {
    if (!Object.hasOwn(data, key)) return false;
    return isObject(value) ? holds(data[key], value) : isDeepStrictEqual(data[key], value);
  });
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
