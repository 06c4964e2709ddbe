/** What a home will use: what it used at times like these, days like today counting most. Pure. */
import type { Forecast, Slot } from '@tomte/sdk/energy';
import { wallOf } from '@tomte/sdk/wall-clock';
import { dayMs, hourMs } from '../series.ts';
import { type Weighted, weightedQuantiles } from './analog.ts';

export interface LoadInput {
  /** Mean W by start of the step. */
  readonly past: ReadonlyMap<number, number>;
  readonly stepMs: number;
  /** Steps that begin from here on are not known. */
  readonly now: number;
  /** Slots of one step each, on its grid. */
  readonly slots: readonly Slot[];
  readonly zone: string;
  /** Outdoor degrees at a time, past or expected, as far as they are known. */
  readonly temperature?: (t: number) => number | null;
}

export interface LoadShape {
  readonly daysMax: number;
  /** Days after which a past day counts a third. */
  readonly fadeDays: number;
  /** How much a working day says of a day off, and the other way round. */
  readonly otherKind: number;
  /** How much the same day of the week counts more. */
  readonly sameDay: number;
  /** Neighbours of the time of day that count too. */
  readonly sideSteps: number;
  /** How strictly past days must look like today: in the last step, and over the last hours. */
  readonly last: number;
  readonly level: number;
  readonly levelHours: number;
  /** Hours after which the look at today counts a third. */
  readonly lastFadeHours: number;
  readonly levelFadeHours: number;
  /** How much of what the last step was above or below that of a past day comes on top; it fades within an hour. */
  readonly carried: number;
}

/** Chosen on March to June of the house of the bench; see bench/forecast.ts. */
export const loadShape: LoadShape = {
  daysMax: 42,
  fadeDays: 5,
  otherKind: 0.25,
  sameDay: 1.5,
  sideSteps: 1,
  last: 2,
  level: 2,
  levelHours: 24,
  lastFadeHours: 2,
  levelFadeHours: 30,
  carried: 0.5,
};

const quantiles = [0.1, 0.5, 0.9] as const;

/** Slots with nothing like them in the past are left out; so is everything where there is no past. */
export function loadForecast(o: LoadInput, shape: LoadShape = loadShape): Forecast {
  const today = lookOf(o, shape, o.now);
  const looks = new Map<number, Look>();
  const lookAt = (t: number): Look => {
    let look = looks.get(t);
    if (!look) {
      look = lookOf(o, shape, t);
      looks.set(t, look);
    }
    return look;
  };
  return o.slots.flatMap((slot) => {
    const found = weightedQuantiles(candidates(o, shape, { slot, today, lookAt }), quantiles);
    if (!found) return [];
    const [low, expected, high] = found as [number, number, number];
    return [{ ...slot, low, expected, high }];
  });
}

/** How a home looked just before a time, in logarithms: half of 200 W is as far as half of 2 kW. */
interface Look {
  readonly last: number | null;
  readonly level: number | null;
}

function lookOf(o: LoadInput, { levelHours }: LoadShape, t: number): Look {
  const last = o.past.get(t - o.stepMs);
  return {
    last: last === undefined ? null : logOf(last),
    level: meanLog(o, t - levelHours * hourMs, t),
  };
}

function meanLog({ past, stepMs }: LoadInput, from: number, to: number): number | null {
  let sum = 0;
  let count = 0;
  for (let at = from; at < to; at += stepMs) {
    const watts = past.get(at);
    if (watts === undefined) continue;
    sum += watts;
    count++;
  }
  return count === 0 ? null : logOf(sum / count);
}

const logOf = (watts: number): number => Math.log(Math.max(20, watts));

function candidates(
  o: LoadInput,
  shape: LoadShape,
  { slot, today, lookAt }: { slot: Slot; today: Look; lookAt: (t: number) => Look },
): Weighted[] {
  const found: Weighted[] = [];
  const ahead = slot.start - o.now;
  const wall = wallOf(slot.start, o.zone);
  const degrees = o.temperature?.(slot.start) ?? null;
  const carries = shape.carried * Math.exp(-ahead / hourMs);
  const firstDay = Math.floor(ahead / dayMs) + 1;
  for (let days = Math.max(1, firstDay); days <= shape.daysMax; days++) {
    const same = slot.start - days * dayMs;
    // The wall clock, not the day of 24 hours, is what people live by.
    const back = same + (wall.time - wallOf(same, o.zone).time);
    const like = likeDay(wall.weekday, wallOf(back, o.zone).weekday, shape);
    const look = lookAt(back - ahead);
    const base = Math.exp(-days / shape.fadeDays) * like * likeness(today, look, ahead, shape);
    for (let side = -shape.sideSteps; side <= shape.sideSteps; side++) {
      const at = back + side * o.stepMs;
      const value = at < o.now ? o.past.get(at) : undefined;
      if (value === undefined) continue;
      const near = 1 - Math.abs(side) / (shape.sideSteps + 1);
      found.push({
        value: Math.max(0, value + carries * above(o, at - ahead)),
        weight: base * near * warmth(degrees, o.temperature?.(at) ?? null),
      });
    }
  }
  return found;
}

/** How much more the home draws now than just before `then`, W; 0 where one of the two is not known. */
function above({ past, now, stepMs }: LoadInput, then: number): number {
  const [a, b] = [past.get(now - stepMs), past.get(then - stepMs)];
  return a === undefined || b === undefined ? 0 : a - b;
}

function likeDay(a: number, b: number, { otherKind, sameDay }: LoadShape): number {
  if (a === b) return sameDay;
  return a >= 6 === b >= 6 ? 1 : otherKind;
}

function likeness(today: Look, then: Look, ahead: number, shape: LoadShape): number {
  const apart = (a: number | null, b: number | null) =>
    a === null || b === null ? 0 : (a - b) ** 2;
  const hours = ahead / hourMs;
  const last = shape.last * Math.exp(-hours / shape.lastFadeHours) * apart(today.last, then.last);
  const level =
    shape.level * Math.exp(-hours / shape.levelFadeHours) * apart(today.level, then.level);
  return Math.exp(-last - level);
}

/** Days as warm as this one count more: ten degrees apart count a third. */
function warmth(a: number | null, b: number | null): number {
  return a === null || b === null ? 1 : Math.exp(-(((a - b) / 10) ** 2));
}
