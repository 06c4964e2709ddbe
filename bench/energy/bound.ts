/** What the month costs at least, all of it known from the start and planned at once. */

import { modelOf } from '../../src/energy/plan/model.ts';
import { apartByPrice } from '../../src/energy/plan/model-house.ts';
import type { Load, Problem } from '../../src/energy/plan/problem.ts';
import { weightsOf } from '../../src/energy/plan/weigh.ts';
import type { Solve } from '../../src/lib/solve/linear.ts';
import { battery, fuseW, hours, type Job, type Row, sellPrice, stepMs } from './world.ts';

/** No plan costs less than the answer, and none quite reaches it: jobs may be on by halves. */
export async function boundOf(
  rows: readonly Row[],
  jobs: readonly Job[],
  o: { solve: Solve; meanPrice: number },
): Promise<number> {
  const problem: Problem = {
    id: 'bound',
    slots: rows.map((row) => ({
      start: row.t,
      end: row.t + stepMs,
      minutes: 30,
      hours,
      importPrice: row.price,
      exportPrice: sellPrice,
      baseLoadW: row.loadW,
      solarW: row.solarW,
    })),
    bands: null,
    gridImportMaxW: fuseW,
    gridExportMaxW: Infinity,
    peak: null,
    battery: { ...battery, socWh: 5_000, endValuePerKWh: o.meanPrice, mayExport: false },
    loads: jobs.map(loadOf),
    previous: [],
    timeLimitMs: 100_000,
  };
  const { linear } = modelOf(problem, {
    late: false,
    apart: apartByPrice(problem),
    weights: weightsOf(problem),
    endValuePerKWh: o.meanPrice,
  });
  const relaxed = { ...linear, whole: new Int32Array(linear.whole.length) };
  const found = await o.solve(relaxed, { timeLimitMs: problem.timeLimitMs, gapMax: 0 });
  if (found.kind === 'none') throw new Error(`no bound: ${found.reason}`);
  return found.bound + 5 * o.meanPrice;
}

const loadOf = (job: Job): Load => ({
  id: job.name,
  powerW: job.powerW,
  powerMinW: null,
  minutes: job.steps * 30,
  contiguous: job.contiguous,
  earliest: job.earliest,
  deadline: job.deadline,
  running: false,
  fromBattery: true,
  minOnMinutes: 0,
  minOffMinutes: 0,
  startCost: 0,
  comfort: null,
});
