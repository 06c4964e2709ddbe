import { defineDetector } from '@tomte/sdk/define';
import { aroundIds, aroundSensors } from '../around.ts';
import { chartNumbers } from '../chart-numbers.ts';
import { learnPower, lookAtPower } from '../power/past.ts';
import { smallestOfPower } from '../power/rules.ts';
import { powerSensors } from '../power/sensors.ts';
import { powerSettings } from '../power/settings.ts';
import { watchPower } from '../power/watch.ts';

/** Power that goes on when it usually does not: base load, things left on, short runs. */
export default defineDetector({
  about: 'power',
  title: 'Power',
  settings: powerSettings,
  answers: ['It was left on', 'On purpose', 'Not worth telling'],
  needs: 'a power meter in W',
  subjects: (entities, settings) =>
    powerSensors(entities, settings?.sensors).map(({ entity }) => entity.id),
  picks(entities, settings) {
    const sensors = powerSensors(entities, settings?.sensors).map(({ entity }) => entity.id);
    const who = entities.filter((e) => e.domain === 'person' || e.domain === 'device_tracker');
    return sensors.length === 0 ? [] : [...sensors, ...aroundIds(aroundSensors(who))];
  },
  smallest: smallestOfPower,
  watch: watchPower,
  learn: learnPower,
  look: lookAtPower,
  chart: (finding, series) => chartNumbers(finding, series, { lane: 'Power', usual: null }),
});
