import { defineDetector } from '@tomte/sdk/define';
import { aroundIds, aroundSensors } from '../around.ts';
import { chartNumbers } from '../chart-numbers.ts';
import {
  motionSensors,
  motionSettings,
  robots,
  smallestOfMotion,
  watchMotion,
} from '../motion/watch.ts';

/** Motion with nobody home, and at hours the home never moves; robots, pets and late phones are learned. */
export default defineDetector({
  about: 'motion',
  title: 'Motion',
  settings: motionSettings,
  answers: ['Nobody I know', 'It was one of us', 'Not worth telling'],
  needs: 'a motion sensor indoors',
  subjects: (entities, settings) => motionSensors(entities, settings?.sensors),
  picks(entities, settings) {
    const motion = motionSensors(entities, settings?.sensors);
    if (motion.length === 0) return [];
    const around = aroundSensors(entities.filter((e) => e.domain !== 'sensor'));
    return [...new Set([...motion, ...robots(entities).map((e) => e.id), ...aroundIds(around)])];
  },
  smallest: smallestOfMotion,
  watch: watchMotion,
  // Home Assistant keeps no hours of motion: habits are learned from what the recorder replays.
  learn: () => null,
  look: () => [],
  chart: (finding, series) => chartNumbers(finding, series, { lane: 'Motion', usual: null }),
});
