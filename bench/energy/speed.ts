/**
 * How long a plan takes: 48 hours, six loads, a home battery and a car, on even quarters of an hour and on the
 * planner's own grid, the same problems asked of EMHASS in the same run; how late the main loop is meanwhile; and
 * what memory does over many plans.
 * Usage: BENCH_DATA=… node bin/tomte.js --node bench/energy/speed.ts [--problems 60] [--memory 2000] [--write]
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { slotMinutesFrom } from '../../src/energy/plan/grid.ts';
import { makePlan } from '../../src/energy/plan/make.ts';
import { readProblem } from '../../src/energy/plan/read.ts';
import { evenSlots, hourMs, minuteMs, slotsFrom } from '../../src/energy/series.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { openSolver } from '../../src/lib/solve/solver.ts';
import { keepResult } from '../result.ts';
import { openEmhass } from './emhass.ts';
import { battery, fuseW, type Row, readHouse, sellPrice, stepMs } from './world.ts';

const { values } = parseArgs({
  options: {
    write: { type: 'boolean' },
    problems: { type: 'string', default: '60' },
    memory: { type: 'string', default: '2000' },
  },
});
const spanMs = 48 * hourMs;
const quarterMs = 15 * minuteMs;

/** Hours from the begin of the problem: window; the car stands from 8 to 21 and again the night after. */
const loads = [
  { id: 'dishwasher', powerW: 1_200, minutes: 90, contiguous: true, from: 9, until: 21 },
  { id: 'washer', powerW: 2_000, minutes: 60, contiguous: true, from: 0, until: 12 },
  { id: 'dryer', powerW: 2_400, minutes: 75, contiguous: true, from: 4, until: 40 },
  { id: 'heater', powerW: 3_000, minutes: 150, contiguous: false, from: 0, until: 18 },
  { id: 'pool', powerW: 750, minutes: 240, contiguous: false, from: 0, until: 34 },
  { id: 'pump', powerW: 500, minutes: 180, contiguous: false, from: 12, until: 48 },
  { id: 'car', powerW: 7_400, minutes: 210, contiguous: false, from: 8, until: 21 },
] as const;

const rows = readHouse();
const first = rows.findIndex(({ t }) => t === Date.parse('2024-05-02T10:00:00Z'));

/** Begins 7 hours apart, with the charge and the weather of the house at that time. */
function problemOf(n: number, even: boolean): object {
  const at = first + n * 14;
  const start = rows[at]!.t;
  const lengths = even
    ? evenSlots(start, start + spanMs, quarterMs).map(() => 15)
    : slotMinutesFrom(start, start + spanMs);
  const slots = slotsFrom(start, lengths);
  const rowAt = (t: number): Row => rows[at + Math.floor((t - start) / stepMs)]!;
  /** As wide as a home's own forecasts are about noon. */
  const bandOf = (watts: (row: Row) => number) => {
    const expected = slots.map((slot) => watts(rowAt(slot.start)));
    return {
      low: expected.map((value) => 0.5 * value),
      expected,
      high: expected.map((value) => 1.5 * value),
    };
  };
  const time = (hour: number) => new Date(start + hour * hourMs).toISOString();
  return {
    id: `${n}`,
    start: new Date(start).toISOString(),
    slotMinutes: even ? 15 : lengths,
    importPrice: slots.map((slot) => rowAt(slot.start).price),
    exportPrice: slots.map(() => sellPrice),
    baseLoadW: slots.map((slot) => rowAt(slot.start).loadW),
    solarW: slots.map((slot) => rowAt(slot.start).solarForecastW),
    bands: {
      baseLoadW: bandOf(({ loadW }) => loadW),
      solarW: bandOf(({ solarForecastW }) => solarForecastW),
    },
    gridImportMaxW: fuseW,
    battery: { ...battery, socWh: 1_000 + ((n * 1_700) % 8_000) },
    loads: loads.map(({ id, powerW, minutes, contiguous, from, until }) => ({
      ...{ id, powerW, durationMinutes: minutes, doneMinutes: 0, contiguous, running: false },
      ...{ earliest: time(from), deadline: time(until) },
    })),
    timeLimitMs: 10_000,
  };
}

const solver = openSolver({
  clock: systemClock,
  onFault: (error) => process.stderr.write(`${String(error)}\n`),
});
await solver.warm();
const maker = { solve: solver.solve, ticks: systemClock.ticks };
const count = Number(values.problems);
const numbers = Array.from({ length: count }, (_, n) => n);

const spread = (ms: number[]) => {
  const sorted = ms.toSorted((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.floor(sorted.length * share)] ?? 0);
  return { p50Ms: at(0.5), p95Ms: at(0.95), mostMs: at(0.999) };
};

/** From the problem as it comes to the plan as it is told. */
async function byTomte(even: boolean) {
  for (const n of [0, 1, 2]) await makePlan(readProblem(problemOf(n, even)), maker);
  const late = monitorEventLoopDelay({ resolution: 5 });
  late.enable();
  const ms: number[] = [];
  let [optimal, cost] = [0, 0];
  for (const n of numbers) {
    const problem = problemOf(n, even);
    const begun = systemClock.ticks();
    const plan = await makePlan(readProblem(problem), maker);
    ms.push(systemClock.ticks() - begun);
    optimal += plan.status === 'optimal' ? 1 : 0;
    cost += plan.cost;
  }
  late.disable();
  const lag = (share: number) => Math.round(late.percentile(share) / 1e5) / 10 - 5;
  const loopLate = {
    p50Ms: round(lag(50)),
    p99Ms: round(lag(99)),
    mostMs: round(late.max / 1e6 - 5),
  };
  return {
    ...spread(ms),
    optimal: `${optimal} of ${count}`,
    meanCost: round(cost / count),
    loopLate,
  };
}

async function byEmhass(gap: number) {
  const emhass = openEmhass({ gap, socFinal: 0.3, wear: 0.02 }, loads);
  const ms: number[] = [];
  // Its first three build and warm what it keeps between plans.
  for (const n of [0, 1, 2, ...numbers.slice(0, Math.min(count, 30))]) {
    ms.push((await emhass.makePlan(problemOf(n, true))).solveMs);
  }
  emhass.close();
  return { ...spread(ms.slice(3)), plans: ms.length - 3, relaxed: emhass.failed.relaxed };
}

/** Of the whole process with the solver's thread, MB, each tenth of the way. */
async function memoryOver(plans: number) {
  const megabytes: number[] = [];
  for (let n = 0; n < plans; n++) {
    await makePlan(readProblem(problemOf(n % count, false)), maker);
    if ((n + 1) % (plans / 10) === 0)
      megabytes.push(Math.round(process.memoryUsage().rss / 2 ** 20));
  }
  return { plans, megabytes };
}

const round = (value: number): number => Math.round(value * 100) / 100;
const note = (name: string, figures: object) =>
  process.stderr.write(`${name} ${JSON.stringify(figures)}\n`);

const quarters = await byTomte(true);
note('quarters', quarters);
const own = await byTomte(false);
note('own grid', own);
const emhassDefault = count > 0 ? await byEmhass(0.01) : null;
note('emhass', emhassDefault ?? {});
const memory = Number(values.memory) > 0 ? await memoryOver(Number(values.memory)) : null;
note('memory', memory ?? {});
await solver.close();
if (values.write) {
  await keepResult('energy-speed', {
    what: '48 h, 6 loads, a home battery and a car; EMHASS on even quarters within 1 % of the bill, as it is installed',
    tomte: { evenQuarters: quarters, ownGrid: own },
    emhass: emhassDefault,
    memory,
  });
}
