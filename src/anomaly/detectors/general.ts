import { defineDetector } from '@tomte/sdk/define';
import { chartNumbers } from '../chart-numbers.ts';
import {
  generalSettings,
  pickedNumbers,
  smallestOfNumber,
  watchGeneral,
} from '../general/watch.ts';

/** Any number a person picks, by the label `tomte` in Home Assistant or in the settings. */
export default defineDetector({
  about: 'general',
  title: 'Any number you pick',
  settings: generalSettings,
  answers: ['Worth knowing', 'I know why', 'Not worth telling'],
  needs: 'a number that you picked',
  subjects: (entities, settings) => pickedNumbers(entities, settings?.sensors).map(({ id }) => id),
  picks: (entities, settings) => pickedNumbers(entities, settings?.sensors).map(({ id }) => id),
  smallest: smallestOfNumber,
  watch: watchGeneral,
  // Its features are of single readings: the recorder's days are replayed.
  learn: () => null,
  look: () => [],
  chart: (finding, series) => chartNumbers(finding, series, { lane: 'Reading', usual: null }),
});
