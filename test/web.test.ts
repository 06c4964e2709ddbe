import type { EntityRow } from '@tomte/sdk/types';
import { expect, test } from 'vitest';
import { ago, nextHour, unbroken } from '../web/src/lib/ages.ts';
import { profileAddress } from '../web/src/lib/profile-address.ts';
import { inNames, rooms, stateText } from '../web/src/lib/rooms.ts';
import { onWords } from '../web/src/lib/run-words.ts';
import { aboutOf, fieldsOf, keptSecret, read, shown } from '../web/src/lib/schema.ts';
import { watchWords } from '../web/src/lib/watch-words.ts';

test.each([
  ['homeassistant.local', '', 'http://homeassistant.local:8123/profile/security'],
  ['192.168.1.20', '8124', 'http://192.168.1.20:8124/profile/security'],
  ['192.168.1.20:8123/lovelace/0', '', 'http://192.168.1.20:8123/profile/security'],
  ['https://home.example.org/', '', 'https://home.example.org/profile/security'],
  ['abc.ui.nabu.casa', '', 'https://abc.ui.nabu.casa/profile/security'],
  ['fd00::12', '', 'http://[fd00::12]:8123/profile/security'],
  ['javascript:alert(1)//', '', null],
  ['javascript://x/%0aalert(1)', '', null],
  ['', '', null],
])('the token of %s port %s is made at %s', (address, port, page) => {
  expect(profileAddress(address, port)).toBe(page);
});

test('quiet until the morning is seven o’clock in the home, also over a change of the clock', () => {
  const evening = Date.parse('2026-10-24T20:10:00Z');
  expect(new Date(nextHour(evening, 7, 'Europe/Oslo')).toISOString()).toBe(
    '2026-10-25T06:00:00.000Z',
  );
  const early = Date.parse('2026-11-21T01:41:12Z');
  expect(new Date(nextHour(early, 7, 'Asia/Kathmandu')).toISOString()).toBe(
    '2026-11-22T01:15:00.000Z',
  );
});

test('an age is read at a glance', () => {
  const now = Date.parse('2026-11-21T12:00:00Z');
  const before = (ms: number) => ago(new Date(now - ms).toISOString(), now);
  expect(before(900)).toBe('just now');
  expect(before(40_000)).toBe('40 s ago');
  expect(before(7.4 * 3_600_000)).toBe('7 h ago');
  expect(before(60 * 3_600_000)).toBe('2 d ago');
  expect(ago(null, now)).toBe('no news yet');
});

test('nothing is called usual of a home that is not heard', () => {
  const now = Date.parse('2026-11-21T12:00:00Z');
  const home = (name: string, state: 'live' | 'stale' | 'stopped', asOf: string | null = null) => ({
    ...{ id: name, name, timeZone: 'Europe/Oslo' },
    link: { state, asOf },
  });
  const berg = home('Villa Berg', 'live');
  const cabin = home('Cabin', 'stale', '2026-11-21T01:10:00Z');
  const boat = home('Boat', 'stopped');
  const words = (open: number, homes: Parameters<typeof watchWords>[1], sensors = 3) =>
    watchWords({ open, sensors }, homes, now);
  expect(words(0, [berg])).toBe('Nothing unusual.');
  expect(words(2, [berg])).toBe('2 things to look at.');
  expect(words(0, [cabin])).toBe('I cannot see Cabin since 02:10.');
  expect(words(0, [boat])).toBe('I cannot see Boat until it is linked again.');
  expect(words(0, [berg, cabin])).toBe(
    'I cannot see Cabin since 02:10. Nothing unusual elsewhere.',
  );
  expect(words(1, [berg, cabin, boat])).toBe('1 thing to look at. I cannot see 2 of 3 homes.');
  expect(words(0, [berg], 0)).toBe('No sensor is watched yet.');
  expect(words(0, [berg, cabin], 0)).toBe('I cannot see Cabin since 02:10.');
  expect(words(1, [berg], 0)).toBe('1 thing to look at.');
});

test('a number and its unit stay on one line', () => {
  expect(unbroken('0.4 L/min for 52 min.')).toBe('0.4\u00a0L/min for 52\u00a0min.');
});

const schema = {
  type: 'object',
  required: ['topic', 'many'],
  properties: {
    topic: { type: 'string' },
    server: { type: 'string', format: 'uri', default: 'https://ntfy.sh' },
    token: { anyOf: [{ type: 'string' }, { type: 'null' }] },
    many: { type: 'integer', minimum: 1, maximum: 5, default: 3 },
    tell: { enum: ['sooner', 'less_often'] },
    quiet: { type: 'boolean', default: false },
    rooms: { type: 'array', items: { type: 'string' } },
  },
};

test('a form is made of the schema, and what is typed comes out as the schema wants it', () => {
  const fields = fieldsOf(schema);
  expect(fields.map((field) => field.kind)).toEqual([
    'text',
    'address',
    'secret',
    'number',
    'choice',
    'switch',
    'list',
  ]);
  expect(shown(fields[3]!, undefined)).toBe('3');
  const typed = {
    topic: ' home ',
    server: '',
    token: keptSecret,
    many: '4',
    tell: 'sooner',
    quiet: true,
    rooms: 'hall\nbath, attic',
  };
  expect(read(fields, typed)).toEqual({
    settings: {
      topic: 'home',
      token: keptSecret,
      many: 4,
      tell: 'sooner',
      quiet: true,
      rooms: ['hall', 'bath', 'attic'],
    },
    wrong: {},
  });
});

test('what is missing or out of bounds is told at its field', () => {
  expect(read(fieldsOf(schema), { topic: '', many: '9' }).wrong).toEqual({
    topic: 'This is needed.',
    many: 'At most 5.',
  });
  expect(read(fieldsOf(schema), { topic: 'x', many: '2.5' }).wrong).toEqual({
    many: 'This is a whole number.',
  });
});

const row = (id: string, area: string | null, name = id) => ({
  id,
  name,
  area,
  domain: id.split('.')[0]!,
  floor: null,
  device: null,
  deviceClass: null,
  unit: null,
  state: 'on',
  lastChanged: '',
  lastReported: null,
  watched: false,
});

test('rooms come by name, what has none comes last, and a search finds by name, id and room', () => {
  const entities = [
    row('light.a', null),
    row('light.b', 'Kitchen'),
    row('light.c', 'Bath', 'Mirror'),
  ];
  expect(rooms(entities, '').map((room) => room.name)).toEqual(['Bath', 'Kitchen', 'No room']);
  expect(rooms(entities, 'bath mir').flatMap((room) => room.entities.map((e) => e.id))).toEqual([
    'light.c',
  ]);
});

test('a state is said as people say it', () => {
  const say = (state: string, more = {}) =>
    stateText({ state, unit: null, deviceClass: null, domain: 'sensor', ...more });
  expect(say('-18.23', { unit: '°C' })).toBe('−18.2 °C');
  expect(say('unavailable')).toBe('not there');
  expect(say('on', { domain: 'binary_sensor', deviceClass: 'door' })).toBe('open');
  expect(say('not_home', { domain: 'person' })).toBe('away');
  expect(say('', { unit: 'W' })).toBe('');
});

test.each([
  [0, 0, 'No workflow is on.'],
  [0, 1, 'No workflow is on, 1 fits your home.'],
  [1, 2, '1 workflow is on, 2 more fit your home.'],
  [2, 1, '2 workflows are on, 1 more fits your home.'],
])('%i on and %i that fit are told in a sentence', (on, fit, said) => {
  expect(onWords(on, fit)).toBe(said);
});

test('what a setting is about ends before what holds without a value', () => {
  const tell = { enum: ['as found', 'now'], default: 'as found', description: 'now or later' };
  const [choice, plain] = fieldsOf({
    properties: { tell, name: { type: 'string', description: 'Who?' } },
  });
  expect(aboutOf(choice!)).toBe('now or later. Without a value: As found.');
  expect(aboutOf(plain!)).toBe('Who?');
});

test('a text names what has a name and leaves other ids as they are', () => {
  const entity = { id: 'sensor.water_flow', name: 'Water flow' } as EntityRow;
  const said = inNames('Watches sensor.water_flow, sensor.other.', [entity]);
  expect(said).toBe('Watches Water flow, sensor.other.');
});
