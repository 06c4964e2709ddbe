import { defineDetector } from '@tomte/sdk/define';
import { chartNumbers } from '../chart-numbers.ts';
import { silentSensors } from '../silence/sensors.ts';
import { silenceSettings, watchSilence } from '../silence/watch.ts';

/** Sensors that are lost, stand still, or come and go; one cause is told once. */
export default defineDetector({
  about: 'silence',
  title: 'Silent sensors',
  settings: silenceSettings,
  subjects: (entities) => silentSensors(entities).map(({ id }) => id),
  picks: (entities) => silentSensors(entities).map(({ id }) => id),
  watch: watchSilence,
  // Hours do not tell when a sensor spoke: the recorder's days are replayed.
  learn: () => null,
  look: () => [],
  chart: (finding, series) => chartNumbers(finding, series, { lane: 'Sensor', usual: null }),
});
