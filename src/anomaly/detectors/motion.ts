import { defineDetector } from '@tomte/sdk/define';
import { aroundIds, aroundSensors } from '../around.ts';
import { chartNumbers } from '../chart-numbers.ts';
import { motionSensors, motionSettings, robots, watchMotion } from '../motion/watch.ts';

/** Motion with nobody home, and at hours the home never moves; robots, pets and late phones are learned. */
export default defineDetector({
  about: 'motion',
  title: 'Motion',
  settings: motionSettings,
  subjects: (entities) => motionSensors(entities),
  picks(entities) {
    const motion = motionSensors(entities);
    if (motion.length === 0) return [];
    const around = aroundSensors(entities.filter((e) => e.domain !== 'sensor'));
    return [...new Set([...motion, ...robots(entities).map((e) => e.id), ...aroundIds(around)])];
  },
  watch: watchMotion,
  // Home Assistant keeps no hours of motion: habits are learned from what the recorder replays.
  learn: () => null,
  look: () => [],
  chart: (finding, series) => chartNumbers(finding, series, { lane: 'Motion', usual: null }),
});
