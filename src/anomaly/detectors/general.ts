import { defineDetector } from '@tomte/sdk/define';
import { chartNumbers } from '../chart-numbers.ts';
import { generalSettings, pickedNumbers, watchGeneral } from '../general/watch.ts';

/** Any number a person picks, by the label `tomte` in Home Assistant or in the settings. */
export default defineDetector({
  about: 'general',
  title: 'Any number you pick',
  settings: generalSettings,
  subjects: (entities) => pickedNumbers(entities).map(({ id }) => id),
  picks: (entities) => pickedNumbers(entities).map(({ id }) => id),
  watch: watchGeneral,
  // Its features are of single readings: the recorder's days are replayed.
  learn: () => null,
  look: () => [],
  chart: (finding, series) => chartNumbers(finding, series, { lane: 'Reading', usual: null }),
});
