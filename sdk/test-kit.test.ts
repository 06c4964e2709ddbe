/** The kit that tests workflows, tested. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineWorkflow } from './define.ts';
import { isError } from './errors.ts';
import { openKit } from './test.ts';
import type { WorkflowDefinition } from './workflow.ts';

const none = z.strictObject({});
const plain = (
  run: WorkflowDefinition['run'],
  more: Partial<WorkflowDefinition> = {},
): WorkflowDefinition => ({
  ...defineWorkflow({ title: 'T', text: 'T.', triggers: [{ manual: true }], settings: none, run }),
  ...more,
});

const door = defineWorkflow({
  title: 'Door',
  text: 'Tells when a door stays open.',
  settings: z.strictObject({
    door: z.string().default('binary_sensor.door'),
    minutes: z.number().default(10),
  }),
  triggers: (settings) => [
    { state: { entity: settings.door, to: 'on', for: `${settings.minutes}m` } },
  ],
  async run(ctx, settings) {
    const { title, text } = { title: 'A door is open', text: settings.door };
    await ctx.alert({
      key: 'door',
      title,
      text,
      severity: 'today',
      since: ctx.now(),
      entities: [],
    });
    const closed = await ctx.until({ entity: settings.door, is: 'off' }, { timeout: '2d' });
    if (closed.met) await ctx.resolve('door', { title: 'Over', text: 'Closed.', at: closed.at });
    return closed.met;
  },
});

test('a state that stays so starts a Run, and what it waits for ends it', async () => {
  const kit = openKit(door, { states: { 'binary_sensor.door': 'off' } });
  await kit.home.set('binary_sensor.door', 'on');
  await kit.advance('9m');
  expect(kit.runs).toHaveLength(0);
  await kit.advance('1m');
  expect(kit.alerts).toMatchObject([{ key: 'door', state: 'open', rang: 1 }]);
  await kit.advance('5h');
  await kit.home.set('binary_sensor.door', 'off');
  expect(kit.alerts).toMatchObject([{ title: 'Over', state: 'over', overAt: kit.now() }]);
  expect(kit.run.outcome).toEqual({ state: 'done', result: true });
});

test('what did not stay so starts nothing; a setting is checked by its schema', async () => {
  const kit = openKit(door, { settings: { minutes: 5 }, states: { 'binary_sensor.door': 'off' } });
  await kit.home.set('binary_sensor.door', 'on');
  await kit.advance('4m');
  await kit.home.set('binary_sensor.door', 'off');
  await kit.advance('1h');
  expect(kit.runs).toHaveLength(0);
  expect(() => kit.run).toThrow('No Run began');
  expect(() => openKit(door, { settings: { minutes: 'five' as never } })).toThrow(
    expect.objectContaining({ code: 'workflow.settings_invalid' }),
  );
});

test('two days pass in milliseconds, step by step or at once', async () => {
  const kit = openKit(
    plain(async (ctx) => {
      await ctx.sleep('2d');
      return ctx.now();
    }),
    { now: '2026-03-28T12:00:00Z' },
  );
  await kit.press();
  expect(await kit.next()).toBe(true);
  expect(await kit.next()).toBe(false);
  expect(kit.run.outcome).toEqual({ state: 'done', result: Date.parse('2026-03-30T12:00:00Z') });
});

test('an Action is recorded, the home follows, and what waited for that hears it', async () => {
  const kit = openKit(
    plain(async (ctx) => {
      await ctx.act({
        domain: 'light',
        action: 'turn_on',
        entities: ['light.a'],
        data: { brightness: 7 },
      });
      const state = await ctx.home.state('light.a');
      return [state?.state, state?.attributes.brightness];
    }),
    { states: { 'light.a': { state: 'off', attributes: { brightness: 0 } } } },
  );
  await kit.press();
  expect(kit.run.outcome).toEqual({ state: 'done', result: ['on', 7] });
  expect(kit.actions).toMatchObject([{ action: 'turn_on', outcome: { kind: 'confirmed' } }]);
});

test('an Action may be refused by the test, and then nothing follows', async () => {
  const kit = openKit(
    plain((ctx) => ctx.act({ domain: 'lock', action: 'unlock', entities: ['lock.a'] })),
    {
      states: { 'lock.a': 'locked' },
      act: () => ({ kind: 'refused', rule: 'never', message: 'No.' }),
    },
  );
  await kit.press();
  expect(kit.home.state('lock.a')?.state).toBe('locked');
  expect(kit.run.outcome).toMatchObject({ result: { kind: 'refused' } });
});

const question = {
  ...{ title: 'Heat?', text: 'It is cold.', fallback: 'no' },
  timeout: '1h',
  options: [
    { id: 'yes', label: 'Yes' },
    { id: 'no', label: 'No' },
  ],
} as const;

test('a question is answered, or its time runs out; an answer that is not offered is refused', async () => {
  const kit = openKit(plain(async (ctx) => [await ctx.ask(question), await ctx.ask(question)]));
  await expect(kit.answer('yes')).rejects.toThrow('Nobody is asked anything');
  await kit.press();
  await expect(kit.answer('maybe')).rejects.toThrow('not offered: yes, no');
  await kit.answer('yes', 'Maja');
  await kit.advance('1h');
  expect(kit.run.outcome).toMatchObject({
    result: [
      { answer: 'yes', by: 'Maja' },
      { answer: 'no', by: null },
    ],
  });
  expect(kit.questions.map(({ answer }) => answer)).toEqual(['yes', null]);
});

test('events and webhooks start Runs and end waits; only what fits does', async () => {
  const kit = openKit(
    plain((ctx) => ctx.waitFor({ event: { type: 'tag', data: { id: 7 } } }, { timeout: '1d' }), {
      triggers: [
        { event: { type: 'bell', data: { where: 'front' } } },
        { webhook: { name: 'go' } },
      ],
    }),
  );
  await kit.event('bell', { where: 'back' });
  expect(kit.runs).toHaveLength(0);
  await kit.event('bell', { where: 'front', loud: true });
  await kit.webhook('go', { a: 1 });
  expect(kit.runs.map(({ trigger }) => trigger.kind)).toEqual(['event', 'webhook']);
  await kit.event('tag', { id: 8 });
  expect(kit.runs.every(({ outcome }) => outcome === null)).toBe(true);
  await kit.event('tag', { id: 7 });
  expect(kit.run.outcome).toMatchObject({ result: { data: { id: 7 } } });
});

test('what the world outside says is the test’s to say; what it does not say is told', async () => {
  const asks = plain(async (ctx) => {
    const page = await ctx.fetch('https://example.com/price');
    const { value } = await ctx.facts('weather');
    const { choice } = await ctx.decide({
      question: 'Now?',
      options: [
        { id: 'a', text: 'a' },
        { id: 'b', text: 'b' },
      ],
      fallback: 'a',
    });
    return [page.json, page.status, value, choice, await ctx.call('other', 1)];
  });
  const kit = openKit(asks, {
    fetch: (url) => ({ json: { url } }),
    facts: { weather: { degrees: 3 } },
    decide: () => 'b',
    call: (_workflow, input) => input,
  });
  await kit.press();
  expect(kit.run.outcome).toMatchObject({
    result: [{ url: 'https://example.com/price' }, 200, { degrees: 3 }, 'b', 1],
  });
  const bare = openKit(asks);
  await bare.press();
  expect(bare.run.outcome).toMatchObject({ state: 'failed', error: { code: 'kit.no_answer' } });
});

test('conditions hold a trigger back, with the reason', async () => {
  const kit = openKit(
    plain(async () => 'ran', {
      triggers: [{ state: { domain: 'light', to: 'on' } }],
      conditions: () => [{ time: { after: '22:00', before: '06:00' } }],
    }),
    { zone: 'Europe/Berlin', now: '2026-01-05T20:30:00Z', states: { 'light.a': 'off' } },
  );
  await kit.home.set('light.a', 'on');
  expect(kit.runs).toHaveLength(0);
  expect(kit.notRun).toMatchObject([
    { code: 'condition', reason: 'It was 21:30, must be after 22:00, before 06:00.' },
  ]);
  await kit.advance('1h');
  await kit.home.set('light.a', 'off');
  await kit.home.set('light.a', 'on');
  expect(kit.runs).toHaveLength(1);
});

test('after a crash the Run goes on from its steps: nothing is done twice', async () => {
  let bodies = 0;
  const kit = openKit(
    plain(async (ctx) => {
      const made = await ctx.step('count', () => ++bodies);
      await ctx.act({ domain: 'light', action: 'turn_on', entities: ['light.a'] });
      await ctx.sleep('1h');
      await ctx.store.set('made', made);
      return made;
    }),
    { states: { 'light.a': 'off' } },
  );
  await kit.press();
  await kit.crash();
  await kit.advance('30m');
  await kit.crash();
  await kit.advance('30m');
  expect(kit.run.outcome).toEqual({ state: 'done', result: 1 });
  expect([bodies, kit.actions.length, kit.store.get('made')]).toEqual([1, 1, 1]);
});

test('a crash finds code that does something else the second time', async () => {
  let times = 0;
  const kit = openKit(
    plain(async (ctx) => {
      await ctx.step(times++ === 0 ? 'first' : 'other', () => 1);
      await ctx.sleep('1h');
    }),
  );
  await kit.press();
  await kit.crash();
  expect(kit.run.outcome).toMatchObject({
    state: 'failed',
    error: { code: 'run.step_order_changed', message: 'other was first when this Run began' },
  });
});

test('an edited workflow may go on with a Run, as long as its steps are the same', async () => {
  const steps = (last: string) =>
    plain(async (ctx) => {
      await ctx.step('a', () => 1);
      await ctx.sleep('1h');
      return ctx.step(last, () => last);
    });
  const kit = openKit(steps('b'));
  await kit.press();
  await kit.crash(steps('c'));
  await kit.advance('1h');
  expect(kit.run.outcome).toEqual({ state: 'done', result: 'c' });
});

test('the home of a test has a past, areas and labels', async () => {
  const kit = openKit(
    plain(async (ctx) => {
      const lights = await ctx.home.entities({ area: 'Hall', domain: 'light' });
      const past = await ctx.home.history('sensor.t', { from: 0 });
      const hours = await ctx.home.statistics('sensor.t', { from: 0 });
      return [lights.map(({ id }) => id), past.length, hours.length];
    }),
    {
      now: '2026-01-05T08:00:00Z',
      states: {
        'light.hall': { state: 'on', area: 'Hall', labels: ['Warm'] },
        'light.other': 'on',
        'sensor.t': { state: 3, unit: '°C' },
      },
      history: {
        'sensor.t': [
          ['2026-01-05T07:00:00Z', 1],
          ['2026-01-05T07:30:00Z', 2],
        ],
      },
      statistics: { 'sensor.t': [{ start: 0, mean: 1, min: 1, max: 1, change: null }] },
    },
  );
  await kit.press();
  expect(kit.run.outcome).toEqual({ state: 'done', result: [['light.hall'], 3, 1] });
});

test('a condition in another unit than the sensor’s own is refused, as in a real home', async () => {
  const kit = openKit(
    plain((ctx) => ctx.until({ entity: 'sensor.t', above: 3, unit: '°F' }, { timeout: '1d' })),
    { states: { 'sensor.t': { state: 3, unit: '°C' } } },
  );
  await kit.press();
  expect(kit.run.outcome).toMatchObject({
    state: 'failed',
    error: { code: 'run.condition_invalid' },
  });
});

test('a due time, a finding and any trigger start a Run', async () => {
  const kit = openKit(
    plain(async (ctx) => ctx.trigger.kind, {
      triggers: [{ time: { cron: '0 7 * * *' } }, { anomaly: { about: 'water' } }],
    }),
  );
  await kit.due();
  await kit.find({ title: 'Water runs' });
  await kit.fire({ kind: 'call', workflow: 'workflow', by: 'x', input: 1, at: kit.now() });
  expect(kit.runs.map(({ outcome }) => outcome)).toMatchObject([
    { result: 'time' },
    { result: 'anomaly' },
    { result: 'call' },
  ]);
  expect(() => kit.due(1)).toThrow('no such time trigger');
});

const recorded = {
  trigger: { kind: 'manual', by: 'Maja', at: 0 },
  steps: [
    { name: 'begin', input: null, output: { mode: 'on' } },
    { name: 'state 1', input: { entity: 'sensor.t' }, output: { state: '21' } },
    {
      name: 'act 1',
      input: { domain: 'light', action: 'turn_on', data: {}, entities: ['light.a'] },
      output: { kind: 'confirmed', at: 5 },
    },
    {
      name: 'fetch 1',
      input: { method: 'GET', url: 'x' },
      output: null,
      error: 'connect.timeout: It took too long',
    },
  ].map((step, at) => ({
    startedAt: new Date(at * 1000).toISOString(),
    endedAt: new Date(at * 1000 + 500).toISOString(),
    error: null,
    ...step,
  })),
} as const;

const replayable = (entity: string) =>
  plain(async (ctx) => {
    const state = await ctx.home.state('sensor.t');
    await ctx.act({ domain: 'light', action: 'turn_on', entities: [entity] });
    try {
      await ctx.fetch('x');
    } catch (error) {
      return [state?.state, isError(error, 'connect.timeout')];
    }
  });

test('the record of a Run is played again, and says what is done differently now', async () => {
  const same = await openKit(replayable('light.a')).replay(recorded);
  expect(same.outcome).toEqual({ state: 'done', result: ['21', true] });
  expect([same.left, same.added]).toEqual([[], []]);
  expect(same.differences).toEqual([]);
  const other = await openKit(replayable('light.b')).replay(recorded);
  expect(other.differences).toMatchObject([
    { step: 'act 1', was: { entities: ['light.a'] }, is: { entities: ['light.b'] } },
  ]);
  const short = await openKit(
    plain(async (ctx) => (await ctx.home.state('sensor.t'))?.state),
  ).replay(recorded);
  expect(short.left).toEqual(['act 1', 'fetch 1']);
});

test('waits, questions and calls of a record give what they gave', async () => {
  const step = (name: string, output: unknown, input: unknown = null) => ({
    ...{ name, input, output, error: null },
    startedAt: '2026-01-05T08:00:00.000Z',
    endedAt: '2026-01-05T09:00:00.000Z',
  });
  const all = plain(async (ctx) => {
    await ctx.sleep('1h');
    const until = await ctx.until({ entity: 'light.a', is: 'on' }, { timeout: '1h' });
    const now = await ctx.until({ entity: 'light.a', is: 'on' }, { timeout: '1h' });
    const heard = await ctx.waitFor({ event: { type: 'x' } }, { timeout: '1h' });
    const asked = await ctx.ask(question);
    const called = await ctx.call('other');
    const act = () => ctx.act({ domain: 'lock', action: 'unlock', entities: ['lock.a'] });
    const [no, yes] = [await act(), await act()];
    const long = await ctx.step('long', () => 1).catch((error: { code: string }) => error.code);
    const failed = await ctx.call('other').catch((error: Error) => error.message);
    return { until, now, heard, asked, called, no, yes, long, failed };
  });
  const at = 7;
  const replayed = await openKit(all).replay({
    trigger: { kind: 'manual', by: 'Maja', at: 0 },
    steps: [
      step('sleep 1', { kind: 'due', at }),
      step('until 1', { kind: 'due', at }),
      step('until 2', { over: { kind: 'met', at } }),
      step('waitFor 1', { kind: 'heard', data: { a: 1 }, at }),
      step('ask 1', { kind: 'due', at }, question),
      step('call 1', { kind: 'ended', state: 'done', result: 5, error: null, at }),
      step('act 1', { kind: 'needs_approval', reason: 'r' }),
      step('act 1 yes', { kind: 'answered', answer: 'no', by: 'Maja', at }),
      step('act 2', { kind: 'needs_approval', reason: 'r' }),
      step('act 2 yes', { kind: 'answered', answer: 'yes', by: 'Maja', at }),
      step('act 2 allowed', { kind: 'confirmed', at }),
      step('long', '{"a":1 … 20000 characters'),
      step('call 2', {
        kind: 'ended',
        state: 'failed',
        result: null,
        error: { message: 'No.' },
        at,
      }),
    ],
  });
  expect(replayed.outcome).toEqual({
    state: 'done',
    result: {
      ...{ until: { met: false, at }, now: { met: true, at }, heard: { data: { a: 1 }, at } },
      asked: { answer: 'no', by: null, at },
      called: 5,
      no: { kind: 'refused', rule: 'guardrail.said_no', message: 'Maja said no.' },
      yes: { kind: 'confirmed', at },
      long: 'kit.no_answer',
      failed: 'No.',
    },
  });
});

const sleeper = (more: Partial<WorkflowDefinition>) =>
  openKit(
    plain(
      async (ctx) => {
        await ctx.sleep('1h');
        return ctx.trigger.kind === 'state' ? ctx.trigger.to : null;
      },
      { triggers: [{ state: { entity: 'select.a' } }], ...more },
    ),
    { states: { 'select.a': '0' } },
  );
const three = async (kit: ReturnType<typeof sleeper>) => {
  for (const state of ['1', '2', '3']) {
    await kit.home.set('select.a', state);
    await kit.advance('1m');
  }
  await kit.advance('5h');
  return kit.runs.map(({ outcome }) => (outcome?.state === 'done' ? outcome.result : null));
};

test('Runs side by side, one after the other, one alone, or the newest: as the workflow says', async () => {
  expect(await three(sleeper({}))).toEqual(['1', '2', '3']);
  const queued = sleeper({ mode: { kind: 'queued', max: 2 } });
  expect(await three(queued)).toEqual(['1', '2']);
  expect(queued.runs.map(({ startedAt }) => startedAt)).toEqual([
    queued.runs[0]!.startedAt,
    queued.runs[0]!.endedAt,
  ]);
  expect(queued.notRun).toMatchObject([{ code: 'busy' }]);
  const single = sleeper({ mode: { kind: 'single' } });
  expect(await three(single)).toEqual(['1']);
  expect(single.notRun).toHaveLength(2);
  expect(await three(sleeper({ mode: { kind: 'restart' } }))).toEqual([null, null, '3']);
});

test('a workflow rests after a start, or waits until its triggers are quiet', async () => {
  expect(await three(sleeper({ cooldown: '90s' }))).toEqual(['1', '3']);
  expect(await three(sleeper({ debounce: '2m' }))).toEqual(['3']);
});

test('a workflow compares ways to run the same, and is told which was chosen', async () => {
  const night = plain(async (ctx) => (await ctx.home.chooseSchedule({ wish: 'quiet' })).chosen);
  const kit = openKit(night, {
    chooseSchedule: ({ wish }) => ({
      ...{ home: 'test', asOf: '', currency: 'EUR', options: [], slots: [] },
      ...{ chosen: wish === 'quiet' ? 'quiet' : 'cheapest', decidedBy: 'model', reason: '' },
    }),
  });
  await kit.press();
  expect(kit.run.outcome).toEqual({ state: 'done', result: 'quiet' });
  // A test that says nothing of schedules has none.
  const none = openKit(night);
  await none.press();
  expect(none.run.outcome).toMatchObject({ state: 'failed', error: { code: 'energy.no_prices' } });
});
