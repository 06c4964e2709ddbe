import { amount, count, dayTime } from '@tomte/sdk/words';
import { hourMs } from '../../series.ts';
import { changes, faultOf, type Rule, type Sensor } from '../sensor.ts';

/** Panels that make power without sun: another meter, a clock that is wrong, or a battery behind them. */
const solarAtNight: Rule = {
  rule: 'solar-at-night',
  find: ({ sensors, isNight, zone }) =>
    isNight === null
      ? []
      : sensors.flatMap((sensor) => (sensor.role === 'solar' ? look(sensor, isNight, zone) : [])),
};
export default solarAtNight;

function look(sensor: Sensor, isNight: (t: number) => boolean, zone: string) {
  const rows = changes(sensor);
  const dark = rows.filter(
    ({ start, kWh }) => kWh > 0.02 && isNight(start) && isNight(start + hourMs),
  );
  const nights = new Set(dark.map(({ start }) => dayTime(start - 12 * hourMs, zone)));
  const kWh = dark.reduce((sum, row) => sum + row.kWh, 0);
  const all = rows.reduce((sum, row) => sum + Math.max(0, row.kWh), 0);
  if (nights.size < 3 || kWh < 0.01 * all) return [];
  return [
    faultOf(sensor, {
      evidence: `${amount(kWh, 'kWh')} came in the dark, in ${count(nights.size, 'night')}.`,
      consequence: 'The sun would be expected at night, and what the home uses would be too high.',
      fix: 'Look whether it is the meter of the panels alone, without battery, and whether the clock of the inverter is right.',
    }),
  ];
}
