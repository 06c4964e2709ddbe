import { defineDetector } from '@tomte/sdk/define';
import { batterySensors, batterySettings, watchBatteries } from '../battery/watch.ts';
import { chartNumbers } from '../chart-numbers.ts';

/** Batteries that fall faster than they ever did, or are nearly empty. */
export default defineDetector({
  about: 'battery',
  title: 'Batteries',
  settings: batterySettings,
  subjects: (entities) => batterySensors(entities).map(({ id }) => id),
  picks: (entities) => batterySensors(entities).map(({ id }) => id),
  watch: watchBatteries,
  // A battery's past is short words of the recorder: they are replayed.
  learn: () => null,
  look: () => [],
  chart: (finding, series) => chartNumbers(finding, series, { lane: 'Battery', usual: null }),
});
