import type { Action } from '@tomte/sdk/home';
import { afterAll, expect, test } from 'vitest';
import { builtInChannels, handClock, home, openRoom, testKey } from '../alert/testing.ts';
import { silentLog } from '../lib/log.ts';
import { freshStore } from '../store/testing.ts';
import { doorParts } from './door-parts.ts';
import type { PlaceParts } from './parts.ts';
import { openPeople } from './people.ts';

const store = await freshStore();
afterAll(() => store.close());
const toggle: Action = { domain: 'switch', action: 'toggle', entities: ['switch.pump'], data: {} };

test('a doubt asks somebody to look, once for each Action, and is over when they did', async () => {
  const clock = handClock();
  // Also keeps the home.
  await openRoom(store, { clock });
  const { alerts } = openPeople({
    parts: {
      ...{ store, key: testKey, clock, log: silentLog, random: () => 0.5, place: 'tomte' },
      ...{ publish: () => {}, workflows: new Map(), engine: { fire: async () => [] } },
    } as unknown as PlaceParts,
    settings: { get: () => ({ publicUrl: null, retentionDays: 1, digestAt: '07:30' }) },
    channels: await builtInChannels(),
    panel: () => null,
    decisions: () => {
      throw new RangeError('no digest is due');
    },
    proposed: async () => {},
    lives: () => new Map(),
  });
  const { onDoubt } = doorParts({
    parts: { clock, workflows: new Map([['pump', { title: 'Pump watch' }]]) },
    ...{ alerts, settings: { actionsStopped: () => false } },
    ...{ modes: { until: () => null }, approvals: { spend: () => async () => ({ ok: true }) } },
    homeSettings: { of: () => ({ buttonsEntity: null, ownUser: false, notes: {} }) },
    row: { id: home, user_id: 'u1' },
    entityName: () => 'Pump',
  });
  const row = { home, key: 'run-1/act 1', askedBy: 'workflow:pump', action: toggle };
  await onDoubt!(row, 'Whether it was done is not known');
  await onDoubt!(row, 'Whether it was done is not known');
  const [alert, ...others] = await alerts.list({ state: 'open' });
  expect(others).toEqual([]);
  expect(alert).toMatchObject({
    title: 'Toggle Pump: was it done?',
    text: expect.stringContaining('Pump watch asked for it.'),
    entities: ['switch.pump'],
  });
  await alerts.acknowledge(alert!.id, 'Maja');
  await expect.poll(() => alerts.list({ state: 'resolved' })).toMatchObject([{ id: alert!.id }]);
});
