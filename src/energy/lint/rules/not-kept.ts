import { faultOf, type Rule, type Sensor } from '../sensor.ts';

/** Without a past nothing can be learned of a sensor. */
const notKept: Rule = {
  rule: 'not-kept',
  find: ({ sensors }) => sensors.flatMap(look),
};
export default notKept;

function look(sensor: Sensor) {
  const { exists, hasStatistics, isRecorded, stateClass, statistic } = sensor;
  if (!exists) {
    return [
      faultOf(sensor, {
        evidence: 'The energy page names it, and the home has no such sensor.',
        consequence: 'What it stood for is counted as nothing.',
        fix: 'On the energy page choose the sensor that took its place.',
      }),
    ];
  }
  if (isRecorded === false) {
    return [
      faultOf(sensor, {
        evidence: 'It shows a number now, and the recorder has kept none of it.',
        consequence:
          'Home Assistant forgets it at once: there is no past to sum up or to learn from.',
        fix: `Take ${statistic} out of what the recorder excludes, and restart Home Assistant.`,
      }),
    ];
  }
  if (hasStatistics || stateClass !== null) return [];
  return [
    faultOf(sensor, {
      evidence: 'It has no state class, so no long-term statistics are kept of it.',
      consequence: 'Only the last days are known of it.',
      fix: `Where ${statistic} is made, give it a state class: total_increasing for a meter, measurement for power.`,
    }),
  ];
}
