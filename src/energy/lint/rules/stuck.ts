import { amount, duration, moment } from '@tomte/sdk/words';
import { hourMs } from '../../series.ts';
import { changes, faultOf, type LintInput, type Rule, type Sensor } from '../sensor.ts';

/** A number that stands still although what it measures cannot. */
const stuck: Rule = {
  rule: 'stuck',
  find: (input) =>
    input.sensors.flatMap((sensor) =>
      sensor.role === 'power' ? power(sensor, input) : meter(sensor, input),
    ),
};
export default stuck;

/** What stands still for a day with good reason: a device that is off, a battery that is full. */
const mustMove = ['import', 'home', 'solar'];
const leastDays = 7;

function meter(sensor: Sensor, { now, zone, sensors }: LintInput) {
  if (!mustMove.includes(sensor.role)) return [];
  const rows = changes(sensor);
  const still = runs(rows, ({ kWh }) => kWh === 0);
  const last = still.at(-1);
  const before = still.slice(0, -1).reduce((most, run) => Math.max(most, run.length), 0);
  if (rows.length < leastDays * 24 || !last || last.end < rows.length) return [];
  // With a battery nothing may be bought for days, and winter knows days without sun.
  const alone = sensor.role === 'import' && !sensors.some(({ role }) => role === 'discharge');
  const least = sensor.role === 'solar' ? 72 : alone || sensor.role === 'home' ? 12 : 96;
  if (last.length < Math.max(least, 2 * before)) return [];
  const since = rows[last.end - last.length]!.start;
  return [
    faultOf(sensor, {
      evidence: `It has not moved for ${duration(last.length * hourMs)}, since ${moment(since, now, zone)}; never so long before.`,
      consequence: 'What it measures is counted as nothing.',
      fix: 'Look whether it still reports, and restart what brings it into Home Assistant.',
    }),
  ];
}

function power(sensor: Sensor, { now, zone }: LintInput) {
  const rows = sensor.hours.filter(({ mean }) => mean !== null);
  const same = runs(
    rows,
    (row, before) =>
      row.min === row.max && Math.abs(row.mean!) > 5 && row.min === (before ?? row).min,
  );
  const last = same.at(-1);
  if (!last || last.end < rows.length || last.length < 12) return [];
  const earlier = same.slice(0, -1).reduce((most, run) => Math.max(most, run.length), 0);
  if (last.length < 2 * earlier) return [];
  const first = rows[last.end - last.length]!;
  return [
    faultOf(sensor, {
      evidence: `It says ${amount(first.mean!, 'W')} without the least change for ${duration(last.length * hourMs)}, since ${moment(first.start, now, zone)}.`,
      consequence: 'It would look as if the same were running day and night.',
      fix: 'Look whether it still reports, and restart what brings it into Home Assistant.',
    }),
  ];
}

/** Stretches of rows that are so, with their length and the place after them. */
function runs<T>(
  rows: readonly T[],
  isSo: (row: T, before: T | undefined) => boolean,
): { length: number; end: number }[] {
  const found: { length: number; end: number }[] = [];
  let length = 0;
  for (const [n, row] of rows.entries()) {
    if (isSo(row, length > 0 ? rows[n - 1] : undefined)) {
      length++;
      if (n === rows.length - 1) found.push({ length, end: n + 1 });
      continue;
    }
    if (length > 0) found.push({ length, end: n });
    length = 0;
  }
  return found;
}
