import { expect, test } from 'vitest';
import { freshStore } from '../store/testing.ts';
import { openSettings } from './settings.ts';

test('what a person did not change follows the configuration', async () => {
  await using store = await freshStore();
  const first = await openSettings(store.db, { publicUrl: null, retentionDays: 365 });
  expect(await first.save({ retentionDays: 30 })).toMatchObject({
    publicUrl: null,
    retentionDays: 30,
  });
  const publicUrl = 'https://tomte.example.org';
  const later = await openSettings(store.db, { publicUrl, retentionDays: 200 });
  expect(later.get()).toEqual({ publicUrl, retentionDays: 30, digestAt: '07:30' });
});
