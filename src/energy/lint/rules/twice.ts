import { amount } from '@tomte/sdk/words';
import { changes, faultOf, isEnergy, type Rule, type Sensor } from '../sensor.ts';

const leastHours = 24;
const busyKWh = 0.1;

/** The same energy told by two sensors, without the energy page knowing. */
const twice: Rule = {
  rule: 'counted-twice',
  find({ sensors }) {
    const meters = sensors.filter(isEnergy);
    return meters.flatMap((one, n) => meters.slice(n + 1).flatMap((other) => pair(one, other)));
  },
};
export default twice;

function pair(one: Sensor, other: Sensor) {
  if (one.of === other.statistic || other.of === one.statistic) return [];
  const both = one.role === 'device' && other.role === 'device';
  if (!both && one.role !== other.role) return [];
  if (one.statistic === other.statistic) return both ? [] : [same(other, one)];
  const hours = shared(one, other);
  if (hours.length < leastHours) return [];
  if (isSame(hours)) return [same(other, one)];
  if (!both) return [];
  if (holds(hours)) return [within(other, one)];
  return holds(hours.map(([a, b]) => [b, a] as const)) ? [within(one, other)] : [];
}

/** Hours of both, where at least one of them was at work. */
function shared(one: Sensor, other: Sensor): (readonly [number, number])[] {
  const kWh = new Map(changes(other).map((row) => [row.start, row.kWh]));
  return changes(one).flatMap((row) => {
    const beside = kWh.get(row.start);
    return beside === undefined ? [] : [[row.kWh, beside] as const];
  });
}

function isSame(hours: readonly (readonly [number, number])[]): boolean {
  const busy = hours.filter(([a, b]) => Math.max(a, b) >= busyKWh);
  const alike = busy.filter(([a, b]) => Math.abs(a - b) <= 0.03 * Math.max(a, b) + 0.02);
  const levels = new Set(busy.map(([a]) => Math.round(a * 20)));
  // Two heaters of the same size that run together are no copy; a copy follows through many levels.
  return busy.length >= leastHours && levels.size >= 6 && alike.length >= 0.97 * busy.length;
}

/** The first holds the second: never less than it, and just so much more in hours in which it is at work. */
function holds(hours: readonly (readonly [number, number])[]): boolean {
  const on = hours.filter(([, b]) => b >= busyKWh);
  const off = hours.filter(([, b]) => b < 0.02);
  if (on.length < leastHours || off.length < leastHours) return false;
  const covered = on.filter(([a, b]) => a >= 0.97 * b - 0.02);
  const mean = (rows: readonly (readonly [number, number])[], n: 0 | 1) =>
    rows.reduce((sum, row) => sum + row[n], 0) / rows.length;
  const more = mean(on, 0) - mean(off, 0);
  const part = mean(on, 1);
  return (
    covered.length >= 0.97 * on.length &&
    Math.abs(more - part) <= 0.15 * part &&
    mean(off, 0) > 0.02
  );
}

const total = (sensor: Sensor): number => changes(sensor).reduce((sum, { kWh }) => sum + kWh, 0);

const same = (sensor: Sensor, first: Sensor) =>
  faultOf(sensor, {
    evidence: `Hour by hour it counts the same as ${first.name} (${amount(total(sensor), 'kWh')}).`,
    consequence: 'The same energy is counted twice.',
    fix: 'On the energy page take one of the two away.',
  });

const within = (part: Sensor, whole: Sensor) =>
  faultOf(part, {
    evidence: `Whenever it runs, ${whole.name} counts just so much more: it is probably a part of it.`,
    consequence: `Its ${amount(total(part), 'kWh')} are counted twice among the devices.`,
    fix: `On the energy page open ${part.name} and choose ${whole.name} as the device it is included in.`,
    blocks: false,
  });
