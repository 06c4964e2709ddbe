import { defineDetector } from '@tomte/sdk/define';
import { peopleSensors } from '../people-sensors.ts';
import { chartWater } from '../water/chart.ts';
import { learnWater, lookAtWater } from '../water/past.ts';
import { waterSensors } from '../water/sensors.ts';
import { waterSettings } from '../water/settings.ts';
import { watchWater } from '../water/watch.ts';

/** Water that pours, runs without a break, never stops, or comes at hours that are usually dry. */
export default defineDetector({
  about: 'water',
  title: 'Water',
  settings: waterSettings,
  subjects: (entities) => waterSensors(entities).map((sensor) => sensor.id),
  picks(entities) {
    const sensors = waterSensors(entities).map((sensor) => sensor.id);
    const { motion, who } = peopleSensors(entities);
    // Who is about is asked only where there is water to speak of.
    return sensors.length === 0 ? [] : [...sensors, ...motion, ...who];
  },
  watch: watchWater,
  learn: learnWater,
  look: lookAtWater,
  chart: chartWater,
});
