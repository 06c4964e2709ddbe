/** A Run again from one of its steps: what came before is taken as it was, and nothing is switched. */
import { afterAll, afterEach, expect, test } from 'vitest';
import { closeTestStore, doors } from './testing.ts';
import {
  closeEngine,
  engineOf,
  movedClock,
  parked,
  result,
  rowOf,
  started,
} from './testing-runs.ts';

afterAll(closeTestStore);
afterEach(closeEngine);

const view = (id: string) => engineOf().engine.view('tomte', id);

test('steps before the chosen one are as they were, those from it on are taken anew', async () => {
  const taken: string[] = [];
  const id = await started(async (ctx) => {
    const price = await ctx.step('price', () => taken.push('price'));
    const told = await ctx.step('told', () => taken.push('told'));
    return { price, told };
  });
  await engineOf().engine.ended('tomte', id);
  const told = (await view(id)).steps.find(({ name }) => name === 'told')!;
  const again = await engineOf().engine.fork('tomte', id, told.position);
  await engineOf().engine.ended('tomte', again);
  expect(taken).toEqual(['price', 'told', 'told']);
  expect(await result(again)).toMatchObject({ price: 1, told: 3 });
  expect(await rowOf(again)).toMatchObject({ dry: true, fork: { run: id, from: told.position } });
  const steps = (await view(again)).steps;
  expect(steps.map(({ name, output }) => [name, output])).toEqual([
    ['price', 1],
    ['told', 3],
  ]);
  // Again from there: what the second took over stands in the third too.
  const third = await engineOf().engine.fork('tomte', again, told.position);
  await engineOf().engine.ended('tomte', third);
  expect(await result(third)).toMatchObject({ price: 1, told: 4 });
});

test('a wait that was over stays over, and nothing is switched', async () => {
  const made = doors();
  const { clock, move } = movedClock();
  const id = await started(
    async (ctx) => {
      await ctx.sleep('2d');
      const action = { domain: 'switch', action: 'turn_on', entities: ['switch.a'], data: {} };
      return ctx.act(action);
    },
    { made, clock },
  );
  await parked(id);
  move(2 * 86_400_000 + 1_000);
  await engineOf().engine.ended('tomte', id);
  expect(made.acts).toHaveLength(1);
  const act = (await view(id)).steps.find(({ name }) => name === 'act 1')!;
  const again = await engineOf().engine.fork('tomte', id, act.position);
  await engineOf().engine.ended('tomte', again);
  expect((await rowOf(again)).state).toBe('done');
  expect(made.acts).toHaveLength(1);
});

test('branches tell what led to them and what ran beside them', async () => {
  const id = await started(async (ctx) => {
    await ctx.step('first', () => 1);
    const slow = ctx.sleep('1s');
    await ctx.step('quick', () => 2);
    await slow;
    return ctx.step('both', () => 3);
  });
  await engineOf().engine.ended('tomte', id);
  const { steps } = await view(id);
  const at = (name: string) => steps.find((step) => step.name === name)!;
  const [first, slow, quick, both] = ['first', 'sleep 1', 'quick', 'both'].map(at);
  expect(slow).toMatchObject({ after: first!.position, beside: [] });
  expect(quick).toMatchObject({ after: first!.position, beside: [slow!.position] });
  expect(both).toMatchObject({ after: slow!.position, beside: [] });
});

test('a step that is not there is refused', async () => {
  const id = await started(async () => 'done');
  await engineOf().engine.ended('tomte', id);
  const fork = engineOf().engine.fork('tomte', id, 40);
  await expect(fork).rejects.toMatchObject({ code: 'run.step_not_found' });
  const unknown = engineOf().engine.fork('tomte', 'nobody', 0);
  await expect(unknown).rejects.toMatchObject({ code: 'run.not_found' });
});
