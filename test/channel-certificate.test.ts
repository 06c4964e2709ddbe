/** A receiver that cannot prove who it is gets nothing; what rings is told another way at once, and that it failed is said. */
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import { home, openRoom, water } from '../src/alert/testing.ts';
import { openAuthority } from '../src/home/testing/certificates.ts';
import { systemClock } from '../src/lib/clock.ts';
import { freshStore } from '../src/store/testing.ts';

const store = await freshStore();
afterAll(() => store.close());

const faults = [
  ['of an authority that nobody knows', ['127.0.0.1', 'localhost'], 30],
  ['of another name', ['elsewhere.example'], 30],
  ['that has ended', ['127.0.0.1', 'localhost'], -1],
] as const;

test.each(faults)('a certificate %s', async (_, names, toDay) => {
  const authority = await openAuthority(systemClock.now());
  const { key, chain } = await authority.issue([...names], { fromDay: -60, toDay });
  let heard = 0;
  const server = createServer({ key, cert: chain }, (_request, response) => {
    heard++;
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const room = await openRoom(store);
  for (const { id } of await room.alerts.channels()) await room.alerts.removeChannel(id);
  await room.alerts.saveChannel({
    ...{ kind: 'webhook', name: 'Broken' },
    settings: { url: `https://127.0.0.1:${port}/`, secret: 'a-long-secret-of-mine' },
  });
  await room.alerts.saveChannel({
    ...{ kind: 'persistent-notification', name: 'Bell', home, severities: [], settings: {} },
  });
  await room.alerts.open(water({ key: `water:${names[0]} ${toDay}` }));
  await room.alerts.drain();
  server.close();
  expect(heard).toBe(0);
  expect(room.voice.told.map(({ data }) => data.title).toSorted()).toEqual([
    'Could not reach Broken',
    'Water has run for 52 minutes',
  ]);
  const note = room.voice.told.find(({ data }) => data.title === 'Could not reach Broken')!;
  expect(note.data.message).toContain('The webhook: its certificate is not trusted.');
});
