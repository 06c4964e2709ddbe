/**
 * Policies on a real house, planned anew each hour for 30 days: what each costs, and its share of what can be
 * saved at all. Usage: BENCH_DATA=… node bin/tomte.js --node bench/energy/rolling.ts FROM [POLICY …] [--write]
 * FROM is the first day, such as 2024-07-01. July and August are the judged months: nothing was chosen on them.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makePlan } from '../../src/energy/plan/make.ts';
import { readProblem } from '../../src/energy/plan/read.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { openSolver } from '../../src/lib/solve/solver.ts';
import { keepResult } from '../result.ts';
import { boundOf } from './bound.ts';
import { type MakePlan, naive, none, type Policy, planned } from './policies.ts';
import { jobsOf, live, newLife, readHouse, stepMs } from './world.ts';

const days = 30;
const [from = '2024-05-01', ...rest] = process.argv.slice(2);
const asked = rest.filter((word) => !word.startsWith('--'));
const write = rest.includes('--write');
const rows = readHouse();
const begin = rows.findIndex(({ t }) => t === Date.parse(`${from}T00:00:00Z`));
const end = Math.min(rows.length, begin + days * 48);
const jobs = jobsOf(rows[begin]!.t, rows[end - 1]!.t + stepMs);
const meanPrice = rows.slice(begin, end).reduce((sum, { price }) => sum + price, 0) / (end - begin);

const solver = openSolver({
  clock: systemClock,
  onFault: (error) => process.stderr.write(`${String(error)}\n`),
});
await solver.warm();
const plan: MakePlan = (problem) =>
  makePlan(readProblem(problem), { solve: solver.solve, ticks: systemClock.ticks });
const policies: Record<string, (solveMs: number[]) => Policy> = {
  none: () => none,
  naive: () => naive,
  tomte: (solveMs) => planned(plan, { perfect: false, steps: 48, endQuantile: 0.1, solveMs }),
  perfect: (solveMs) => planned(plan, { perfect: true, steps: 96, endQuantile: 0.1, solveMs }),
};

const figures: Record<string, object> = {};
for (const name of asked.length > 0
  ? asked.filter((word) => word !== 'bound')
  : Object.keys(policies)) {
  const solveMs: number[] = [];
  const policy = policies[name]!(solveMs);
  const life = newLife();
  for (let n = begin; n < end; n++) {
    const wish = await policy(rows.slice(0, end), n, jobs, life);
    live(rows[n]!, jobs, wish, life, name !== 'naive');
  }
  const { cost, late, peakW, starts, soc, moves } = life.tally;
  const left = ((soc - 5_000) / 1000) * meanPrice;
  solveMs.sort((a, b) => a - b);
  figures[name] = {
    euros: round(cost - left),
    late,
    peakW: Math.round(peakW),
    starts,
    movesADay: round(moves / days),
    solveMsP50: Math.round(solveMs[Math.floor(solveMs.length * 0.5)] ?? 0),
    solveMsP95: Math.round(solveMs[Math.floor(solveMs.length * 0.95)] ?? 0),
  };
  process.stderr.write(`${from} ${name} ${JSON.stringify(figures[name])}\n`);
}
if (asked.length === 0 || asked.includes('bound')) {
  const euros = round(
    await boundOf(rows.slice(begin, end), jobs, { solve: solver.solve, meanPrice }),
  );
  figures.bound = { euros };
  process.stderr.write(`${from} bound ${euros}\n`);
}
await solver.close();

const file = join(import.meta.dirname, '../results/energy-rolling.json');
if (write) {
  const before = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const month = { ...before.months?.[from], ...figures };
  await keepResult('energy-rolling', { months: { ...before.months, [from]: month } });
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
