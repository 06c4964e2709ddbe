/**
 * A simulated week, planned anew each hour while the forecasts of load and sun drift by a tenth: how often the start
 * of each appliance moves without new prices.
 */
import { afterAll, expect, test } from 'vitest';
import type { Plan } from '../../src/energy/plan/plan.ts';
import { testPlanner } from '../../src/energy/plan/testing/planner.ts';

const planner = testPlanner();
afterAll(() => planner.close());

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const begin = Date.UTC(2026, 4, 4);
const days = 7;
const ahead = 36;

interface Job {
  readonly id: string;
  readonly powerW: number;
  readonly slots: number;
  readonly contiguous: boolean;
  /** Hours after midnight of its day. */
  readonly from: number;
  readonly by: number;
}
const jobs: readonly Job[] = [
  { id: 'dishwasher', powerW: 1_200, slots: 3, contiguous: true, from: 20, by: 31 },
  { id: 'washer', powerW: 2_000, slots: 2, contiguous: true, from: 8, by: 20 },
  { id: 'heater', powerW: 3_000, slots: 5, contiguous: false, from: 0, by: 17 },
  { id: 'car', powerW: 7_400, slots: 4, contiguous: false, from: 18, by: 31 },
  { id: 'pool', powerW: 750, slots: 8, contiguous: false, from: 8, by: 20 },
];

/** Numbers from 0 to 1, the same in each run. */
function dice(seed: number): () => number {
  let n = seed;
  return () => {
    n = (Math.imul(n, 1_664_525) + 1_013_904_223) >>> 0;
    return n / 2 ** 32;
  };
}
const roll = dice(7);
const spread = () => roll() + roll() + roll() - 1.5;
const daily = Array.from({ length: days + 3 }, () => ({ price: spread(), cloud: roll() }));
const bump = (hour: number, at: number, wide: number) => Math.exp(-(((hour - at) / wide) ** 2));

function price(t: number): number {
  const day = daily[Math.floor((t - begin) / dayMs)]!;
  const hour = ((t - begin) % dayMs) / hourMs;
  const shape = 0.1 * bump(hour, 19, 3) + 0.06 * bump(hour, 8, 2) - 0.12 * bump(hour, 13, 3);
  return 0.28 + 0.04 * day.price + shape * (1 + 0.3 * day.price) + 0.004 * Math.sin(t / hourMs);
}
/** Known to the end of the day, from 13:00 on of the next too; what comes after is as a day before. */
function told(t: number, now: number): number {
  const day = Math.floor((now - begin) / dayMs) + ((now - begin) % dayMs >= 13 * hourMs ? 2 : 1);
  return price(t < begin + day * dayMs ? t : t - dayMs);
}

interface Open {
  readonly job: Job;
  readonly key: string;
  readonly earliest: number;
  readonly deadline: number;
  left: number;
}

/** Power that each hour's forecast is off by, as a factor: it drifts from hour to hour. */
const off = { load: 1, sun: 1 };

function problemAt(now: number, open: readonly Open[], socWh: number, previous: Plan | null) {
  off.load += 0.3 * (1 - off.load) + 0.12 * spread();
  off.sun += 0.3 * (1 - off.sun) + 0.25 * spread();
  const slots = Array.from({ length: ahead * 2 }, (_, n) => now + (n * hourMs) / 2);
  const hourOf = (t: number) => ((t - begin) % dayMs) / hourMs;
  const sunW = (t: number) => {
    const { cloud } = daily[Math.floor((t - begin) / dayMs)]!;
    return Math.max(
      0,
      5_000 * (1 - 0.8 * cloud) * off.sun * Math.sin(((hourOf(t) - 6) / 14) * Math.PI),
    );
  };
  return {
    ...{ id: String(now), start: new Date(now).toISOString(), slotMinutes: 30 },
    timeLimitMs: 10_000,
    importPrice: slots.map((t) => told(t, now)),
    exportPrice: slots.map(() => 0.08),
    baseLoadW: slots.map((t) => off.load * (250 + 500 * bump(hourOf(t), 19, 3))),
    solarW: slots.map((t) => (hourOf(t) > 6 && hourOf(t) < 20 ? sunW(t) : 0)),
    gridImportMaxW: 12_000,
    battery: {
      ...{ capacityWh: 10_000, socWh, chargeMaxW: 5_000, dischargeMaxW: 5_000 },
      ...{ chargeEfficiency: 0.95, dischargeEfficiency: 0.95, wearCostPerKWh: 0.02 },
    },
    loads: open
      .filter(({ deadline }) => deadline <= now + ahead * hourMs)
      .map(({ job, key, earliest, deadline, left }) => ({
        ...{ id: key, powerW: job.powerW, contiguous: job.contiguous },
        ...{ durationMinutes: job.slots * 30, doneMinutes: (job.slots - left) * 30 },
        running: job.contiguous && left < job.slots,
        earliest: new Date(earliest).toISOString(),
        deadline: new Date(deadline).toISOString(),
      })),
    previousPlan: previous,
  };
}

const startOf = (plan: Plan, key: string) =>
  plan.slots.find(({ loads }) => (loads[key] ?? 0) > 0)?.start ?? null;

test('while prices stay, no appliance is moved more than twice a day', async () => {
  const all: Open[] = Array.from({ length: days + 1 }, (_, day) =>
    jobs.map((job) => ({
      ...{ job, key: `${job.id}:${day}`, left: job.slots },
      earliest: begin + day * dayMs + job.from * hourMs,
      deadline: begin + day * dayMs + job.by * hourMs,
    })),
  ).flat();
  const moves = new Map<string, number>();
  let previous: Plan | null = null;
  let socWh = 5_000;
  for (let now = begin; now < begin + days * dayMs; now += hourMs) {
    const open = all.filter(({ left, deadline }) => left > 0 && deadline > now);
    const plan: Plan = await planner.plan(problemAt(now, open, socWh, previous));
    const isNewPrices = (now - begin) % dayMs === 13 * hourMs;
    for (const { key, job, left } of open) {
      if (!previous || isNewPrices || left < job.slots) continue;
      const [was, is] = [startOf(previous, key), startOf(plan, key)];
      if (was === null || is === null || was === is) continue;
      const day = `${job.id} ${Math.floor((now - begin) / dayMs)}`;
      moves.set(day, (moves.get(day) ?? 0) + 1);
    }
    for (const slot of plan.slots.slice(0, 2)) {
      for (const one of open) if ((slot.loads[one.key] ?? 0) > 0) one.left -= 1;
      socWh = Math.min(10_000, Math.max(0, socWh - slot.batteryW / 2));
    }
    previous = plan;
  }
  const rows = jobs.map(({ id }) => {
    const counts = [...moves].flatMap(([key, n]) => (key.startsWith(`${id} `) ? [n] : []));
    const sum = counts.reduce((total, n) => total + n, 0);
    return { id, aDay: sum / days, most: Math.max(0, ...counts) };
  });
  for (const { id, aDay, most } of rows)
    console.info(`${id}: ${aDay.toFixed(2)} changes a day, at most ${most}`);
  expect(rows.filter(({ most }) => most > 2)).toEqual([]);
  expect(all.filter(({ left, deadline }) => left > 0 && deadline <= begin + days * dayMs)).toEqual(
    [],
  );
}, 300_000);
