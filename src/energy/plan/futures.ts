/** What may come of the load and the sun together, as whole courses of what the house needs. Pure, the same each time. */
import type { Band, Problem } from './problem.ts';

/** Each stands for as much as any other. W that the house needs in each slot without what is planned; below 0: surplus. */
export type Future = Float64Array;

const count = 16;
/** How alike what is off stays from one half hour to the next: a kettle passes, clouds stay. */
const alike = { load: 0.5, solar: 0.95 };
/** What lies within the band four times in five, in standard deviations. */
const bandAt = 1.2816;
/** Panels make hardly more than the high end of their band. */
const solarMost = 1.2;

/** Null where nobody told what may come. */
export function futuresOf({ slots, bands }: Problem): readonly Future[] | null {
  if (!bands) return null;
  const normal = normals();
  const courses: { load: number[]; solar: number[] }[] = [];
  while (courses.length < count) {
    const [load, solar] = [course(slots, alike.load, normal), course(slots, alike.solar, normal)];
    courses.push({ load, solar }, { load: load.map((z) => -z), solar: solar.map((z) => -z) });
  }
  return courses.map(({ load, solar }) =>
    Float64Array.from(slots, (_, n) => {
      const { baseLoadW, solarW } = bands[n]!;
      return (
        placed(baseLoadW, load[n]!) - Math.min(placed(solarW, solar[n]!), solarMost * solarW.high)
      );
    }),
  );
}

function course(slots: Problem['slots'], alikeByHalfHour: number, normal: () => number): number[] {
  let z = normal();
  return slots.map(({ hours }) => {
    const now = z;
    const stays = alikeByHalfHour ** (2 * hours);
    z = stays * z + Math.sqrt(1 - stays ** 2) * normal();
    return now;
  });
}

/** Where in its band a value lies that is `z` standard deviations off. */
function placed({ low, expected, high }: Band, z: number): number {
  const wide = z < 0 ? expected - low : high - expected;
  return Math.max(0, expected + (wide * z) / bandAt);
}

/** Standard normal numbers, the same ones in the same order each time (Lehmer, then Box and Muller). */
function normals(): () => number {
  let state = 20_011;
  const next = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  return () => Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next());
}
