import { expect, test } from 'vitest';
import { freshStore } from '../store/testing.ts';
import { settingsOperations } from './operations-settings.ts';
import { openSettings } from './settings.ts';

test('an address that phones cannot open is not kept as the address in messages', async () => {
  await using store = await freshStore();
  const settings = await openSettings(store.db, { publicUrl: null, retentionDays: 365 });
  const { saveSettings } = settingsOperations(
    { settings, parts: { store } },
    { passwordChanged: () => {} },
  );
  for (const publicUrl of [
    'http://localhost:8640',
    'http://127.1:8640',
    'http://[::ffff:127.0.0.1]/',
    'http://0.0.0.0',
    'javascript:alert(1)',
    'tomte.example.org',
  ]) {
    await expect(saveSettings({ publicUrl }), publicUrl).rejects.toMatchObject({
      code: 'api.invalid',
    });
  }
  const publicUrl = 'https://tomte.example.org';
  expect(await saveSettings({ publicUrl })).toMatchObject({ publicUrl });
  expect(await saveSettings({ publicUrl: '' })).toMatchObject({ publicUrl: null });
});
