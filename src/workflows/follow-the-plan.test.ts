import { TomteError } from '@tomte/sdk/errors';
import type { LoadOrder, PlanAsked, PlannedNow } from '@tomte/sdk/plan';
import { readPlanLoad, switchLoad } from '@tomte/sdk/plan-load';
import { openKit } from '@tomte/sdk/test';
import { expect, test } from 'vitest';
import followThePlan from './follow-the-plan.ts';

const now = '2026-11-20T21:00:00Z';
const loads = [
  'Dishwasher switch.dishwasher 1200 W 90 min 20:00-07:00',
  'Car switch.wallbox 7400 W 180 min 18:00-07:00 in pieces',
  'Heater switch.heater 3000 W 60 min 18:00-07:00 in pieces',
];
const states = {
  'switch.dishwasher': 'off',
  'switch.wallbox': 'off',
  'switch.heater': 'off',
  'sensor.grid': '400',
  'select.battery': 'auto',
};

const order = (name: string, o: Partial<LoadOrder>): LoadOrder => {
  const load = loads.flatMap((line) => readPlanLoad(line) ?? []).find((one) => one.name === name)!;
  const action = o.want ? switchLoad(load, o.want) : null;
  const rest = { is: 'off', slackMinutes: 300, mayPause: !load.contiguous, why: '' } as const;
  return { load: name, want: null, action, ...rest, ...o };
};
const planned = (orders: LoadOrder[], o: Partial<PlannedNow> = {}): PlannedNow => ({
  ...{ madeAt: Date.parse(now), stale: null, orders, batteryMode: 'self_consume', ...o },
});
const acts = (kit: ReturnType<typeof openKit>) =>
  kit.actions.map(({ action, entities }) => `${entities[0]} ${action}`);

test('each quarter it switches what differs, and tells the planner what it switched', async () => {
  const asked: PlanAsked[] = [];
  const kit = openKit(followThePlan, {
    ...{ now, states, settings: { loads } },
    plan: (one) => {
      asked.push(one);
      const is = asked.length > 1 ? 'on' : 'off';
      return planned([
        order('Dishwasher', { want: 'on', is }),
        order('Car', { want: 'off', is: 'off' }),
        order('Heater', { want: null }),
      ]);
    },
  });
  await kit.due();
  await kit.due();
  expect(kit.run.outcome).toMatchObject({ state: 'done' });
  expect(acts(kit)).toEqual(['switch.dishwasher turn_on']);
  expect(asked).toHaveLength(2);
  expect(asked.at(-1)!.switched).toEqual({ Dishwasher: 'on', Car: 'off' });
  expect(asked.at(-1)!.found).toEqual({ Dishwasher: 'off', Car: 'off' });
});

test('over the fuse, what may wait longest rests first, and the appliance that runs is not cut', async () => {
  const kit = openKit(followThePlan, {
    ...{ now, settings: { loads, fuseW: 10_000, gridPower: 'sensor.grid' } },
    states: { ...states, 'sensor.grid': '14000' },
    plan: () =>
      planned([
        order('Dishwasher', { want: 'on', is: 'on', slackMinutes: 900 }),
        order('Car', { want: 'on', is: 'on', slackMinutes: 300 }),
        order('Heater', { want: 'on', is: 'on', slackMinutes: 60 }),
      ]),
  });
  await kit.press();
  await kit.home.set('sensor.grid', '8000');
  await kit.advance('15s');
  expect(acts(kit)).toEqual(['switch.wallbox turn_off']);
  // It rests although the plan wants it.
  await kit.press();
  expect(acts(kit)).toEqual(['switch.wallbox turn_off']);
});

test('without a plan it is told once, and each goes back to itself', async () => {
  const kit = openKit(followThePlan, {
    ...{ now, states, settings: { loads } },
    plan: () =>
      planned([order('Car', { want: 'on', is: 'off' })], {
        stale: 'No price is known.',
        madeAt: null,
      }),
  });
  await kit.due();
  expect(acts(kit)).toEqual(['switch.wallbox turn_on']);
  expect(kit.alerts).toMatchObject([{ key: 'follow-the-plan:stale' }]);
});

test('a silent meter is told as one, and over when it tells again', async () => {
  const since = Date.parse(now) - 12 * 60_000;
  let silent = true;
  const kit = openKit(followThePlan, {
    ...{ now, states, settings: { loads, gridPower: 'sensor.grid', battery: 'select.battery' } },
    plan: () =>
      planned([], silent ? { stale: 'Meter silent for 12 min.', silentSince: since } : {}),
  });
  await kit.due();
  expect(kit.alerts).toMatchObject([
    { key: 'follow-the-plan:stale', title: 'Meter silent: the plan is not followed' },
  ]);
  silent = false;
  await kit.due();
  expect(kit.run.outcome).toMatchObject({ result: { stale: null } });
});

test('what ran because of the plan is reported once it is done, and that is over at the next look', async () => {
  const looks = [
    order('Car', { want: 'on', is: 'off' }),
    order('Car', { want: 'off', is: 'on', done: true }),
    order('Car', { want: 'off', is: 'off', done: true }),
  ];
  let n = 0;
  const kit = openKit(followThePlan, {
    ...{ now, states, settings: { loads } },
    plan: () => planned([looks[n++]!, order('Heater', { want: 'off', is: 'off', done: true })]),
  });
  await kit.due();
  expect(kit.alerts).toEqual([]);
  await kit.due();
  expect(kit.alerts).toMatchObject([
    { key: 'follow-the-plan:done:Car', title: 'Car is done, as planned', severity: 'digest' },
  ]);
  await kit.due();
  expect(kit.alerts).toHaveLength(1);
});

test('who does not follow is told of', async () => {
  const kit = openKit(followThePlan, {
    ...{ now, states, settings: { loads } },
    plan: () => planned([order('Car', { want: 'on', is: 'off' })]),
    act: () => ({ kind: 'unconfirmed', message: 'it stayed off' }),
  });
  await kit.due();
  expect(kit.alerts).toMatchObject([{ key: 'follow-the-plan:Car' }]);
  expect(kit.run.outcome).toMatchObject({ result: { switched: [] } });
});

test('while it is only watched it keeps what it would have switched, and nobody is told that it did not', async () => {
  const kit = openKit(followThePlan, {
    ...{ now, states, settings: { loads } },
    plan: () => planned([order('Car', { want: 'on', is: 'off' })]),
    act: () => ({ kind: 'refused', rule: 'watch-only', message: 'watch only' }),
  });
  await kit.due();
  expect(kit.alerts).toEqual([]);
  expect(kit.run.outcome).toMatchObject({ result: { switched: [], would: ['Car on'] } });
});

test('the battery is set by mode, and a mode that a person chose stays until the morning', async () => {
  const settings = {
    ...{ loads, battery: 'select.battery', batteryItself: 'auto', batteryCharge: 'fill' },
  };
  const kit = openKit(followThePlan, {
    ...{ now, states, settings },
    plan: () => planned([], { batteryMode: 'charge' }),
  });
  await kit.due();
  expect(acts(kit)).toEqual(['select.battery select_option']);
  expect(kit.actions[0]!.data).toEqual({ option: 'fill' });
  await kit.home.set('select.battery', 'sell');
  await kit.advance('1h');
  await kit.due();
  expect(acts(kit)).toHaveLength(1);
  // 06:00 is nine hours on.
  await kit.advance('9h');
  await kit.due();
  expect(acts(kit)).toHaveLength(2);
});

/** A home that does what it is told, and a plan that wants this of it and knows what is in hand. */
function following() {
  const kit = openKit(followThePlan, {
    ...{ now, states },
    settings: { loads, battery: 'select.battery', batteryItself: 'auto', batteryCharge: 'fill' },
    plan: (one) => {
      const batteryMode = one.leaving ? 'self_consume' : 'charge';
      return planned(backOrOn(one), { batteryMode });
    },
  });
  return kit;
}
const giveBack = { giveBack: 'Tomte is paused' };
const backOrOn = ({ leaving, found }: PlanAsked) =>
  leaving
    ? [
        order('Car', { want: found?.Car ?? null, is: 'on', why: 'It is as it was found.' }),
        order('Dishwasher', { want: null, is: 'on', why: 'It runs, and is not cut.' }),
      ]
    : [order('Car', { want: 'on', is: 'off' }), order('Dishwasher', { want: 'on', is: 'off' })];

test('before it may switch nothing any more it gives back what it holds, and says so', async () => {
  const kit = following();
  await kit.due();
  await kit.press(giveBack);
  expect(acts(kit)).toEqual([
    'switch.wallbox turn_on',
    'switch.dishwasher turn_on',
    'select.battery select_option',
    'switch.wallbox turn_off',
    'select.battery select_option',
  ]);
  expect(kit.actions.at(-1)!.data).toEqual({ option: 'auto' });
  expect(kit.log).toContain('Car off: It is as it was found.');
  expect(kit.log).toContain('Dishwasher: It runs, and is not cut.');
  expect(kit.run.outcome).toMatchObject({
    result: { gaveBack: ['Car off'], battery: 'auto', because: 'Tomte is paused' },
  });
  // It holds nothing any more.
  await kit.press(giveBack);
  expect(acts(kit)).toHaveLength(5);
});

test('only what it loses is given back', async () => {
  const kit = following();
  await kit.due();
  await kit.press({ ...giveBack, entities: ['select.battery'] });
  expect(acts(kit).slice(3)).toEqual(['select.battery select_option']);
  expect(kit.store.get('held')).toMatchObject({ 'switch.wallbox': { is: 'on', found: 'off' } });
});

test('killed between switching and writing it down, it still knows how it found it', async () => {
  let fail = true;
  const kit = openKit(followThePlan, {
    ...{ now, states, settings: { loads } },
    plan: (one) => planned(backOrOn(one).slice(0, 1)),
    act: async () => {
      if (fail) await new Promise(() => {});
      return { kind: 'confirmed', at: 0 };
    },
  });
  await kit.due();
  expect(kit.store.get('held')).toEqual({ 'switch.wallbox': { is: null, found: 'off' } });
  fail = false;
  await kit.crash();
  expect(kit.store.get('held')).toEqual({ 'switch.wallbox': { is: 'on', found: 'off' } });
});

test('what did not follow is not taken for a hand at the switch when it follows late', async () => {
  const asked: PlanAsked[] = [];
  const kit = openKit(followThePlan, {
    ...{ now, states, settings: { loads } },
    plan: (one) => {
      asked.push(one);
      const first = asked.length === 1;
      return planned([order('Car', { want: first ? 'on' : 'off', is: first ? 'off' : 'on' })]);
    },
    act: ({ action }) =>
      action === 'turn_on'
        ? { kind: 'confirmed', at: 0 }
        : { kind: 'unconfirmed', message: 'it stayed on' },
  });
  await kit.due();
  await kit.due();
  await kit.due();
  expect(asked.at(-1)).toMatchObject({ switched: {}, found: { Car: 'off' } });
});

test('an entity that is gone keeps nothing from the others', async () => {
  const kit = openKit(followThePlan, {
    ...{ now, states, settings: { loads } },
    plan: () =>
      planned([
        order('Car', { want: 'on', is: 'off' }),
        order('Heater', { want: 'on', is: 'off' }),
      ]),
    act: ({ entities }) => {
      if (entities[0] === 'switch.wallbox')
        throw new TomteError('home.entity_unknown', 'There is no switch.wallbox in the home');
      return { kind: 'confirmed', at: 0 };
    },
  });
  await kit.due();
  expect(kit.alerts).toMatchObject([{ key: 'follow-the-plan:Car' }]);
  expect(kit.alerts[0]!.text).toContain('There is no switch.wallbox in the home.');
  expect(kit.run.outcome).toMatchObject({ result: { switched: ['Heater on'] } });
});

test('a battery that is away while Home Assistant restarts, or follows late, was set by nobody', async () => {
  const outcome = { kind: 'confirmed' as 'confirmed' | 'unconfirmed', at: 0, message: '' };
  const kit = openKit(followThePlan, {
    ...{ now, states },
    settings: { loads, battery: 'select.battery', batteryItself: 'auto', batteryCharge: 'fill' },
    plan: () => planned([], { batteryMode: 'charge' }),
    act: () => outcome,
  });
  await kit.home.set('select.battery', 'unavailable');
  await kit.due();
  expect(acts(kit)).toEqual([]);
  await kit.home.set('select.battery', 'auto');
  outcome.kind = 'unconfirmed';
  await kit.due();
  expect(kit.alerts).toMatchObject([{ title: 'Battery did not switch to fill' }]);
  outcome.kind = 'confirmed';
  await kit.home.set('select.battery', 'fill');
  await kit.due();
  await kit.home.set('select.battery', 'unavailable');
  await kit.due();
  await kit.home.set('select.battery', 'fill');
  await kit.due();
  expect(kit.store.get('battery')).toEqual({ option: 'fill' });
});

test('an option that the battery has no more is told once, and its own mode stands in', async () => {
  const battery = (options: string[], state = 'fill') => ({ state, attributes: { options } });
  const kit = openKit(followThePlan, {
    ...{ now, states: { ...states, 'select.battery': battery(['auto', 'load']) } },
    settings: { loads, battery: 'select.battery', batteryItself: 'auto', batteryCharge: 'fill' },
    plan: () => planned([], { batteryMode: 'charge' }),
  });
  await kit.due();
  await kit.due();
  expect(kit.actions.map(({ data }) => data)).toEqual([{ option: 'auto' }]);
  expect(kit.alerts).toMatchObject([
    { key: 'follow-the-plan:battery-option', title: 'Battery has no option fill' },
  ]);
});

test('over the fuse, one that does not follow is told of, and the next rests in its place', async () => {
  const kit = openKit(followThePlan, {
    ...{ now, settings: { loads, fuseW: 10_000, gridPower: 'sensor.grid' } },
    states: { ...states, 'sensor.grid': '14000' },
    plan: () =>
      planned([
        order('Car', { want: 'on', is: 'on', slackMinutes: 300 }),
        order('Heater', { want: 'on', is: 'on', slackMinutes: 60 }),
      ]),
    act: ({ entities }) =>
      entities[0] === 'switch.wallbox'
        ? { kind: 'unconfirmed', message: 'it stayed on' }
        : { kind: 'confirmed', at: 0 },
  });
  await kit.press();
  await kit.advance('15s');
  expect(acts(kit)).toEqual(['switch.wallbox turn_off', 'switch.heater turn_off']);
  expect(kit.alerts).toMatchObject([{ key: 'follow-the-plan:Car' }]);
  expect(kit.run.outcome).toMatchObject({ result: { shed: ['Heater'] } });
});
