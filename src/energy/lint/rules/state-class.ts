import { faultOf, isEnergy, type Rule, type Sensor } from '../sensor.ts';

/** Home Assistant sums up only what says that it is a meter. */
const stateClass: Rule = {
  rule: 'state-class',
  find: ({ sensors }) => sensors.flatMap((sensor) => (sensor.exists ? look(sensor) : [])),
};
export default stateClass;

const meters = ['total', 'total_increasing'];

function look(sensor: Sensor) {
  const { role, stateClass: said, statistic, unit } = sensor;
  if (isEnergy(sensor) && ['W', 'kW', 'MW'].includes(unit ?? '')) {
    return [
      faultOf(sensor, {
        evidence: `It is in ${unit}: power, not energy.`,
        consequence: 'Energy cannot be summed up from it as it is.',
        fix: 'In Home Assistant add the integral of it (Riemann sum), and choose that on the energy page.',
      }),
    ];
  }
  if (isEnergy(sensor) && said !== null && !meters.includes(said)) {
    return [
      faultOf(sensor, {
        evidence: `Its state class is ${said}.`,
        consequence: 'Home Assistant keeps no sums of it, so its energy is counted as nothing.',
        fix: `Where ${statistic} is made, give it the state class total_increasing.`,
      }),
    ];
  }
  if (role === 'power' && said !== null && meters.includes(said)) {
    return [
      faultOf(sensor, {
        evidence: `It is power with the state class ${said}.`,
        consequence: 'Home Assistant keeps sums of it, which mean nothing, and no mean.',
        fix: `Where ${statistic} is made, give it the state class measurement.`,
      }),
    ];
  }
  return [];
}
