import { defineDetector } from '@tomte/sdk/define';
import { peopleSensors } from '../people-sensors.ts';
import { chartWater } from '../water/chart.ts';
import { machineSensors } from '../water/machines.ts';
import { learnWater, lookAtWater } from '../water/past.ts';
import { waterSensors } from '../water/sensors.ts';
import { waterSettings } from '../water/settings.ts';
import { smallestOfWater } from '../water/smallest.ts';
import { watchWater } from '../water/watch.ts';

/** Water that pours, runs without a break, never stops, or comes at hours that are usually dry. */
export default defineDetector({
  about: 'water',
  title: 'Water',
  settings: waterSettings,
  answers: ['A leak', 'Someone used water', 'Not worth telling'],
  needs: 'a water meter: a sensor in L/min, m³/h, L or m³',
  subjects: (entities, settings) =>
    waterSensors(entities, settings?.sensors).map((sensor) => sensor.id),
  picks(entities, settings) {
    const sensors = waterSensors(entities, settings?.sensors).map((sensor) => sensor.id);
    const { motion, who } = peopleSensors(entities);
    // Who is about, and which machine runs, is asked only where there is water to speak of.
    const about = [...motion, ...who, ...machineSensors(entities).keys()];
    return sensors.length === 0 ? [] : [...sensors, ...about];
  },
  smallest: smallestOfWater,
  watch: watchWater,
  learn: learnWater,
  look: lookAtWater,
  chart: chartWater,
});
