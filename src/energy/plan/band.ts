/** How sure the money of a plan is: eight of ten, from the bands of what it was made of. Pure. */
import type { Band } from '../series.ts';
import { hourMs, meanOfBand } from '../series.ts';
import type { Plan } from './plan.ts';
import type { Problem } from './problem.ts';

export interface BandInput {
  /** By slot of the problem, W; null where nothing is foreseen. */
  readonly load: readonly (Band | null)[];
  readonly solar: readonly (Band | null)[];
  /** From here on prices are guessed, epoch ms, and what such a guess is off by, per kWh. */
  readonly assumedFrom: number | null;
  readonly usuallyOff: number;
}

/** What is foreseen wrongly at one hour mostly is at the next: within so long errors add up whole. */
const alikeMs = 6 * hourMs;

export function costBand(
  problem: Problem,
  plan: Plan,
  o: BandInput,
): { low: number; high: number } {
  const up = new Map<number, { load: number; solar: number }>();
  const down = new Map<number, { load: number; solar: number }>();
  let guessed = 0;
  for (const [n, { start, hours, importPrice, exportPrice }] of problem.slots.entries()) {
    const { gridW } = plan.slots[n]!;
    const price = Math.abs(gridW > 0 ? importPrice : exportPrice);
    const money = (watts: number) => (Math.max(0, watts) / 1000) * hours * price;
    const [load, solar] = [sidesOf(o.load[n]), sidesOf(o.solar[n])];
    add(up, start, { load: money(load.above), solar: money(solar.below) });
    add(down, start, { load: money(load.below), solar: money(solar.above) });
    if (o.assumedFrom !== null && start >= o.assumedFrom && gridW > 0)
      guessed += (gridW / 1000) * hours * o.usuallyOff;
  }
  const spread = (side: typeof up) =>
    Math.sqrt(
      [...side.values()].reduce((sum, { load, solar }) => sum + load ** 2 + solar ** 2, 0) +
        guessed ** 2,
    );
  return { low: plan.cost - spread(down), high: plan.cost + spread(up) };
}

function add(
  side: Map<number, { load: number; solar: number }>,
  start: number,
  more: { load: number; solar: number },
): void {
  const block = Math.floor(start / alikeMs);
  const { load = 0, solar = 0 } = side.get(block) ?? {};
  side.set(block, { load: load + more.load, solar: solar + more.solar });
}

function sidesOf(band: Band | null | undefined): { above: number; below: number } {
  if (!band) return { above: 0, below: 0 };
  const mean = meanOfBand(band);
  return { above: band.high - mean, below: mean - band.low };
}
