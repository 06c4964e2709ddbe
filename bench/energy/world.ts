/** The house of BENCH_DATA/energy, its jobs, its battery, and a plant that carries out what a policy wants. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const stepMs = 1_800_000;
export const hours = 0.5;
const dayMs = 86_400_000;
export const fuseW = 12_000;
export const sellPrice = 0.08;
export const battery = {
  capacityWh: 10_000,
  socMinWh: 500,
  socMaxWh: 10_000,
  chargeMaxW: 5_000,
  dischargeMaxW: 5_000,
  chargeEfficiency: 0.95,
  dischargeEfficiency: 0.95,
  wearCostPerKWh: 0.02,
};

export interface Row {
  readonly t: number;
  readonly loadW: number;
  readonly solarW: number;
  readonly solarForecastW: number;
  readonly price: number;
}

/** Gaps of the load hold the value before. */
export function readHouse(): Row[] {
  const file = join(process.env.BENCH_DATA ?? '', 'energy/house-fr-2024-03-to-08.csv');
  let last = 0;
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => {
      const [time = '', load, solar, forecast, spot] = line.split(',');
      last = load ? Number(load) : last;
      return {
        t: Date.parse(time.replace(' ', 'T')),
        loadW: last,
        solarW: Number(solar),
        solarForecastW: Number(forecast),
        price: Number(spot) * 1.19 + 0.18,
      };
    });
}

interface Kind {
  readonly id: string;
  readonly powerW: number;
  readonly steps: number;
  readonly contiguous: boolean;
  /** Hours of the day, UTC: window, and when a person would start it. */
  readonly from: number;
  readonly until: number;
  readonly habit: number;
}
export const kinds: readonly Kind[] = [
  { id: 'dishwasher', powerW: 1_200, steps: 3, contiguous: true, from: 19, until: 31, habit: 20 },
  { id: 'washer', powerW: 2_000, steps: 2, contiguous: true, from: 7, until: 19, habit: 9 },
  { id: 'heater', powerW: 3_000, steps: 5, contiguous: false, from: 0, until: 18, habit: 6 },
  { id: 'car', powerW: 7_400, steps: 4, contiguous: false, from: 18, until: 31, habit: 18 },
  { id: 'pool', powerW: 750, steps: 8, contiguous: false, from: 7, until: 19, habit: 10 },
];

export interface Job extends Kind {
  readonly name: string;
  readonly earliest: number;
  readonly deadline: number;
  readonly habitAt: number;
}

/** Jobs whose window lies within `[from, to)`. */
export function jobsOf(from: number, to: number): Job[] {
  const jobs: Job[] = [];
  for (let day = Math.floor(from / dayMs) * dayMs; day < to; day += dayMs) {
    for (const kind of kinds) {
      const [earliest, deadline] = [day + kind.from * 2 * stepMs, day + kind.until * 2 * stepMs];
      if (earliest < from || deadline > to) continue;
      const name = `${kind.id}@${new Date(day).toISOString().slice(0, 10)}`;
      jobs.push({ ...kind, name, earliest, deadline, habitAt: day + kind.habit * 2 * stepMs });
    }
  }
  return jobs;
}

export type Mode = 'self_consume' | 'charge' | 'discharge' | 'hold';
/** What a policy wants of the coming half hour. `chargeW`: at least so much, in mode charge. */
export interface Wish {
  readonly mode: Mode;
  readonly chargeW: number;
  readonly on: ReadonlySet<string>;
}

export interface Tally {
  cost: number;
  late: number;
  peakW: number;
  starts: number;
  soc: number;
  /** Changes of the planned start of a job, besides those with new prices. */
  moves: number;
}

export interface Life {
  readonly done: Map<string, number>;
  readonly running: Set<string>;
  readonly tally: Tally;
}
export const newLife = (): Life => ({
  done: new Map(),
  running: new Set(),
  tally: { cost: 0, late: 0, peakW: 0, starts: 0, soc: 5_000, moves: 0 },
});

/** Half an hour of the real house. Runs what must run by now, whatever is wished, and guards the fuse. */
export function live(row: Row, jobs: readonly Job[], wish: Wish, life: Life, guard = true): void {
  const { tally } = life;
  let need = row.loadW - row.solarW;
  const open = jobs.filter(
    (job) =>
      job.earliest <= row.t &&
      (life.done.get(job.name) ?? 0) < job.steps &&
      job.deadline > row.t - dayMs,
  );
  const slack = (job: Job) =>
    (job.deadline - row.t) / stepMs - (job.steps - (life.done.get(job.name) ?? 0));
  const must = (job: Job) => slack(job) <= 0 || (job.contiguous && life.running.has(job.name));
  const wanted = open
    .filter((job) => must(job) || wish.on.has(job.name))
    .sort((a, b) => Number(must(b)) - Number(must(a)) || slack(a) - slack(b));
  const now = new Set<string>();
  for (const job of wanted) {
    // What can wait does, where the house would be above its fuse.
    if (guard && !must(job) && need + job.powerW > fuseW) continue;
    need += job.powerW;
    now.add(job.name);
    if (!life.running.has(job.name)) tally.starts += 1;
    life.done.set(job.name, (life.done.get(job.name) ?? 0) + 1);
    if (row.t + stepMs > job.deadline) tally.late += 1;
  }
  life.running.clear();
  for (const name of now) life.running.add(name);
  const watts = follow(tally.soc, need, wish, guard);
  tally.soc += watts < 0 ? -watts * hours * 0.95 : -(watts * hours) / 0.95;
  const grid = need - watts;
  tally.peakW = Math.max(tally.peakW, grid);
  tally.cost += ((grid > 0 ? row.price : sellPrice) * grid * hours) / 1000;
  tally.cost += (Math.abs(watts) * hours * battery.wearCostPerKWh) / 2 / 1000;
}

/** What the battery does in a mode, W; above 0 when discharging. */
function follow(soc: number, need: number, { mode, chargeW }: Wish, guard: boolean): number {
  const takes = Math.min(battery.chargeMaxW, (battery.socMaxWh - soc) / 0.95 / hours);
  const gives = Math.min(battery.dischargeMaxW, ((soc - battery.socMinWh) * 0.95) / hours);
  const surplus = Math.max(0, -need);
  const room = guard ? Math.max(0, fuseW - need) : Infinity;
  // Above the fuse it covers, whatever its mode.
  if (guard && need > fuseW) return Math.min(gives, need - fuseW);
  if (mode === 'charge') return -Math.min(takes, Math.max(chargeW, surplus), room);
  if (need < 0) return mode === 'discharge' ? 0 : -Math.min(takes, surplus);
  return mode === 'hold' ? 0 : Math.min(gives, need);
}
