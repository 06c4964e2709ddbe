import { expect, test } from 'vitest';
import { entitiesOfRun } from './run-states.ts';

type Steps = Parameters<typeof entitiesOfRun>[0]['steps'];
const step = (kind: string, input: unknown) => ({ kind, input }) as Steps[number];
const switched = (...entities: string[]) => ({ action: { domain: 'switch', entities } });

test('what was switched comes first, then what was read, then what began it; each once', () => {
  expect(
    entitiesOfRun({
      actions: [switched('switch.boiler')],
      steps: [
        step('look', { entity: 'sensor.price' }),
        step('look', { area: 'Hall', domain: 'light' }),
        step('act', { entities: ['switch.boiler'] }),
        step('until', { condition: { entity: 'sensor.tank', state: 'full' }, timeout: '1h' }),
        step('alert', { entities: ['sensor.told'] }),
        step('look', null),
      ],
      trigger: { kind: 'state', entity: 'input_boolean.dry' },
    }),
  ).toEqual(['switch.boiler', 'sensor.price', 'sensor.tank', 'input_boolean.dry']);
});

test('of a finding it is the sensors it was found at', () => {
  const trigger = { kind: 'anomaly', finding: { entities: ['sensor.flow', 'sensor.meter'] } };
  expect(entitiesOfRun({ actions: [], steps: [], trigger })).toEqual([
    'sensor.flow',
    'sensor.meter',
  ]);
  expect(entitiesOfRun({ actions: [], steps: [], trigger: { kind: 'manual' } })).toEqual([]);
});
