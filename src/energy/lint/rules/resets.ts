import { amount, clockTime, count, dayTime } from '@tomte/sdk/words';
import { changes, faultOf, isEnergy, quantile, type Rule, type Sensor } from '../sensor.ts';

/** No connection of a home delivers so much within an hour. */
const possibleKWh = 60;

/** A meter that jumped: it began anew, or forgot its count and found it again. */
const resets: Rule = {
  rule: 'resets',
  find: ({ sensors, zone }) => sensors.filter(isEnergy).flatMap((sensor) => look(sensor, zone)),
};
export default resets;

/** Hours in which the meter grew by what it cannot have counted. */
export function jumpsOf<R extends { readonly kWh: number }>(rows: readonly R[]): R[] {
  const usual = quantile(
    rows.flatMap(({ kWh }) => (kWh > 0 ? [kWh] : [])),
    0.95,
  );
  const most = Math.max(possibleKWh, 20 * usual);
  const jumps = rows.filter(({ kWh }) => kWh > most || kWh < -0.5);
  // Every hour of it is no jump but another fault.
  return jumps.length > Math.max(3, 0.02 * rows.length) ? [] : jumps;
}

function look(sensor: Sensor, zone: string) {
  const jumps = jumpsOf(changes(sensor));
  if (jumps.length === 0) return [];
  const worst = jumps.reduce((a, b) => (Math.abs(b.kWh) > Math.abs(a.kWh) ? b : a));
  const at = `${dayTime(worst.start, zone)} ${clockTime(worst.start, zone)}`;
  return [
    faultOf(sensor, {
      evidence: `It jumped by ${amount(worst.kWh, 'kWh')} within an hour on ${at}; ${count(jumps.length, 'such hour')} in all.`,
      consequence:
        'Those hours are left out of what Tomte sums up; Home Assistant’s own pages show them.',
      fix: 'In Home Assistant, under Developer tools, Statistics, adjust the sum of that hour.',
      blocks: false,
    }),
  ];
}
