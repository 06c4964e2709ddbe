import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../clock.ts';
import { newModel } from './linear.ts';
import { openSolver } from './solver.ts';

let close = async () => {};
afterEach(() => close());

function open(o: { memoryMaxBytes?: number } = {}) {
  const faults: unknown[] = [];
  const solver = openSolver({ clock: systemClock, onFault: (error) => faults.push(error), ...o });
  close = solver.close;
  return { solver, faults };
}

/** At most 3 things of 2 into 7.5: whole numbers only. */
function boxes() {
  const model = newModel();
  const x = model.column({ cost: -1, high: 10, whole: true });
  model.row({ high: 7.5 }, [[x, 2]]);
  return model.build();
}

/** A puzzle that nobody solves in a moment: the items fill several boxes to the brim, or they do not. */
function hard() {
  const model = newModel();
  const columns = Array.from({ length: 60 }, (_, n) =>
    model.column({ cost: -1 - (n % 7), high: 1, whole: true }),
  );
  for (let k = 1; k <= 5; k++) {
    const terms = columns.map((c, n) => [c, ((n + 3) * (n + k) * k * 7919) % 101] as const);
    const half = terms.reduce((sum, [, f]) => sum + f, 0) / 2;
    model.row({ high: half }, terms);
  }
  return model.build();
}

test('whole numbers stay whole, and the bound meets the cost', async () => {
  const { solver } = open();
  const solution = await solver.solve(boxes(), { timeLimitMs: 5_000, gapMax: 0 });
  expect(solution).toMatchObject({ kind: 'solved', cost: -3, bound: -3 });
});

test('what cannot be is said to be so', async () => {
  const { solver } = open();
  const model = newModel();
  const x = model.column({ high: 1 });
  model.row({ low: 2 }, [[x, 1]]);
  const solution = await solver.solve(model.build(), { timeLimitMs: 5_000, gapMax: 0 });
  expect(solution).toEqual({ kind: 'none', reason: 'infeasible' });
});

test('a model that takes too long ends, the next is solved, and the program is free meanwhile', async () => {
  const { solver } = open();
  await solver.warm();
  let turns = 0;
  const stop = systemClock.every(5, () => turns++);
  const [slow, quick] = await Promise.all([
    solver.solve(hard(), { timeLimitMs: 300, gapMax: 0 }),
    solver.solve(boxes(), { timeLimitMs: 5_000, gapMax: 0 }),
  ]);
  stop();
  if (slow.kind === 'solved') expect(slow.bound).toBeLessThan(slow.cost);
  else expect(slow.reason).toBe('time');
  expect(quick).toMatchObject({ kind: 'solved', cost: -3 });
  expect(turns).toBeGreaterThan(5);
});

test('a thread that holds too much memory is followed by another', async () => {
  const { solver } = open({ memoryMaxBytes: 1 });
  for (let n = 0; n < 3; n++)
    await expect(solver.solve(boxes(), { timeLimitMs: 5_000, gapMax: 0 })).resolves.toMatchObject({
      cost: -3,
    });
  expect(solver.threads()).toBe(3);
});

test('a model that is none gives no solution, says why, and the next is solved', async () => {
  const { solver, faults } = open();
  const broken = { ...boxes(), index: Int32Array.from([5]) };
  const solution = await solver.solve(broken, { timeLimitMs: 5_000, gapMax: 0 });
  expect(solution).toEqual({ kind: 'none', reason: 'failed' });
  expect(faults).toHaveLength(1);
  await expect(solver.solve(boxes(), { timeLimitMs: 5_000, gapMax: 0 })).resolves.toMatchObject({
    cost: -3,
  });
});

test('more models than can wait are refused, and none after the end', async () => {
  const { solver } = open();
  const asked = Array.from({ length: 70 }, () =>
    solver.solve(boxes(), { timeLimitMs: 5_000, gapMax: 0 }),
  );
  const all = await Promise.allSettled(asked);
  const refused = all.filter(({ status }) => status === 'rejected');
  expect(refused.length).toBe(6);
  expect(refused[0]).toMatchObject({ reason: { code: 'plan.solver_busy' } });
  await solver.close();
  await expect(solver.solve(boxes(), { timeLimitMs: 5_000, gapMax: 0 })).rejects.toMatchObject({
    code: 'plan.solver_closed',
  });
});
