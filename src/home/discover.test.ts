import { expect, test } from 'vitest';
import { systemClock } from '../lib/clock.ts';
import { silentLog } from '../lib/log.ts';
import { type Announcement, discover, homesOf } from './discover.ts';

const announcement = (changed: object = {}, txt: object = {}): Announcement =>
  ({
    name: 'Home',
    host: '0123abcd.local.',
    port: 8123,
    addresses: ['fe80::1', '192.168.1.20'],
    txt: {
      location_name: 'Villa Berg',
      uuid: '0123abcd',
      version: '2026.11.0',
      internal_url: '',
      ...txt,
    },
    ...changed,
  }) as Announcement;

test('a home that announces itself is offered with its IPv4 address', () => {
  expect(homesOf([announcement()])).toEqual([
    {
      name: 'Villa Berg',
      address: 'http://192.168.1.20:8123',
      version: '2026.11.0',
      uuid: '0123abcd',
    },
  ]);
});

test('the same home on two networks is offered once', () => {
  expect(homesOf([announcement(), announcement({ addresses: ['10.0.0.5'] })])).toHaveLength(1);
});

test('a home that says https of itself is offered so', () => {
  expect(
    homesOf([announcement({}, { internal_url: 'https://home.example.org/x' })])[0]?.address,
  ).toBe('https://home.example.org');
});

test('a port of 80 is left out', () => {
  expect(homesOf([announcement({ port: 80 })])[0]?.address).toBe('http://192.168.1.20');
});

test.each([
  ['the page of a first installation', {}, { version: '0000.0.0' }],
  ['an impossible port', { port: 0 }, {}],
  ['a host that is none', { addresses: [], host: 'a b' }, {}],
])('%s is not offered', (_what, changed, txt) => {
  expect(homesOf([announcement(changed, txt)])).toEqual([]);
});

test('an announcement of nonsense does no harm', () => {
  const odd = announcement({ txt: { location_name: 7, uuid: null }, name: 'x'.repeat(5000) });
  expect(homesOf([odd])[0]?.name.length).toBeLessThanOrEqual(200);
});

test('looking never throws, and ends', async () => {
  await expect(
    discover({ clock: systemClock, log: silentLog, listenMs: 50, network: '127.0.0.1' }),
  ).resolves.toBeInstanceOf(Array);
  const stopped = AbortSignal.abort();
  await expect(
    discover({ clock: systemClock, log: silentLog, signal: stopped, network: '127.0.0.1' }),
  ).resolves.toEqual([]);
});
