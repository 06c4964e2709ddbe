/** What each trigger listens to, and what it names its Run. */
import type { StateSpec, TriggerFired, TriggerSpec } from '@tomte/sdk/define';
import type { EntityInfo, EntityState } from '@tomte/sdk/home';
import { isSelected, judge, unitFault } from '@tomte/sdk/state-rules';
import { describe, expect, test } from 'vitest';
import alert from './triggers/alert.ts';
import call from './triggers/call.ts';
import event from './triggers/event.ts';
import run from './triggers/run.ts';
import state from './triggers/state.ts';
import time from './triggers/time.ts';
import webhook from './triggers/webhook.ts';

const is = (value: string, attributes: Record<string, unknown> = {}): EntityState => ({
  entityId: 'sensor.x',
  state: value,
  attributes,
  lastChanged: 0,
  lastUpdated: 0,
  contextId: null,
  contextUserId: null,
});
const verdict = (spec: StateSpec, from: string | null, to: string | null) =>
  judge(spec, { from: from === null ? null : is(from), to: to === null ? null : is(to) });

describe('what a change means to a state trigger', () => {
  test.each<[string, StateSpec, string | null, string | null, string]>([
    ['any change of the state', {}, 'off', 'on', 'met'],
    ['no change', {}, 'on', 'on', 'nothing'],
    ['into what is named', { to: 'on' }, 'off', 'on', 'met'],
    ['into something else', { to: 'on' }, 'on', 'off', 'else'],
    ['one of several', { to: ['open', 'opening'] }, 'closed', 'open', 'met'],
    ['from what is named', { from: 'home', to: 'not_home' }, 'home', 'not_home', 'met'],
    ['from elsewhere', { from: 'home', to: 'not_home' }, 'work', 'not_home', 'else'],
    ['an entity that appears', { to: 'on' }, null, 'on', 'nothing'],
    ['an entity that goes', { to: 'on' }, 'on', null, 'else'],
    ['crossing upwards', { above: 20 }, '19.9', '20.1', 'met'],
    ['above already', { above: 20 }, '21', '22', 'stays'],
    ['exactly at the limit is not above', { above: 20 }, '19', '20', 'else'],
    ['falling below', { below: 5 }, '5', '4.9', 'met'],
    ['into a band from above', { above: 10, below: 20 }, '25', '15', 'met'],
    ['through a band', { above: 10, below: 20 }, '5', '25', 'else'],
    ['a word is no number', { above: 20 }, '19', 'hot', 'else'],
    ['from a word to a number', { above: 20 }, 'idle', '21', 'met'],
    ['an empty text is no number', { below: 5 }, '9', ' ', 'else'],
    ['stays in the list while it is waited for', { to: ['a', 'b'], for: '5m' }, 'a', 'b', 'stays'],
  ])('%s', (_name, spec, from, to, expected) => {
    expect(verdict({ entity: 'sensor.x', ...spec }, from, to)).toBe(expected);
  });

  test('an attribute is looked at alone', () => {
    const spec = { entity: 'climate.x', attribute: 'temperature', above: 20 };
    const change = (from: EntityState, to: EntityState) => judge(spec, { from, to });
    expect(change(is('heat', { temperature: 19 }), is('heat', { temperature: 21 }))).toBe('met');
    expect(change(is('off', { temperature: 21 }), is('heat', { temperature: 21 }))).toBe('nothing');
    expect(change(is('heat', { temperature: 21 }), is('heat'))).toBe('else');
  });
});

describe('which entities', () => {
  const lamp: EntityInfo = {
    id: 'light.hall_1',
    name: 'Hall 1',
    domain: 'light',
    deviceClass: null,
    stateClass: null,
    unit: null,
    area: 'Café Ölgatan',
    device: null,
    labels: ['Night'],
    platform: null,
  };
  test.each<[StateSpec, boolean]>([
    [{ entity: 'light.hall_1' }, true],
    [{ entity: ['light.a', 'light.hall_1'] }, true],
    [{ domain: 'light' }, true],
    [{ area: 'Café Ölgatan' }, true],
    [{ area: 'cafe_olgatan' }, true],
    [{ area: 'Kitchen', domain: 'light' }, false],
    [{ label: 'night' }, true],
    [{ label: 'Night', deviceClass: 'motion' }, false],
    [{}, false],
  ])('%o', (spec, expected) => {
    expect(isSelected(spec, lamp)).toBe(expected);
  });

  test('a limit in another unit is told, not guessed', () => {
    const sensor = { ...lamp, id: 'sensor.flow', unit: 'm³/h' };
    expect(unitFault({ entity: 'sensor.flow', above: 1, unit: 'L/min' }, sensor)).toBe(
      'sensor.flow is in m³/h, and the trigger says L/min',
    );
    expect(unitFault({ entity: 'sensor.flow', above: 1, unit: 'm³/h' }, sensor)).toBeNull();
  });
});

const fired = {
  time: { kind: 'time', workflow: 'w', spec: { at: '07:30' }, due: 1, late: false },
  state: {
    kind: 'state',
    entity: 'light.a',
    from: 'off',
    to: 'on',
    at: 5,
    late: false,
    workflow: 'w',
    spec: { to: 'on', entity: 'light.a' },
  },
  event: {
    kind: 'event',
    type: 'tag_scanned',
    data: { tag_id: 'x', n: { a: 1, b: 2 } },
    id: 'i',
    at: 1,
  },
  webhook: { kind: 'webhook', workflow: 'w', name: 'bell', body: {}, id: 'd', at: 1 },
  alert: { kind: 'alert', turn: 'opened', alert: 'a1', key: 'water:x', title: 'Water', at: 1 },
  run: { kind: 'run', workflow: 'other', run: 'r1', state: 'done', result: null, at: 1 },
  call: { kind: 'call', workflow: 'w', by: 'r2/call 1', input: 1, at: 1 },
} satisfies Record<string, TriggerFired>;

describe('which spec a happening meets', () => {
  const all = { time, state, event, webhook, alert, run, call };
  test.each<[keyof typeof all, TriggerSpec, boolean]>([
    ['time', { time: { at: '07:30' } }, true],
    ['time', { time: { at: '07:31' } }, false],
    ['state', { state: { entity: 'light.a', to: 'on' } }, true],
    ['state', { state: { entity: 'light.a' } }, false],
    ['event', { event: { type: 'tag_scanned' } }, true],
    ['event', { event: { type: 'tag_scanned', data: { tag_id: 'x', n: { a: 1 } } } }, true],
    ['event', { event: { type: 'tag_scanned', data: { tag_id: 'y' } } }, false],
    ['event', { event: { type: 'zha_event' } }, false],
    ['webhook', { webhook: { name: 'bell' } }, true],
    ['webhook', { webhook: { name: 'door' } }, false],
    ['alert', { alert: { turn: 'opened' } }, true],
    ['alert', { alert: { turn: 'opened', keyPrefix: 'water:' } }, true],
    ['alert', { alert: { turn: 'opened', keyPrefix: 'door:' } }, false],
    ['alert', { alert: { turn: 'over' } }, false],
    ['run', { run: { workflow: 'other' } }, true],
    ['run', { run: { workflow: 'other', state: 'failed' } }, false],
    ['call', { manual: true }, true],
  ])('%s and %o: %s', (kind, spec, expected) => {
    expect(all[kind].matches(spec, fired[kind], 'w')).toBe(expected);
  });

  test.each(['time', 'state', 'webhook', 'call'] as const)(
    'what belongs to one workflow starts no other: %s',
    (kind) => {
      const spec = {
        time: { time: { at: '07:30' } },
        state: { state: fired.state.spec },
      } as Record<string, TriggerSpec>;
      const own =
        spec[kind] ?? (kind === 'webhook' ? { webhook: { name: 'bell' } } : { manual: true });
      expect(all[kind].matches(own, fired[kind], 'w')).toBe(true);
      expect(all[kind].matches(own, fired[kind], 'v')).toBe(false);
    },
  );

  test('a Run does not start its own workflow again by ending', () => {
    expect(run.matches({ run: { workflow: 'other' } }, fired.run, 'other')).toBe(false);
  });

  test('each says why in words and names its Run by what happened', () => {
    for (const [kind, trigger] of Object.entries(all)) {
      const one = fired[kind as keyof typeof fired];
      expect(trigger.reason(one)).toMatch(/^\p{Lu}|^light|^other/u);
      expect(trigger.runKey(one)).toBe(trigger.runKey(structuredClone(one)));
      expect(trigger.runKey(one).startsWith(`${kind}:`)).toBe(true);
    }
    const due = time.runKey(fired.time);
    expect(time.runKey({ ...fired.time, due: 2 })).not.toBe(due);
    expect(time.runKey({ ...fired.time, late: true })).toBe(due);
  });
});
