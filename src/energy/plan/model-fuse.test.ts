import { afterAll, expect, test } from 'vitest';
import { modelOf } from './model.ts';
import { apartByPrice } from './model-house.ts';
import { readProblem } from './read.ts';
import { testPlanner } from './testing/planner.ts';
import { weightsOf } from './weigh.ts';

const planner = testPlanner();
afterAll(planner.close);

const car = { powerW: 8_000, durationMinutes: 60, contiguous: false };
const window = { earliest: '2026-05-01T22:00:00Z', deadline: '2026-05-02T01:00:00Z' };

/** Two that are too much together, and one cheap hour: half of each would be the cheapest. */
function linear() {
  const problem = readProblem({
    id: 'two',
    start: window.earliest,
    slotMinutes: 60,
    importPrice: [0.1, 0.3, 0.3],
    exportPrice: [0.08, 0.08, 0.08],
    baseLoadW: [500, 500, 500],
    solarW: [0, 0, 0],
    gridImportMaxW: 12_000,
    loads: ['left', 'right'].map((id) => ({ id, ...car, ...window })),
    timeLimitMs: 10_000,
  });
  const o = { late: false, apart: apartByPrice(problem), weights: weightsOf(problem) };
  return modelOf(problem, { ...o, endValuePerKWh: 0 }).linear;
}

test('not even half on do two run together that are too much for the fuse', async () => {
  const whole = linear();
  const halves = { ...whole, whole: new Int32Array(whole.whole.length) };
  const { solve } = planner.maker;
  const limits = { timeLimitMs: 10_000, gapMax: 1e-6 };
  const [plan, relaxed] = [await solve(whole, limits), await solve(halves, limits)];
  if (plan.kind !== 'solved' || relaxed.kind !== 'solved') throw new Error('nothing found');
  expect(plan.cost).toBeCloseTo(8 * (0.1 + 0.3) + 0.5 * 0.7, 2);
  expect(relaxed.cost).toBeCloseTo(plan.cost, 2);
});
