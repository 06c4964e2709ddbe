import { expect, test } from 'vitest';
import type { EntityInfo, EntityState } from './home.ts';
import { closeValve, switchOff } from './offer.ts';
import { isSelected } from './state-rules.ts';
import type { HomeView } from './workflow.ts';

type Written = Partial<EntityInfo> & { state?: string };
const plug = { device: 'Iron socket', area: 'Utility', platform: 'zigbee' };

/** A home of entities by id. */
function sees(written: Record<string, Written>): { home: HomeView } {
  const infos = Object.entries(written).map(
    ([id, given]): EntityInfo => ({
      ...{ id, name: id, domain: id.split('.')[0]!, deviceClass: null, stateClass: null },
      ...{ unit: null, area: null, device: null, labels: [], platform: null },
      ...given,
    }),
  );
  const view = {
    entities: async (selector: Parameters<HomeView['entities']>[0]) =>
      infos.filter((info) => isSelected(selector, info)),
    state: async (id: string) =>
      id in written ? ({ state: written[id]!.state ?? 'on' } as EntityState) : null,
  };
  return { home: view as unknown as HomeView };
}
const iron = { entities: ['sensor.iron_power'] };
const offered = async (written: Record<string, Written>) =>
  (await switchOff(sees(written), iron))?.action.entities[0] ?? null;

test('what was left on is switched off at its own socket', async () => {
  const home = { 'sensor.iron_power': plug, 'switch.iron': plug, 'switch.lamp': { area: 'Hall' } };
  expect(await switchOff(sees(home), iron)).toEqual({
    label: 'Switch off',
    action: { domain: 'switch', action: 'turn_off', entities: ['switch.iron'], data: {} },
  });
  // A socket has switches of its own, such as the lock against children.
  expect(await offered({ ...home, 'switch.iron_child_lock': plug })).toBe('switch.iron');
  expect(await offered({ 'sensor.iron_power': plug, 'switch.outlet': plug })).toBe('switch.outlet');
});

test('nothing is offered where it is not certain which switch it is, or where it is off', async () => {
  const sensor = { 'sensor.iron_power': plug };
  expect(await offered({ ...sensor, 'switch.one': plug, 'switch.two': plug })).toBeNull();
  expect(await offered({ ...sensor, 'switch.iron': { ...plug, area: 'Hall' } })).toBeNull();
  expect(await offered({ ...sensor, 'switch.iron': { ...plug, device: 'Lamp' } })).toBeNull();
  expect(await offered({ ...sensor, 'switch.iron': { ...plug, state: 'off' } })).toBeNull();
  expect(await offered({ 'sensor.iron_power': {}, 'switch.iron': {} })).toBeNull();
  expect(await offered({})).toBeNull();
});

test('the only water valve is closed, or the one that is named; one that is shut is not', async () => {
  const water = { deviceClass: 'water', state: 'open' };
  const main = { 'valve.main': water };
  const action = async (written: Record<string, Written>, named?: string) =>
    (await closeValve(sees(written), named))?.action ?? null;
  const closes = (id: string) => ({
    ...{ domain: 'valve', action: 'close_valve', entities: [id], data: {} },
  });
  expect(await action(main)).toEqual(closes('valve.main'));
  expect(await action({ ...main, 'valve.gas': { deviceClass: 'gas' } })).toEqual(
    closes('valve.main'),
  );
  expect(await action({ ...main, 'valve.garden': water })).toBeNull();
  expect(await action({ ...main, 'valve.garden': water }, 'valve.garden')).toEqual(
    closes('valve.garden'),
  );
  expect(await action({ 'switch.valve': {} }, 'switch.valve')).toMatchObject({
    domain: 'switch',
    action: 'turn_off',
  });
  expect(await action({ 'valve.main': { ...water, state: 'closed' } })).toBeNull();
  expect(await action(main, 'valve.gone')).toBeNull();
});
