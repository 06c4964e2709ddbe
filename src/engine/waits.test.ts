import { afterAll, afterEach, expect, test } from 'vitest';
import { systemClock } from '../lib/clock.ts';
import { settleWait } from '../store/waits.ts';
import { closeTestStore, type Doors, doors, home, setMode } from './testing.ts';
import {
  byHand,
  closeEngine,
  engineOf,
  movedClock,
  open,
  parked,
  question,
  result,
  rowOf,
  started,
  waiting,
  waitsOf,
} from './testing-runs.ts';

afterAll(closeTestStore);
afterEach(closeEngine);

test('a short sleep is waited out in memory and is on time', async () => {
  const id = await started(async (ctx) => {
    const from = ctx.now();
    await ctx.sleep('400ms');
    return ctx.now() - from;
  });
  const slept = (await result(id)) as number;
  expect(slept).toBeGreaterThanOrEqual(400);
  expect(await rowOf(id)).toMatchObject({ segment: 0 });
});

test('over a long sleep the body is let go, and the next execution has what was done before', async () => {
  const { clock, move } = movedClock();
  let firsts = 0;
  const id = await started(
    async (ctx) => {
      const first = await ctx.step('first', () => ++firsts);
      await ctx.sleep('1h');
      return [first, await ctx.step('second', () => firsts * 10)];
    },
    { clock },
  );
  await parked(id);
  move(3_600_000);
  expect(await result(id)).toEqual([1, 10]);
  expect(await rowOf(id)).toMatchObject({ segment: 1 });
  const { steps } = await engineOf().engine.view('tomte', id);
  expect(steps.map(({ name, kind }) => [name, kind])).toEqual([
    ['first', 'step'],
    ['sleep 1', 'sleep'],
    ['second', 'step'],
  ]);
});

test('a Run that waits is taken up by the next boot, also what was due while nobody lived', async () => {
  const { clock, move } = movedClock();
  const id = await started(
    async (ctx) => {
      await ctx.sleep('1h');
      await ctx.sleep('1h');
      return 'woke twice';
    },
    { clock },
  );
  await parked(id);
  move(3_600_000);
  await parked(id, 2);
  await engineOf().reopen();
  move(7_200_000);
  await engineOf().engine.recover('tomte', home);
  expect(await result(id)).toBe('woke twice');
});

test('a wait settled in the moment of the crash is not lost', async () => {
  const id = await started(async (ctx) => {
    await ctx.sleep('1h');
    return 'on';
  });
  await parked(id);
  const [wait] = await waitsOf(id);
  const outcome = { kind: 'due', at: 5 };
  expect(
    await settleWait(engineOf().store.db, { run: id, position: wait!.position, at: 5, outcome }),
  ).toBe(true);
  expect(
    await settleWait(engineOf().store.db, { run: id, position: wait!.position, at: 6, outcome }),
  ).toBe(false);
  await engineOf().reopen();
  await engineOf().engine.recover('tomte', home);
  expect(await result(id)).toBe('on');
});

test('until: what is so already is met at once, without a row', async () => {
  const made = doors();
  made.change('door.a', 'on', systemClock.now());
  const id = await started((ctx) => ctx.until({ entity: 'door.a', is: 'on' }, { timeout: '1h' }), {
    made,
  });
  expect(await result(id)).toMatchObject({ met: true });
  expect(await waitsOf(id)).toEqual([]);
});

test('until: met by a change, over a restart; or not met in time', async () => {
  const { clock, move } = movedClock();
  const made = doors();
  made.change('door.a', 'off', clock.now());
  const id = await started(
    async (ctx) => {
      const first = await ctx.until({ entity: 'door.a', is: 'on' }, { timeout: '1h' });
      const second = await ctx.until({ entity: 'door.a', is: 'gone' }, { timeout: '1h' });
      return [first.met, second.met];
    },
    { made, clock },
  );
  await parked(id);
  await engineOf().reopen();
  await engineOf().engine.recover('tomte', home);
  made.change('door.a', 'on', clock.now());
  await parked(id, 2);
  move(3_600_000);
  expect(await result(id)).toEqual([true, false]);
});

test('until with for: counts over a restart, an interruption meanwhile begins anew', async () => {
  const { clock, move } = movedClock();
  const made = doors();
  const open = { entity: 'door.a', is: 'on', for: '10m' } as const;
  made.change('door.a', 'on', clock.now());
  const id = await started(
    async (ctx) => {
      const met = await ctx.until(open, { timeout: '2h' });
      return met.at;
    },
    { made, clock },
  );
  await parked(id);
  const [wait] = await waitsOf(id);
  const began = wait!.began_at;
  move(8 * 60_000);
  await engineOf().reopen();
  await engineOf().engine.recover('tomte', home);
  // Home Assistant was restarted too: it says the door opened just now.
  made.change('door.a', 'on', clock.now());
  move(3 * 60_000);
  const at = (await result(id)) as number;
  expect(at - began).toBeGreaterThanOrEqual(9 * 60_000);
  expect(at - began).toBeLessThan(12 * 60_000);
});

test('waitFor an event: the right one, of the right data', async () => {
  const made = doors();
  const id = await started(
    (ctx) => ctx.waitFor({ event: { type: 'tag_scanned', data: { tag: 'a' } } }, { timeout: '1h' }),
    { made },
  );
  await parked(id);
  made.happen('tag_scanned', { tag: 'b' }, 1);
  made.happen('tag_scanned', { tag: 'a', by: 'Ola' }, 2);
  expect(await result(id)).toEqual({ data: { tag: 'a', by: 'Ola' }, at: 2 });
});

test('waitFor a webhook of its own workflow', async () => {
  const id = await started((ctx) => ctx.waitFor({ webhook: { name: 'paid' } }, { timeout: '1h' }));
  await parked(id);
  const post = { kind: 'webhook', name: 'paid', id: 'd1', at: 7 } as const;
  await engineOf().engine.fire('tomte', home, { ...post, workflow: 'another', body: { sum: 9 } });
  await engineOf().engine.fire('tomte', home, { ...post, workflow: 'tried', body: { sum: 3 } });
  expect(await result(id)).toEqual({ data: { sum: 3 }, at: 7 });
});

test('ask: the first answer counts', async () => {
  const made = doors();
  const id = await started((ctx) => ctx.ask(question), { made });
  await parked(id);
  const [asked] = made.asked;
  expect(asked).toMatchObject({ kind: 'question', run: id, title: question.title, fallback: 'no' });
  const { engine } = engineOf();
  expect(await engine.answered('tomte', asked!.id, { answer: 'yes', by: 'Ola', at: 9 })).toBe(true);
  expect(await engine.answered('tomte', asked!.id, { answer: 'no', by: 'Eve', at: 10 })).toBe(
    false,
  );
  expect(await result(id)).toEqual({ answer: 'yes', by: 'Ola', at: 9 });
});

test('ask: nobody answers and the fallback is taken', async () => {
  const { clock, move } = movedClock();
  const id = await started((ctx) => ctx.ask(question), { clock });
  await parked(id);
  move(3_600_000);
  expect(await result(id)).toMatchObject({ answer: 'no', by: null });
});

test('an Action that wants a yes waits for it, then is sent with it', async () => {
  const made = doors();
  const seen: (string | undefined)[] = [];
  const guarded: Doors = {
    ...made,
    async act(_home, _action, by) {
      seen.push(by.approval);
      if (by.approval === undefined) return { kind: 'needs_approval', reason: 'A lock' };
      return { kind: 'confirmed', at: 1 };
    },
  };
  const unlock = { domain: 'lock', action: 'unlock', entities: ['lock.front'], data: {} };
  const id = await started((ctx) => ctx.act(unlock), { made: guarded });
  await parked(id);
  const [asked] = made.asked;
  expect(asked).toMatchObject({ kind: 'action', action: unlock, reason: 'A lock' });
  await engineOf().engine.answered('tomte', asked!.id, { answer: 'yes', by: 'Ola', at: 9 });
  expect(await result(id)).toEqual({ kind: 'confirmed', at: 1 });
  expect(seen).toEqual([undefined, asked!.id]);
});

test('an Action nobody allows is refused', async () => {
  const made = doors();
  const guarded: Doors = {
    ...made,
    act: async () => ({ kind: 'needs_approval', reason: 'A lock' }),
  };
  const unlock = { domain: 'lock', action: 'unlock', entities: ['lock.front'], data: {} };
  const id = await started((ctx) => ctx.act(unlock), { made: guarded });
  await parked(id);
  await engineOf().engine.answered('tomte', made.asked[0]!.id, { answer: 'no', by: 'Ola', at: 9 });
  expect(await result(id)).toMatchObject({ kind: 'refused', rule: 'guardrail.said_no' });
});

test('call: runs another workflow and has its result; a failure of it is told', async () => {
  const child = byHand(async (ctx) => {
    if (ctx.trigger.kind !== 'call') return null;
    const { n } = ctx.trigger.input as { n: number };
    if (n > 2) throw new Error('too many');
    return n * 2;
  });
  const parent = byHand(async (ctx) => {
    const twice = await ctx.call('child', { n: 2 });
    const failed = await ctx.call('child', { n: 3 }).catch((error: Error) => error.message);
    return [twice, failed];
  });
  const opened = await open({ parent, child }, doors(), { pollMs: 200 });
  await setMode(opened.store.db, 'parent', 'on');
  await setMode(opened.store.db, 'child', 'on');
  const id = await opened.engine.run('tomte', home, 'parent', { by: 'Ola' });
  expect(await result(id)).toEqual([4, 'child failed: too many']);
});

test('branches side by side: the order of what happened is the order at a replay', async () => {
  const { clock, move } = movedClock();
  const made = doors();
  made.change('door.a', 'off', clock.now());
  const said: string[] = [];
  const id = await started(
    async (ctx) => {
      const branch = async (name: string, wait: () => Promise<unknown>) => {
        await wait();
        // The same name in each branch: only the order tells them apart.
        const n = await ctx.step('after', () => said.push(name));
        await ctx.sleep('1h');
        return `${name} ${n}`;
      };
      return Promise.all([
        branch('slept', () => ctx.sleep('30m')),
        branch('door', () => ctx.until({ entity: 'door.a', is: 'on' }, { timeout: '5h' })),
      ]);
    },
    { made, clock },
  );
  await parked(id);
  made.change('door.a', 'on', clock.now());
  await parked(id, 2);
  expect(said).toEqual(['door']);
  move(1_800_000);
  await expect.poll(() => said, { timeout: 20_000 }).toEqual(['door', 'slept']);
  // Both branches wait again: a sleep that began after the clock moved would not be over.
  await waiting(id, 4);
  move(7_200_000);
  expect(await result(id)).toEqual(['slept 2', 'door 1']);
  expect(said).toEqual(['door', 'slept']);
});

test('one wait while another branch works: the body stays', async () => {
  let letGo = () => {};
  const gate = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const id = await started(async (ctx) => {
    const slow = ctx.step('slow', () => gate);
    await Promise.race([slow, ctx.sleep('1h')]);
    return 'raced';
  });
  await waiting(id);
  await systemClock.sleep(500);
  expect(await rowOf(id)).toMatchObject({ state: 'running', segment: 0 });
  letGo();
  expect(await result(id)).toBe('raced');
  expect((await waitsOf(id))[0]).toMatchObject({ outcome: { kind: 'left' } });
});
