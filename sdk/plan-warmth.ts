/** What is kept warm rather than run for a while: a tank, a floor, a home. As a person types it. Pure. */

export interface Warmth {
  /** How warm it is. */
  readonly sensor: string;
  readonly minC: number;
  readonly maxC: number;
  /** Warmth it holds for each degree, and loses for each that it is warmer than around it. */
  readonly whPerK: number;
  readonly lossWPerK: number;
  /** How warm it is around it; null: 20 °C, as in a cellar. */
  readonly outside: string | null;
  /** Warmth from one unit of power. */
  readonly gives: number;
}

/** A tank of 200 litres with a heating rod. */
const usual = { whPerK: 230, lossWPerK: 2, gives: 1 };

const thermometer = String.raw`(?:sensor|number|input_number)\.[a-z0-9_]+`;
const number = String.raw`\d{1,6}(?:\.\d)?`;
/** `keeps sensor.tank 48-60 °C holds 230 Wh/K loses 2 W/K outside sensor.cellar gives 3`. */
export const warmthPattern = [
  `keeps (?<warm>${thermometer}) (?<minC>${number})-(?<maxC>${number}) °C`,
  `(?: holds (?<holds>${number}) Wh/K)?(?: loses (?<loses>${number}) W/K)?`,
  String.raw`(?: outside (?<outside>${thermometer}))?(?: gives (?<gives>\d(?:\.\d)?))?`,
].join('');

type Found = Readonly<Record<string, string | undefined>>;

/** Null where nothing is kept warm. */
export function readWarmth(found: Found): Warmth | null {
  const { warm, holds, loses, outside = null, gives } = found;
  if (warm === undefined) return null;
  return {
    ...{ sensor: warm, minC: Number(found.minC), maxC: Number(found.maxC), outside },
    whPerK: Number(holds ?? usual.whPerK),
    lossWPerK: Number(loses ?? usual.lossWPerK),
    gives: Number(gives ?? usual.gives),
  };
}

/** What is wrong with it, in words; null where nothing is. */
export function warmthFault(found: Found): string | null {
  const keeps = readWarmth(found);
  if (!keeps) return null;
  if (keeps.minC >= keeps.maxC) return 'say the colder end first, such as 48-60 °C';
  if (keeps.maxC > 95) return 'it is kept at 95 °C at most';
  if (keeps.whPerK === 0) return 'say how many Wh it holds for each degree';
  if (keeps.gives === 0) return 'say what it gives of one unit of power, such as gives 3';
  if (found.watts === undefined || Number(found.watts) === 0)
    return 'say with how many W it is warmed';
  if (found.on !== undefined && !(Number(found.on) > Number(found.off)))
    return 'say the warmer setting first, such as set 60 or 48';
  return found.own === undefined
    ? 'say what it does by itself when there is no plan: else on, or else off'
    : null;
}
