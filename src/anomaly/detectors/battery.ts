import { defineDetector } from '@tomte/sdk/define';
import {
  batterySensors,
  batterySettings,
  smallestOfBattery,
  watchBatteries,
} from '../battery/watch.ts';
import { chartNumbers } from '../chart-numbers.ts';

/** Batteries that fall faster than they ever did, or are nearly empty. */
export default defineDetector({
  about: 'battery',
  title: 'Batteries',
  settings: batterySettings,
  answers: ['It was empty', 'It is fine', 'Not worth telling'],
  needs: 'a battery level in percent',
  subjects: (entities, settings) => batterySensors(entities, settings?.sensors).map(({ id }) => id),
  picks: (entities, settings) => batterySensors(entities, settings?.sensors).map(({ id }) => id),
  smallest: smallestOfBattery,
  watch: watchBatteries,
  // A battery's past is short words of the recorder: they are replayed.
  learn: () => null,
  look: () => [],
  chart: (finding, series) => chartNumbers(finding, series, { lane: 'Battery', usual: null }),
});
