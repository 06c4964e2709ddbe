/** An hour on the way. `knownMs` counts only the time the sensor could be heard. */
export interface HourSum {
  start: number;
  litres: number;
  peakLpm: number | null;
  knownMs: number;
  /** Part of it was an episode: a fault must not teach what is usual. */
  unusual: boolean;
}

/** Hours on end, each unusual. */
export interface Streak {
  since: number;
  until: number;
  hours: number;
  litres: number;
  usualLitres: number;
}
