import { createRequire } from 'node:module';
import type { Highs } from 'highs';
import { expect, test } from 'vitest';
import { dive } from './dive.ts';
import { type LinearModel, newModel, sourceOf } from './linear.ts';

const load = createRequire(import.meta.url)('highs') as () => Promise<Highs>;
const highs = await load();

function found(model: LinearModel, gapMax: number) {
  return highs.withModel(sourceOf(model), (loaded) => {
    loaded.options.set({ output_flag: false });
    return dive(highs, model, loaded, gapMax);
  });
}

/**
 * Ten things to take or leave, of the first `oneOf` exactly one; four needs, what they leave open is bought dearer.
 * Costs of all ways.
 */
function puzzle(seed: number, oneOf: number) {
  let state = seed;
  const next = (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const costs = Array.from({ length: 10 }, () => 1 + 3 * next());
  const needs = Array.from({ length: 4 }, () => ({
    gives: costs.map(() => (next() < 0.6 ? 4 * next() : 0)),
    least: 4 + 6 * next(),
    price: 1 + next(),
  }));
  const model = newModel();
  const columns = costs.map((cost) => model.column({ cost, high: 1, whole: true }));
  const set = columns.slice(0, oneOf);
  if (oneOf > 0)
    model.row(
      { low: 1, high: 1 },
      set.map((column) => [column, 1] as const),
    );
  for (const { gives, least, price } of needs) {
    const bought = model.column({ cost: price });
    model.row({ low: least }, [
      ...columns.map((column, n) => [column, gives[n]!] as const),
      [bought, 1],
    ]);
  }
  const costOf = (taken: (n: number) => boolean): number => {
    const sum = (values: readonly number[]) =>
      values.reduce((all, value, n) => all + (taken(n) ? value : 0), 0);
    return needs.reduce(
      (all, { gives, least, price }) => all + price * Math.max(0, least - sum(gives)),
      sum(costs),
    );
  };
  const isTaken = (way: number) => (n: number) => ((way >> n) & 1) === 1;
  const isAllowed = (way: number) => oneOf === 0 || set.filter(isTaken(way)).length === 1;
  const ways = Array.from({ length: 1024 }, (_, way) => way).filter(isAllowed);
  const least = Math.min(...ways.map((way) => costOf(isTaken(way))));
  return { model: model.build(), costOf, least, isAllowed };
}

test.each([0, 6])(
  'of %i of which one is taken: what it finds is whole and within the gap of the least of all ways, and no way costs less than its bound',
  (oneOf) => {
    let count = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const { model, costOf, least, isAllowed } = puzzle(seed, oneOf);
      const solution = found(model, 0.1);
      if (solution?.kind !== 'solved') continue;
      count++;
      const taken = (n: number) => solution.values[n]! > 0.5;
      const way = Array.from({ length: 10 }, (_, n) => (taken(n) ? 1 << n : 0));
      expect(isAllowed(way.reduce((a, b) => a | b)), `${seed}`).toBe(true);
      expect(costOf(taken), `${seed}`).toBeCloseTo(solution.cost, 5);
      expect(solution.cost, `${seed}`).toBeLessThanOrEqual(least + 0.1 + 1e-6);
      expect(solution.bound, `${seed}`).toBeLessThanOrEqual(least + 1e-6);
      expect(solution.bound, `${seed}`).toBeGreaterThanOrEqual(solution.cost - 0.1 - 1e-6);
    }
    // Few are left to the solver's own search.
    expect(count).toBeGreaterThan(40);
  },
);

test('columns of more than 0 and 1, and what cannot be, it leaves to others', () => {
  const many = newModel();
  many.column({ cost: -1, high: 10, whole: true });
  expect(found(many.build(), 0.1)).toBeNull();
  const never = newModel();
  const column = never.column({ high: 1, whole: true });
  never.row({ low: 2 }, [[column, 1]]);
  expect(found(never.build(), 0.1)).toBeNull();
});
