import { figure } from '@tomte/sdk/words';
import { changes, faultOf, isEnergy, quantile, type Rule, type Sensor } from '../sensor.ts';

/** No home draws so much for long: three phases of 100 A are 70 kW. */
const mostW = 100_000;
const mostKWh = 100;
const leastHours = 12;

/** W taken for kW, or Wh for kWh: the same number a thousand times too large. */
const unit: Rule = {
  rule: 'unit',
  find: ({ sensors }) =>
    sensors.flatMap((sensor) => {
      if (sensor.role === 'power') return power(sensor, energyOf(sensor, sensors));
      return isEnergy(sensor) ? energy(sensor) : [];
    }),
};
export default unit;

const energyOf = (sensor: Sensor, sensors: readonly Sensor[]): Sensor | undefined =>
  sensors.find(({ statistic, role }) => statistic === sensor.of && role !== 'power');

function power(sensor: Sensor, meter: Sensor | undefined) {
  const means = sensor.hours.flatMap(({ mean }) => (mean === null ? [] : [Math.abs(mean)]));
  const busy = means.filter((watts) => watts > 0);
  const shown = sensor.unit ?? 'no unit';
  const usual = quantile(busy, 0.5);
  const tooMuch =
    (busy.length >= leastHours && usual > mostW) ||
    (sensor.value !== null && inWatts(sensor) > mostW && quantile(means, 0.9) > mostW);
  const ratio = meter ? ratioTo(sensor, meter) : null;
  const thousand = ratio !== null && ratio > 500 && ratio < 2000;
  if (tooMuch || thousand) {
    const says = `${(Math.round(usual) / 1000).toLocaleString('en-US')} kW`;
    return [
      faultOf(sensor, {
        evidence: thousand
          ? `It says ${says} in a usual hour, a thousand times what ${meter!.name} counts.`
          : `It says ${says} in a usual hour, more than any home draws. Its unit is ${shown}.`,
        consequence: 'Each kW of it would be counted a thousand times.',
        fix: `Probably W. In Home Assistant give ${sensor.statistic} the unit W where it is made.`,
        factor: 0.001,
        answer: 'It is W',
      }),
    ];
  }
  if (ratio === null || ratio < 0.0005 || ratio > 0.002) return [];
  return [
    faultOf(sensor, {
      evidence: `It says ${figure(usual)} W in a usual hour, a thousandth of what ${meter!.name} counts. Its unit is ${shown}.`,
      consequence: 'A running device would look as if it stood still.',
      fix: `Probably kW. In Home Assistant give ${sensor.statistic} the unit kW where it is made.`,
      factor: 1000,
      answer: 'It is kW',
    }),
  ];
}

const inWatts = ({ value, unit: shown }: Sensor): number =>
  Math.abs(value ?? 0) * (shown === 'kW' ? 1000 : shown === 'MW' ? 1e6 : 1);

/** Mean power over what the meter grew by, in the hours in which both say something. */
function ratioTo(sensor: Sensor, meter: Sensor): number | null {
  const kWh = new Map(changes(meter).map((row) => [row.start, row.kWh]));
  const ratios = sensor.hours.flatMap(({ start, mean }) => {
    const grown = kWh.get(start) ?? 0;
    return mean === null || grown < 0.02 || mean === 0 ? [] : [Math.abs(mean) / (grown * 1000)];
  });
  return ratios.length < leastHours ? null : quantile(ratios, 0.5);
}

function energy(sensor: Sensor) {
  const busy = changes(sensor).flatMap(({ kWh }) => (kWh > 0 ? [kWh] : []));
  const usual = quantile(busy, 0.5);
  if (busy.length < leastHours || usual < mostKWh) return [];
  return [
    faultOf(sensor, {
      evidence: `It grows by ${figure(usual)} kWh in a usual hour, more than any home uses. Its unit is ${sensor.unit ?? 'not said'}.`,
      consequence: 'Sums and costs would be a thousand times too high.',
      fix: `Probably Wh. In Home Assistant give ${sensor.statistic} the unit Wh where it is made.`,
      factor: 0.001,
      answer: 'It is Wh',
    }),
  ];
}
