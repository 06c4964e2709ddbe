import { defineDetector } from '@tomte/sdk/define';
import { chartNumbers } from '../chart-numbers.ts';
import { silentSensors } from '../silence/sensors.ts';
import { silenceSettings, smallestOfSilence, watchSilence } from '../silence/watch.ts';

/** Sensors that are lost, stand still, or come and go; one cause is told once. */
export default defineDetector({
  about: 'silence',
  title: 'Silent sensors',
  settings: silenceSettings,
  answers: ['It was lost', 'I switched it off', 'Not worth telling'],
  needs: 'a sensor that measures by itself; what Home Assistant reckons is none',
  subjects: (entities, settings) => silentSensors(entities, settings?.sensors).map(({ id }) => id),
  picks: (entities, settings) => silentSensors(entities, settings?.sensors).map(({ id }) => id),
  smallest: smallestOfSilence,
  watch: watchSilence,
  // Hours do not tell when a sensor spoke: the recorder's days are replayed.
  learn: () => null,
  look: () => [],
  chart: (finding, series) => chartNumbers(finding, series, { lane: 'Sensor', usual: null }),
});
