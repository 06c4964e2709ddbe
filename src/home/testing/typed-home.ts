import type { EntityInfo, EntityState } from '@tomte/sdk/home';
import type { HomeShape } from '../types-of-home.ts';

export const entity = (
  id: string,
  state = 'on',
  attributes: Record<string, unknown> = {},
  info: Partial<EntityInfo> = {},
): HomeShape['entities'][number] => ({
  state: {
    ...{ entityId: id, state, attributes, lastChanged: 0, lastUpdated: 0 },
    ...{ contextId: null, contextUserId: null },
  } satisfies EntityState,
  info: {
    ...{ id, name: id, domain: id.split('.')[0]!, deviceClass: null, stateClass: null },
    ...{ unit: null, area: null, device: null, labels: [], platform: null },
    ...info,
  },
});

export const home = (
  entities: HomeShape['entities'],
  rest: Partial<HomeShape> = {},
): HomeShape => ({
  ...{ name: 'Cabin', entities, actions: {}, areas: [], floors: [], labels: [] },
  ...rest,
});

const onOff = { entity: [{ domain: ['light'] }] };
/** A small home with one of each kind that types tell apart. */
export const cabin = home(
  [
    entity('sensor.freezer_temperature', '-18.2', {}, { unit: '°C', name: 'Freezer' }),
    entity('sensor.water_flow', '0.4', {}, { unit: 'L/min', area: 'Bath' }),
    entity('light.hall', 'on', { brightness: 120, effect: null, effect_list: ['rainbow', 'off'] }),
    entity('light.desk', 'off', { brightness: null }),
    entity('select.speed', 'slow', { options: ['slow', 'fast', 'très vite'] }),
    entity('binary_sensor.door', 'off'),
  ],
  {
    areas: [{ id: 'bath', name: 'Bath' }],
    actions: {
      light: {
        turn_on: {
          target: onOff,
          fields: {
            brightness_pct: {
              selector: { number: { min: 0, max: 100, unit_of_measurement: '%' } },
            },
            more: {
              collapsed: true,
              fields: {
                flash: {
                  selector: { select: { options: ['long', { value: 'short', label: 's' }] } },
                },
                effect: { selector: { state: { attribute: 'effect' } } },
              },
            },
          },
        },
        turn_off: { target: onOff, fields: {} },
      },
      select: {
        select_option: {
          target: { entity: [{ domain: ['select'] }] },
          fields: { option: { required: true, selector: { state: {} } } },
        },
      },
      lock: { lock: { target: { entity: { domain: 'lock' } }, fields: {} } },
      homeassistant: { turn_on: { target: {}, fields: {} } },
      notify: { phone: { fields: { message: { required: true, selector: { text: null } } } } },
      odd: { nothing: {}, said: null as never },
    },
  },
);
