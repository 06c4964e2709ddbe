import { defineDetector } from '@tomte/sdk/define';
import { chartNumbers } from '../chart-numbers.ts';
import {
  safetyPicks,
  safetySensors,
  safetySettings,
  smallestOfSafety,
  watchSafety,
} from '../safety/watch.ts';

/** Smoke, carbon monoxide, gas, water on the floor, frost: by plain rule, at once. */
export default defineDetector({
  about: 'safety',
  title: 'Smoke, gas, water on the floor, frost',
  settings: safetySettings,
  answers: ['It was real', 'A false alarm', 'It was a test'],
  alwaysTold: true,
  needs: 'a smoke, gas or leak sensor, or a thermometer in a room',
  subjects: (entities, settings) =>
    safetySensors(entities, settings?.sensors).map(({ entity }) => entity.id),
  picks: (entities, settings) => safetyPicks(entities, settings?.sensors),
  smallest: smallestOfSafety,
  watch: watchSafety,
  // Nothing is usual about smoke.
  learn: () => null,
  look: () => [],
  chart: (finding, series) => chartNumbers(finding, series, { lane: 'Temperature', usual: null }),
});
