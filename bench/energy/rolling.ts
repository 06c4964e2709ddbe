/**
 * Policies on a real house, planned anew each hour: what each costs, and its share of what can be saved at all.
 * Usage: BENCH_DATA=… node bin/tomte.js --node bench/energy/rolling.ts FROM [POLICY …] [--days 30] [--write]
 * FROM is the first day, such as 2024-07-01. July and August are the judged months: nothing was chosen on them.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makePlan } from '../../src/energy/plan/make.ts';
import { readProblem } from '../../src/energy/plan/read.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { openSolver } from '../../src/lib/solve/solver.ts';
import { keepResult } from '../result.ts';
import { boundOf } from './bound.ts';
import { type EmhassSettings, openEmhass } from './emhass.ts';
import { type MakePlan, naive, none, type Policy, planned } from './policies.ts';
import { own, perfect, type Sight, simple, simpleBand } from './sight.ts';
import { jobsOf, live, newLife, readHouse, stepMs } from './world.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { write: { type: 'boolean' }, days: { type: 'string', default: '30' } },
});
const [from = '2024-05-01', ...asked] = positionals;
const days = Number(values.days);
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
const tomte: MakePlan = (problem) =>
  makePlan(readProblem(problem), { solve: solver.solve, ticks: systemClock.ticks });

interface Run {
  readonly policy: Policy;
  readonly solveMs: number[];
  readonly more?: () => object;
}
const still = (policy: Policy): Run => ({ policy, solveMs: [] });

function byTomte(sight: Sight, steps = 48, endQuantile = 0.1): Run {
  const solveMs: number[] = [];
  return { policy: planned(tomte, { sight, steps, endQuantile, solveMs }), solveMs };
}

function byEmhass(settings: EmhassSettings): Run {
  const solveMs: number[] = [];
  const { makePlan: make, failed, close } = openEmhass(settings);
  const policy = planned(make, { sight: simple, steps: 48, endQuantile: 0.1, solveMs });
  return {
    ...{ policy, solveMs },
    more() {
      close();
      return { noPlan: failed.count, relaxed: failed.relaxed };
    },
  };
}

const policies: Record<string, () => Run> = {
  none: () => still(none),
  naive: () => still(naive),
  // As it is installed: nothing of the battery's wear, a charge of 60 % at the end, within 1 % of the bill.
  emhass: () => byEmhass({ gap: 0.01, socFinal: 0.6, wear: 0 }),
  'emhass-best': () => byEmhass({ gap: 0.0005, socFinal: 0.3, wear: 0.02 }),
  tomte: () => byTomte(simple),
  'tomte-band': () => byTomte(simpleBand),
  'tomte-own': () => byTomte(own({ mean: true, bands: true })),
  perfect: () => byTomte(perfect, 96),
};
/** What was tried for the choices above, on April to June. */
const trials: Record<string, (value: number) => Run> = {
  'emhass-end': (socFinal) => byEmhass({ gap: 0.0005, socFinal, wear: 0.02 }),
  'emhass-end-no-wear': (socFinal) => byEmhass({ gap: 0.0005, socFinal, wear: 0 }),
  'own-mean': (quantile) => byTomte(own({ mean: true }), 48, quantile),
  'own-middle': (quantile) => byTomte(own({ mean: false }), 48, quantile),
  'own-mean-hours': (hours) => byTomte(own({ mean: true }), hours * 2),
  'own-middle-hours': (hours) => byTomte(own({ mean: false }), hours * 2),
};

function runOf(name: string): Run {
  const [trial, value] = name.split('=');
  const made = policies[name]?.() ?? trials[trial!]?.(Number(value));
  if (!made) throw new Error(`no policy ${name}`);
  return made;
}

async function figuresOf(name: string): Promise<object> {
  const { policy, solveMs, more } = runOf(name);
  const life = newLife();
  for (let n = begin; n < end; n++) {
    const wish = await policy(rows.slice(0, end), n, jobs, life);
    live(rows[n]!, jobs, wish, life, name !== 'naive');
  }
  const { cost, late, peakW, starts, soc, moves } = life.tally;
  const left = ((soc - 5_000) / 1000) * meanPrice;
  solveMs.sort((a, b) => a - b);
  const at = (share: number) => Math.round(solveMs[Math.floor(solveMs.length * share)] ?? 0);
  return {
    euros: round(cost - left),
    ...{ late, peakW: Math.round(peakW), starts, movesADay: round(moves / days) },
    ...(solveMs.length > 0 ? { solveMsP50: at(0.5), solveMsP95: at(0.95) } : {}),
    ...more?.(),
  };
}

const figures: Record<string, { euros?: number }> = {};
const wanted = asked.length > 0 ? asked : [...Object.keys(policies), 'bound'];
for (const name of wanted) {
  const bound = { solve: solver.solve, meanPrice };
  figures[name] =
    name === 'bound'
      ? { euros: round(await boundOf(rows.slice(begin, end), jobs, bound)) }
      : await figuresOf(name);
  process.stderr.write(`${from} ${name} ${JSON.stringify(figures[name])}\n`);
}
await solver.close();

if (values.write) {
  const file = join(import.meta.dirname, '../results/energy-rolling.json');
  const before = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const key = days === 30 ? from : `${from}, ${days} days`;
  const month = withShares({ ...before.months?.[key], ...figures });
  await keepResult('energy-rolling', { months: { ...before.months, [key]: month } });
}

/** Of what lies between doing nothing and the bound, percent. */
function withShares(month: Record<string, { euros?: number }>): object {
  const [nothing, bound] = [month.none?.euros, month.bound?.euros];
  if (nothing === undefined || bound === undefined) return month;
  return Object.fromEntries(
    Object.entries(month).map(([name, one]) => [
      name,
      { ...one, share: round((100 * (nothing - one.euros!)) / (nothing - bound)) },
    ]),
  );
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
