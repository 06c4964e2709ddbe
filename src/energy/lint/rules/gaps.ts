import { amount, clockTime, count, dayTime, duration } from '@tomte/sdk/words';
import { dayMs, hourMs } from '../../series.ts';
import { faultOf, isEnergy, type LintInput, type Rule, type Sensor } from '../sensor.ts';

const lookBackMs = 30 * dayMs;
const longMs = 6 * hourMs;
/** The newest hour is counted up only some minutes after its end. */
const newestMs = 2 * hourMs;
/** What an integration brings in, such as a supplier's readings, comes a day at once and a day or two late. */
const broughtInMs = 3 * dayMs;
const isBroughtIn = ({ statistic }: Sensor): boolean => statistic.includes(':');

/** Hours of which nothing is known. */
const gaps: Rule = {
  rule: 'gaps',
  find: (input) => input.sensors.flatMap((sensor) => look(sensor, input)),
};
export default gaps;

function look(sensor: Sensor, { now, zone }: LintInput) {
  if (!sensor.exists || !sensor.hasStatistics || sensor.hours.length === 0) return [];
  const known = sensor.hours
    .filter((row) => (isEnergy(sensor) ? row.change : row.mean) !== null)
    .map(({ start }) => start);
  const first = known[0];
  if (first === undefined) return [];
  const from = Math.max(first, now - lookBackMs);
  const lateMs = isBroughtIn(sensor) ? broughtInMs : newestMs;
  const holes: { from: number; to: number }[] = [];
  let end = from;
  for (const start of [...known.filter((t) => t >= from), Math.floor(now / hourMs) * hourMs]) {
    const isLast = start >= now - hourMs;
    if (start - end >= (isLast ? lateMs : hourMs)) holes.push({ from: end, to: start });
    end = Math.max(end, start + hourMs);
  }
  const missing = holes.reduce((sum, hole) => sum + hole.to - hole.from, 0);
  const longest = holes.reduce((a, b) => (b.to - b.from > a.to - a.from ? b : a), {
    from: 0,
    to: 0,
  });
  const isSilent = longest.to >= now - hourMs && longest.to - longest.from >= longMs;
  if (longest.to - longest.from < longMs && missing < 0.05 * (now - from)) return [];
  const at = `${dayTime(longest.from, zone)} ${clockTime(longest.from, zone)}`;
  return [
    faultOf(sensor, {
      evidence: isSilent
        ? `It has told nothing for ${duration(longest.to - longest.from)}, since ${at}.`
        : `${amount(missing / hourMs, 'hours')} of the last ${count(Math.round((now - from) / dayMs), 'day')} are missing, the longest from ${at} for ${duration(longest.to - longest.from)}.`,
      consequence: isSilent
        ? 'It is left out until it speaks again.'
        : 'What was used in those hours falls into the hour after them; they are left out.',
      fix: 'Look at its battery, its radio, and whether its integration lost it then.',
      blocks: isSilent,
    }),
  ];
}
