import { getTimes } from 'suncalc';

const dayMs = 86_400_000;
/** North of the circles the sun may stay away, or up, for half a year. */
const daysAhead = 200;

/**
 * The first sunrise or sunset, shifted by the offset, after `t` (epoch ms). Days on which the sun does
 * not rise or set have none; null when half a year has none.
 */
export function sunAfter(
  what: 'sunrise' | 'sunset',
  t: number,
  o: { latitude: number; longitude: number; offsetMs: number },
): number | null {
  const from = t - o.offsetMs;
  // Begins two days early: the solar day of a place far east or west is not that of the UTC noon.
  for (let day = -2; day < daysAhead; day++) {
    const noon = Math.floor(from / dayMs) * dayMs + dayMs / 2 + day * dayMs;
    const at = getTimes(new Date(noon), o.latitude, o.longitude)[what]?.getTime() ?? Number.NaN;
    const whole = Math.floor(at / 1000) * 1000;
    if (whole > from) return whole + o.offsetMs;
  }
  return null;
}
