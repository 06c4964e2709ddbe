import { expect, test, vi } from 'vitest';
import { typeCheck } from '../lib/testing/type-check.ts';
import { cabin, entity, home } from './testing/typed-home.ts';
import { type HomeShape, joinShapes, typesOfHome } from './types-of-home.ts';

// The compiler is slow on a busy machine, never wrong.
vi.setConfig({ testTimeout: 180_000 });

const state = `declare const home: { state<const E extends string>(id: EntityId | Otherwise<E>): StateOf<E> | undefined };`;
const act = `declare const act: <D extends ActionDomain, A extends ActionName<D>, const E extends string>(action: ActionFor<D, A, E>) => void;`;
const preamble = `import type { ActionDomain, ActionFor, ActionName, AreaId, EntityId, Otherwise, StateOf, UnitFor } from '@tomte/sdk/home-types';
${state}
${act}
declare const setting: string;
`;

/** What the compiler says of each line, in their order; empty where it has nothing to say. */
function said(shape: HomeShape | null, ...lines: string[]): string[] {
  const types = shape ? { 'home.d.ts': typesOfHome(shape) } : {};
  const faults = typeCheck({ ...types, 'use.ts': preamble + lines.join('\n') });
  const before = preamble.split('\n').length;
  expect(faults.filter(({ file, line }) => file !== 'use.ts' || line < before)).toEqual([]);
  return lines.map((_, at) =>
    faults
      .filter(({ line }) => line === before + at)
      .map(({ text }) => text)
      .join('\n'),
  );
}

test('what is right passes', () => {
  expect(
    said(
      cabin,
      `home.state('sensor.water_flow');`,
      `home.state(setting)?.attributes.anything;`,
      `act({ domain: 'light', action: 'turn_on', entities: ['light.hall'], data: { brightness_pct: 3, flash: 'short' } });`,
      `act({ domain: 'light', action: 'turn_off', entities: [setting] });`,
      `act({ domain: 'homeassistant', action: 'turn_on', entities: ['light.hall', 'select.speed'] });`,
      `act({ domain: 'notify', action: 'phone', data: { message: 'hello' } });`,
      `act({ domain: 'odd', action: 'said', entities: ['light.hall'], data: { anything: 1 } });`,
      `const level: number | null | undefined = home.state('light.desk')?.attributes.brightness;`,
      `const where: AreaId[] = ['bath', 'Bath'];`,
    ),
  ).toEqual(Array(9).fill(''));
});

test('a misspelt entity is told with the one that was meant', () => {
  const [flow, domain, far] = said(
    cabin,
    `home.state('sensor.watr_flow');`,
    `home.state('senzor.water_flow');`,
    `home.state('media_player.kitchen');`,
  );
  expect(flow).toContain(
    'no entity sensor.watr_flow in this home; did you mean sensor.water_flow?',
  );
  expect(domain).toContain('did you mean sensor.water_flow?');
  expect(far).toMatch(/no entity media_player.kitchen in this home"/);
});

test('a wrong state, attribute or option is told', () => {
  const faults = said(
    cabin,
    `if (home.state('binary_sensor.door')?.state === 'open') {}`,
    `if (home.state('select.speed')?.state === 'slwo') {}`,
    `home.state('light.hall')?.attributes.brightnes;`,
    `act({ domain: 'select', action: 'select_option', entities: ['select.speed'], data: { option: 'fats' } });`,
    `act({ domain: 'light', action: 'turn_on', entities: ['light.hall'], data: { effect: 'rainbw' } });`,
  );
  expect(faults[0]).toContain(`have no overlap`);
  expect(faults[1]).toContain(`"très vite"`);
  expect(faults[2]).toContain(`Did you mean 'brightness'?`);
  expect(faults[3]).toContain('"slow" | "fast" | "très vite"');
  expect(faults[4]).toContain(`Did you mean '"rainbow"'?`);
});

test('each fault of an Action is told once, where it is', () => {
  const call = (rest: string) => `act({ domain: 'light', action: 'turn_on', ${rest} });`;
  const faults = said(
    cabin,
    `act({ domain: 'lihgt', action: 'turn_on', entities: ['light.hall'], data: { flash: 'long' } });`,
    `act({ domain: 'light', action: 'turn_onn', entities: ['light.hall'], data: { flash: 'long' } });`,
    call(`entities: ['light.hal']`),
    call(`entities: ['select.speed']`),
    call(`data: { flash: 'long' }`),
    call(`entities: ['light.hall'], data: { brightnes_pct: 3 }`),
    call(`entities: ['light.hall'], data: { brightness_pct: '3' }`),
    `act({ domain: 'notify', action: 'phone', data: {} });`,
    `act({ domain: 'notify', action: 'phone', entities: ['light.hall'], data: { message: '' } });`,
    `act({ domain: 'lock', action: 'lock', entities: ['lock.front'] });`,
  );
  const telling = [
    `Did you mean '"light"'?`,
    `Did you mean '"turn_on"'?`,
    `not assignable to type 'LightEntity'. Did you mean '"light.hall"'?`,
    `'"select.speed"' is not assignable to type 'LightEntity'`,
    `Property 'entities' is missing`,
    `does not exist in type 'LightTurnOn'. Did you mean to write 'brightness_pct'?`,
    `'string' is not assignable to type 'number'`,
    `Property 'message' is missing in type '{}' but required in type 'NotifyPhone'`,
    `notify.phone takes no entities`,
    `no lock in this home`,
  ];
  for (const [at, words] of telling.entries()) {
    expect(faults[at]).toContain(words);
    expect(faults[at]!.match(/error TS/g), faults[at]!).toHaveLength(1);
  }
});

test('units are known', () => {
  const [right, wrong, none, loose] = said(
    cabin,
    `const a: UnitFor<'sensor.freezer_temperature', '°C'> = '°C';`,
    `const b: UnitFor<'sensor.freezer_temperature', '°F'> = '°F';`,
    `const c: UnitFor<'light.hall', 'W'> = 'W';`,
    `const d: UnitFor<string, '°F'> = '°F';`,
  );
  expect(right).toBe('');
  expect(wrong).toContain('sensor.freezer_temperature is in °C, not in °F');
  expect(none).toContain('light.hall has no unit');
  expect(loose).toBe('');
});

test('without types of a home any text is accepted', () => {
  const lines = [
    `home.state('sensor.what_you_like')?.attributes.x;`,
    `act({ domain: 'any', action: 'thing', entities: ['light.a'], data: { x: 1 } });`,
    `act({ domain: 'any', action: 'thing' });`,
    `const where: AreaId = 'attic';`,
  ];
  expect(said(null, ...lines)).toEqual(['', '', '', '']);
  // A home that has nothing yet says nothing.
  expect(said(home([]), ...lines)).toEqual(['', '', '', '']);
});

test('what a home calls itself cannot break out of the types', () => {
  const evil = `*/ export const x = 1; /* ' \` \${1} \\ \n \u2028 \u202e ]`;
  const shape = home(
    [
      entity(
        'select.evil',
        'x',
        { options: [evil, "it's", ''], [evil]: 1, ünïcode: 'ä' },
        {
          ...{ unit: evil, name: evil, area: evil },
        },
      ),
      entity('sensor.long', 'a', { options: Array.from({ length: 900 }, (_, at) => `o${at}`) }),
      entity('9_odd.1', 'a', { __proto__: null, a: { b: 1 }, list: [{}], empty: [] }),
      entity('not an id', 'a'),
      entity('__proto__.x', 'a'),
    ],
    {
      name: evil,
      areas: [{ id: evil, name: evil }],
      actions: {
        'o dd': { [evil]: { fields: { [evil]: { selector: { text: {} }, example: evil } } } },
        o_dd: { a: { fields: { a: { selector: { number: { min: 1 } } } } } },
        constructor: { toString: { fields: { x: { selector: { toString: null } } } } },
      },
    },
  );
  const text = typesOfHome(shape);
  expect(text).not.toMatch(/^export const/m);
  expect(text).not.toMatch(/[\u2028\u202e]/);
  expect(text).not.toContain('not an id');
  expect(text).toContain(`'sensor.long': Entity<string`);
  expect(said(shape, `home.state('select.evil');`, `home.state('9_odd.1');`)).toEqual(['', '']);
});

test('attributes that are empty now are known from their like, or from what they usually are', () => {
  const text = typesOfHome(
    home([
      entity('fan.a', 'on', { percentage: null, speed_word: null }),
      entity('fan.b', 'on', { percentage: null, speed_word: 'fast' }),
      entity('fan.c', 'on', { percentage: null, never_seen: null }),
    ]),
  );
  expect(text).toContain('speed_word?: string | null;');
  expect(text).toContain('percentage?: number | null;');
  expect(text).toContain('never_seen?: unknown;');
  // Two fans with the same attributes are of one type.
  expect(text.match(/interface FanAttributes/g)).toHaveLength(2);
});

test('a unit, a range and an example stand in the comment of a field', () => {
  const text = typesOfHome(cabin);
  expect(text).toContain('/** 0 to 100 %. */\n  brightness_pct?: number;');
  expect(text).toContain("/** sensor.water_flow. In Bath. */\n  'sensor.water_flow'");
});

test('the same home gives the same text, in whatever order it is told', () => {
  const turned = { ...cabin, entities: cabin.entities.toReversed() };
  expect(typesOfHome(turned)).toBe(typesOfHome(cabin));
});

test('several homes are joined; where both have an entity, the first tells what it is', () => {
  const barn = home([entity('sensor.water_flow', '1', {}, { unit: 'm³/h' }), entity('light.barn')]);
  const text = typesOfHome(joinShapes([cabin, barn]));
  expect(text).toContain(`'light.barn'`);
  expect(text).toContain(`'light.hall'`);
  expect(text).toContain(`'L/min'`);
  expect(text).not.toContain(`'m³/h'`);
});
