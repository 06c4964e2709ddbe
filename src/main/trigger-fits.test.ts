import type { TriggerSpec } from '@tomte/sdk/define';
import type { EntityInfo } from '@tomte/sdk/home';
import { expect, test } from 'vitest';
import { triggerProblems } from './trigger-fits.ts';

const flow: EntityInfo = {
  ...{ id: 'sensor.flow', name: 'Flow', domain: 'sensor', deviceClass: 'volume_flow_rate' },
  ...{ stateClass: null, unit: 'm³/h', area: 'Cellar', device: null, labels: [], platform: null },
};

test.each<[string, TriggerSpec, boolean, string | null]>([
  ['an event, told to an administrator', { event: { type: 'tag_scanned' } }, true, null],
  [
    'an event that others are not told',
    { event: { type: 'tag_scanned' } },
    false,
    'trigger.event_not_told',
  ],
  ['an event that all are told', { event: { type: 'state_changed' } }, false, null],
  ['an entity that is there', { state: { entity: 'sensor.flow' } }, false, null],
  [
    'one that is not',
    { state: { entity: ['sensor.flow', 'sensor.x'] } },
    false,
    'trigger.finds_nothing',
  ],
  ['an area without any', { state: { area: 'Attic' } }, false, 'trigger.finds_nothing'],
  [
    'another unit',
    { state: { area: 'cellar', above: 1, unit: 'L/min' } },
    false,
    'trigger.wrong_unit',
  ],
  ['no time', { time: { cron: 'soon' } }, false, 'trigger.invalid'],
  ['nobody named', { state: { to: 'on' } }, false, 'trigger.invalid'],
  [
    'a limit that nothing meets',
    { state: { entity: 'sensor.flow', above: 5, below: 5 } },
    false,
    'trigger.invalid',
  ],
  ['a name that is no name', { webhook: { name: '../x' } }, false, 'trigger.invalid'],
])('%s', (_name, spec, admin, expected) => {
  const [problem] = triggerProblems([spec], { admin, infos: [flow] });
  expect(problem?.id ?? null).toBe(expected);
});

test('before the home was read nothing is said of its entities', () => {
  expect(triggerProblems([{ state: { entity: 'sensor.x' } }], { admin: false, infos: [] })).toEqual(
    [],
  );
});
