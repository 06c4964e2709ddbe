import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openRoom, receiver } from '../../src/alert/testing.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { freshStore } from '../../src/store/testing.ts';
import type { AlertLife } from './alert-child.ts';
import { killPlaces, patienceMs } from './places.ts';

const child = fileURLToPath(new URL('./alert-child.ts', import.meta.url));
/** More queries than the story has: then nothing was cut any more and all places were tried. */
const placesMax = 200;

const live = (life: AlertLife): Promise<number | null> =>
  new Promise((resolve) => {
    spawn(process.execPath, ['--conditions=tomte-source', child, JSON.stringify(life)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    }).once('close', (code) => resolve(code));
  });

test.each(['before', 'after'] as const)(
  'killed %s any query, each turn of an alert still arrives, once to whoever looks at the id',
  { timeout: patienceMs },
  async (kill) => {
    let cuts = 0;
    for (const killAt of killPlaces(placesMax, 7)) {
      await using store = await freshStore();
      await using hook = await receiver(() => ({ status: 204 }));
      const room = await openRoom(store);
      await room.alerts.saveChannel({
        kind: 'webhook',
        name: 'Node-RED',
        settings: { url: hook.url, secret: 'a-long-secret-of-mine' },
      });
      const at = systemClock.now();
      const first = await live({ connection: store.connection, killAt, kill, at });
      if (first === null) {
        cuts++;
        expect(await live({ connection: store.connection, killAt: 0, kill, at })).toBe(0);
      }
      const titles = new Map<unknown, string>();
      for (const { headers, body } of hook.received) {
        const { title } = JSON.parse(body.toString()) as { title: string };
        const before = titles.get(headers['tomte-delivery']);
        expect(before ?? title, `${kill} query ${killAt}: one id, one message`).toBe(title);
        titles.set(headers['tomte-delivery'], title);
      }
      expect([...titles.values()], `${kill} query ${killAt}`).toEqual([
        'Water has run for 52 minutes',
        'Water is pouring',
        'Over: the water stopped',
      ]);
      expect(await room.alerts.list()).toHaveLength(1);
      if (first === 0) break;
    }
    expect(cuts).toBeGreaterThan(5);
  },
);
