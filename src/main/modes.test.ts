import type { LiveEvent } from '@tomte/sdk/types';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { handClock, night } from '../alert/testing.ts';
import { silentLog } from '../lib/log.ts';
import { addHome } from '../store/homes.ts';
import { freshStore } from '../store/testing.ts';
import { openModes } from './modes.ts';
import { usualEnd } from './operations-approvals.ts';

const store = await freshStore();
afterAll(() => store.close());
const hour = 3_600_000;
const homes = ['h1', 'h2'];
for (const id of homes) {
  await addHome(store.db, {
    ...{ id, name: 'Home', address: 'http://127.0.0.1:8123', version: '2026.11.0' },
    ...{ time_zone: 'Europe/Oslo', currency: 'NOK', user_name: 'Tomte', user_id: 'u' },
    ...{ user_admin: false, token_sealed: Buffer.from('sealed') },
  });
}
beforeEach(() => store.db.deleteFrom('modes').execute());

/** One life of Tomte: its clock, and what it published. */
async function life(start = night) {
  const clock = handClock(start);
  const published: LiveEvent[] = [];
  const modes = await openModes({
    store,
    clock,
    log: silentLog,
    publish: (event) => published.push(event),
  });
  return { clock, modes, published };
}

test('a mode holds until its end, in its home alone, and over a restart', async () => {
  const first = await life();
  await first.modes.set({ home: 'h1', mode: 'pause', until: night + hour, by: 'Maja' });
  expect(first.modes.holds('h1', 'pause')).toBe(true);
  expect(first.modes.holds('h2', 'pause')).toBe(false);
  expect(first.modes.holds('h1', 'guests')).toBe(false);
  const second = await life(night + hour - 1);
  expect(second.modes.until('h1', 'pause')).toBe(night + hour);
  expect(second.modes.list('h1')).toMatchObject([{ mode: 'pause', setBy: 'Maja' }]);
  second.clock.pass(1);
  expect(second.modes.holds('h1', 'pause')).toBe(false);
});

test('its end is told, also one that came while Tomte was off, and stays told after a restart', async () => {
  const first = await life();
  await first.modes.set({ home: 'h1', mode: 'guests', until: night + hour, by: null });
  const second = await life(night + 5 * hour);
  expect(second.published).toEqual([{ type: 'mode', home: 'h1', mode: 'guests', until: null }]);
  const line = {
    at: new Date(night + hour).toISOString(),
    text: 'Guests ended 03:41; it began 02:41.',
  };
  const told = { from: night, zone: 'Europe/Oslo' };
  expect(second.modes.endedLines('h1', told)).toEqual([line]);
  const third = await life(night + 6 * hour);
  expect(third.published).toEqual([]);
  expect(third.modes.endedLines('h1', told)).toEqual([line]);
  expect(third.modes.endedLines('h1', { ...told, from: night + 2 * hour })).toEqual([]);
});

test('a person may move the end, or end it; both are published', async () => {
  const { modes, published, clock } = await life();
  await modes.set({ home: 'h1', mode: 'away', until: night + hour, by: null });
  clock.pass(10 * 60_000);
  await modes.set({ home: 'h1', mode: 'away', until: night + 3 * hour, by: 'Maja' });
  expect(modes.list()).toMatchObject([
    { since: new Date(night).toISOString(), until: new Date(night + 3 * hour).toISOString() },
  ]);
  await modes.end('h1', 'away');
  expect(modes.holds('h1', 'away')).toBe(false);
  expect(published.map((event) => 'until' in event && event.until)).toEqual([
    new Date(night + hour).toISOString(),
    new Date(night + 3 * hour).toISOString(),
    null,
  ]);
  const [line] = modes.endedLines('h1', { from: night, zone: 'Europe/Oslo' });
  expect(line?.text).toBe('Away was ended 02:51; it began 02:41.');
});

test.each([0, -1, 367 * 24 * hour, Number.NaN])('an end in %d ms is refused', async (ms) => {
  const { modes } = await life();
  const set = modes.set({ home: 'h1', mode: 'pause', until: night + ms, by: null });
  await expect(set).rejects.toMatchObject({ code: 'api.invalid' });
  expect(modes.list()).toEqual([]);
});

test('without an end, each mode has its usual one by the clock of the home', () => {
  const at = (iso: string) => Date.parse(iso);
  const now = at('2026-10-24T20:00:00Z');
  expect(usualEnd('pause', now, 'Europe/Oslo')).toBe(now + hour);
  // The clocks go back in the night between.
  expect(usualEnd('guests', now, 'Europe/Oslo')).toBe(at('2026-10-25T11:00:00Z'));
  expect(usualEnd('away', now, 'Europe/Oslo')).toBe(at('2026-10-25T17:00:00Z'));
});
