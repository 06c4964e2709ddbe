import { defineDetector } from '@tomte/sdk/define';
import { chartNumbers } from '../chart-numbers.ts';
import { safetyPicks, safetySensors, safetySettings, watchSafety } from '../safety/watch.ts';

/** Smoke, carbon monoxide, gas, water on the floor, frost: by plain rule, at once. */
export default defineDetector({
  about: 'safety',
  title: 'Smoke, gas, water on the floor, frost',
  settings: safetySettings,
  subjects: (entities) => safetySensors(entities).map(({ entity }) => entity.id),
  picks: safetyPicks,
  watch: watchSafety,
  // Nothing is usual about smoke.
  learn: () => null,
  look: () => [],
  chart: (finding, series) => chartNumbers(finding, series, { lane: 'Temperature', usual: null }),
});
