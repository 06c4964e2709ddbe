import { expect, test, vi } from 'vitest';
import { offered, typeCheck } from '../lib/testing/type-check.ts';
import { cabin } from './testing/typed-home.ts';
import { typesOfHome } from './types-of-home.ts';

// The compiler is slow on a busy machine, never wrong.
vi.setConfig({ testTimeout: 180_000 });

const preamble = `import { defineWorkflow, type WorkflowContext } from '@tomte/sdk/define';
import { z } from 'zod';
declare const ctx: WorkflowContext;
declare const setting: string;
const day = { timeout: '1d' } as const;
`;
const types = { 'home.d.ts': typesOfHome(cabin) };
const workflow = (parts: string) =>
  `defineWorkflow({ title: 'A', text: 'B.', settings: z.strictObject({ limit: z.number().default(3), sensor: z.string().default('sensor.x') }), async run(ctx, settings) { const limit: number = settings.limit; return [limit, ctx.now()]; }, ${parts} });`;

/** What the compiler says of each line; empty where it has nothing to say. */
function said(lines: readonly string[], home: Record<string, string> = types): string[] {
  const faults = typeCheck({ ...home, 'use.ts': preamble + lines.join('\n') });
  const before = preamble.split('\n').length;
  expect(faults.filter(({ file, line }) => file !== 'use.ts' || line < before)).toEqual([]);
  const of = (at: number) => faults.filter(({ line }) => line === before + at);
  return lines.map((_, at) =>
    of(at)
      .map(({ text }) => text)
      .join('\n'),
  );
}

const right = [
  `await ctx.until({ entity: 'sensor.freezer_temperature', above: -12, unit: '°C', for: '5m' }, day);`,
  `await ctx.until({ any: [{ entity: 'binary_sensor.door', is: ['on', 'unavailable'] }, { not: { time: { after: '22:00' } } }] }, day);`,
  `await ctx.until({ entity: setting, above: 3, unit: 'W', is: setting }, day);`,
  `await ctx.until({ entity: 'light.hall', attribute: 'brightness', above: 100 }, day);`,
  `await ctx.home.states({ area: 'Bath', domain: 'light' });`,
  `await ctx.home.history('sensor.water_flow', { from: 0 });`,
  `await ctx.act({ domain: 'light', action: 'turn_on', entities: ['light.hall'] }, { confirm: '5s' });`,
  workflow(
    `triggers: [{ state: { entity: 'binary_sensor.door', to: 'on' } }, { time: { cron: '0 7 * * *' } }, { manual: true }]`,
  ),
  workflow(
    `triggers: (settings) => [{ state: { entity: settings.sensor, above: settings.limit } }], conditions: () => [{ entity: 'light.hall', is: 'on' }]`,
  ),
  `const told = async (context: WorkflowContext) => (await context.home.state('select.speed'))?.state === 'slow'; await told(ctx);`,
];

test('what is right passes, with types of a home and without', () => {
  expect(said(right)).toEqual(right.map(() => ''));
  expect(said(right, {})).toEqual(right.map(() => ''));
});

test('a condition that cannot be is refused with its reason', () => {
  const until = (condition: string) => `await ctx.until(${condition}, day);`;
  const cases: [line: string, words: string][] = [
    [
      until(`{ entity: 'sensor.freezer_temperature', above: -12, unit: '°F' }`),
      'sensor.freezer_temperature is in °C, not in °F',
    ],
    [
      until(`{ entity: 'sensor.freezer_temprature', above: -12, unit: '°C' }`),
      'no entity sensor.freezer_temprature in this home; did you mean sensor.freezer_temperature?',
    ],
    [
      until(`{ all: [{ entity: 'binary_sensor.door', is: 'open' }] }`),
      'binary_sensor.door is never open',
    ],
    [
      until(`{ not: { entity: 'select.speed', is: ['slow', 'fats'] } }`),
      'select.speed is never fats',
    ],
    [
      until(`{ entity: 'light.hall', attribute: 'brightnes', above: 3 }`),
      'light.hall has no attribute brightnes',
    ],
    [until(`{ entity: 'light.hall', abov: 3 }`), 'there is no abov here'],
    [until(`{ entity: 'light.hall', above: 3, unit: 'W' }`), 'light.hall has no unit'],
    [`await ctx.home.states({ area: 'Bathh' });`, 'no area Bathh in this home'],
    [`await ctx.home.history('sensor.flow', { from: 0 });`, 'no entity sensor.flow in this home'],
  ];
  const faults = said(cases.map(([line]) => line));
  for (const [at, [, words]] of cases.entries()) {
    expect(faults[at]).toContain(words);
    expect(faults[at]!.match(/error TS/g), faults[at]!).toHaveLength(1);
  }
});

test('triggers and conditions of a workflow are checked, fixed or made from settings', () => {
  const [misspelt, word, made, unit, unknown] = said([
    workflow(`triggers: [{ state: { entity: 'binary_sensor.dor' } }]`),
    workflow(`triggers: [{ state: { entity: ['binary_sensor.door'], to: 'open' } }]`),
    workflow(`triggers: [], conditions: () => [{ entity: 'light.hal', is: 'on' }]`),
    workflow(
      `triggers: (s) => [{ state: { entity: 'sensor.water_flow', above: s.limit, unit: 'L' } }]`,
    ),
    workflow(`triggers: [{ stat: { entity: 'light.hall' } }]`),
  ]);
  expect(misspelt).toContain('did you mean binary_sensor.door?');
  expect(word).toContain('binary_sensor.door is never open');
  expect(made).toContain('did you mean light.hall?');
  expect(unit).toContain('sensor.water_flow is in L/min, not in L');
  expect(unknown).toContain("'stat' does not exist in type 'TriggerSpec'");
});

test('an editor offers the words of the home', () => {
  const cases: [line: string, words: string[]][] = [
    [`ctx.home.state('^');`, ['sensor.water_flow']],
    [`ctx.until({ any: [{ entity: '^' }] }, day);`, ['light.desk']],
    [`ctx.until({ entity: 'sensor.water_flow', unit: '^' }, day);`, ['L/min']],
    [`ctx.act({ domain: '^' });`, ['light', 'select']],
    [`ctx.act({ domain: 'light', action: '^' });`, ['turn_off', 'turn_on']],
    [
      `ctx.act({ domain: 'light', action: 'turn_on', entities: ['^'] });`,
      ['light.desk', 'light.hall'],
    ],
    [
      `ctx.act({ domain: 'light', action: 'turn_on', entities: [], data: { ^ } });`,
      ['brightness_pct', 'effect', 'flash'],
    ],
    [workflow(`triggers: [{ state: { entity: '^' } }]`), ['binary_sensor.door']],
  ];
  const found = offered(
    types,
    cases.map(([line]) => preamble + line),
  );
  for (const [at, [line, words]] of cases.entries()) {
    expect(found[at], line).toEqual(expect.arrayContaining(words));
  }
});
