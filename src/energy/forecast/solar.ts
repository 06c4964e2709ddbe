/** What the panels will make: what they made under skies like the expected one. Pure. */
import type { Forecast, Slot } from '@tomte/sdk/energy';
import { dayMs, hourMs } from '../series.ts';
import { type Weighted, weightedQuantiles } from './analog.ts';

export interface SolarInput {
  /** Mean W by start of the step, as the panels made it. */
  readonly past: ReadonlyMap<number, number>;
  readonly stepMs: number;
  readonly now: number;
  readonly slots: readonly Slot[];
  /** Mean W that a service foresaw, past and coming, by start of the step; empty where there is none. */
  readonly foreseen: ReadonlyMap<number, number>;
  /** Percent of clouds that are expected; used where no service foresees the panels themselves. */
  readonly clouds?: (t: number) => number | null;
}

export interface SolarShape {
  readonly daysMax: number;
  readonly fadeDays: number;
  readonly sideSteps: number;
  /** How strictly past skies must be like the expected one. */
  readonly sky: number;
  /** The same where only clouds are foretold, which say less. */
  readonly clouds: number;
  /** Hours after which what the sky let through in the last step says a third of what it will. */
  readonly lastFadeHours: number;
}

/** Chosen on March to June of the house of the bench; see bench/forecast.ts. */
export const solarShape: SolarShape = {
  daysMax: 42,
  fadeDays: 20,
  sideSteps: 1,
  sky: 80,
  clouds: 4,
  lastFadeHours: 3,
};

const quantiles = [0.1, 0.5, 0.9] as const;

/** Nights are nothing, for they were nothing at that hour. Slots with no past like them are left out. */
export function solarForecast(o: SolarInput, shape: SolarShape = solarShape): Forecast {
  const clear = clearOf(o, shape);
  const sky = skyOf(o, shape, clear);
  const through = throughOf(o, shape, clear);
  return o.slots.flatMap((slot) => {
    const values = candidates(o, shape, { slot, sky, through });
    const found = weightedQuantiles(values, quantiles);
    if (!found) return [];
    const [low, expected, high] = found as [number, number, number];
    return [{ ...slot, low, expected, high }];
  });
}

/** The most that was made within the days that count, W: what skies are measured by. */
function peakOf({ past, now }: SolarInput, { daysMax }: SolarShape): number {
  let most = 1;
  for (const [t, watts] of past)
    if (t >= now - daysMax * dayMs && t < now) most = Math.max(most, watts);
  return most;
}

function candidates(
  o: SolarInput,
  shape: SolarShape,
  { slot, sky, through }: { slot: Slot; sky: Sky; through: Through },
): Weighted[] {
  const found: Weighted[] = [];
  const ahead = slot.start - o.now;
  const expected = sky.at(slot.start);
  const first = Math.max(1, Math.floor(ahead / dayMs) + 1);
  for (let days = first; days <= shape.daysMax; days++) {
    // The sun keeps no summer time: days of 24 hours.
    const back = slot.start - days * dayMs;
    const fade = Math.exp(-days / shape.fadeDays);
    for (let side = -shape.sideSteps; side <= shape.sideSteps; side++) {
      const at = back + side * o.stepMs;
      const value = at < o.now ? o.past.get(at) : undefined;
      if (value === undefined) continue;
      const near = 1 - Math.abs(side) / (shape.sideSteps + 1);
      const weight = fade * near * likeSky(expected, sky.of(at, value), sky.strict);
      found.push({ value: through(at, value, ahead), weight });
    }
  }
  return found;
}

/**
 * How much sun, as a share of what this hour gives under a clear sky or of the most the panels made; null where
 * nobody says. Of the past hours it is what was foreseen of them, or what came of them.
 */
interface Sky {
  readonly at: (t: number) => number | null;
  readonly of: (t: number, made: number) => number | null;
  readonly strict: number;
}

function skyOf(o: SolarInput, shape: SolarShape, clear: Clear): Sky {
  const { foreseen, clouds } = o;
  const peak = peakOf(o, shape);
  if (foreseen.size > 0) {
    const share = (t: number) => {
      const watts = foreseen.get(t);
      return watts === undefined ? null : watts / peak;
    };
    return { at: share, of: (t, made) => share(t) ?? made / peak, strict: shape.sky };
  }
  if (!clouds) return { at: () => null, of: () => null, strict: 0 };
  return {
    at(t) {
      const percent = clouds(t);
      // Kasten and Czeplak: thin clouds take little, a closed sky three quarters.
      return percent === null ? null : 1 - 0.75 * (percent / 100) ** 3.4;
    },
    of: (t, made) => made / Math.max(1, clear(t)),
    strict: shape.clouds,
  };
}

type Through = (at: number, made: number, ahead: number) => number;

/**
 * What a past step made, moved by how much more or less of a clear sky comes through now than did just before it
 * was forecast then; the sooner the slot, the more. A sky stays as it is for longer than a forecast of it is
 * right (clear-sky persistence).
 */
function throughOf(o: SolarInput, shape: SolarShape, clear: Clear): Through {
  const dusk = peakOf(o, shape) / 25;
  const share = (t: number): number | null => {
    const most = clear(t);
    const watts = o.past.get(t);
    return watts === undefined || most < dusk ? null : watts / most;
  };
  const now = share(o.now - o.stepMs);
  return (at, made, ahead) => {
    const then = share(at - ahead - o.stepMs);
    if (now === null || then === null) return made;
    const stays = Math.exp(-(ahead + o.stepMs / 2) / hourMs / shape.lastFadeHours);
    const most = clear(at);
    return Math.min(Math.max(0, made + stays * (now - then) * most), Math.max(made, 1.1 * most));
  };
}

type Clear = (t: number) => number;

/** Nearly the most that was made at this time of day: a clear sky. */
function clearOf({ past, now, stepMs }: SolarInput, { daysMax }: SolarShape): Clear {
  const byTime = new Map<number, Weighted[]>();
  for (const [t, value] of past) {
    if (t >= now || t < now - daysMax * dayMs) continue;
    const time = Math.floor((t % dayMs) / stepMs);
    const list = byTime.get(time) ?? [];
    list.push({ value, weight: 1 });
    byTime.set(time, list);
  }
  const clear = new Map(
    [...byTime].map(([time, list]) => [time, weightedQuantiles(list, [0.95])?.[0] ?? 0]),
  );
  return (t: number): number => clear.get(Math.floor((t % dayMs) / stepMs)) ?? 0;
}

const likeSky = (a: number | null, b: number | null, strict: number): number =>
  a === null || b === null ? 1 : Math.exp(-strict * (a - b) ** 2);
