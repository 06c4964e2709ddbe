import { grantsOf } from '@tomte/sdk/types-grant';
import { expect, test } from 'vitest';
import { addHome } from '../store/homes.ts';
import { freshStore } from '../store/testing.ts';
import { saveWorkflowSettings } from '../store/workflow-settings.ts';
import { openGrants } from './grants.ts';

const row = {
  id: 'h1',
  name: 'Home',
  address: 'http://127.0.0.1:8123',
  version: '2026.11.0',
  time_zone: 'Europe/Vienna',
  currency: 'EUR',
  user_name: 'Tomte',
  user_id: 'u',
  user_admin: false,
  token_sealed: Buffer.from('sealed'),
};

test('only a workflow that is on may switch what it was granted, and nothing is left of a forgotten home', async () => {
  const store = await freshStore();
  try {
    for (const id of ['h1', 'h10']) await addHome(store.db, { ...row, id });
    const valve = grantsOf(['switch.valve']);
    const saved = { settings: {}, grants: valve };
    for (const [home, workflow, mode] of [
      ['h1', 'first', 'on'],
      ['h1', 'second', 'watch'],
      ['h10', 'first', 'on'],
    ] as const)
      await saveWorkflowSettings(store.db, { ...saved, home, workflow, mode });
    const grants = await openGrants(store.db);
    expect(grants.of('h1', 'workflow:first')).toEqual(valve);
    expect(grants.of('h1', 'workflow:second')).toEqual([]);
    grants.set('h1', 'third', grantsOf(['light.hall']));
    grants.drop('h1');
    expect(grants.of('h1', 'workflow:first')).toEqual([]);
    expect(grants.of('h1', 'workflow:third')).toEqual([]);
    expect(grants.of('h10', 'workflow:first')).toEqual(valve);
  } finally {
    await store.close();
  }
});
