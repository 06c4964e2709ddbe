import { expect, test } from 'vitest';
import water from './detectors/water.ts';
import { openDetection } from './jsonl.ts';
import { minuteMs } from './local-hour.ts';
import { at } from './water/testing.ts';

const night = at('2026-11-21T00:40:00Z');
const header = JSON.stringify({
  home: { timeZone: 'Europe/Amsterdam', country: 'NL' },
  entities: [
    {
      id: 'sensor.water_flow',
      deviceClass: 'volume_flow_rate',
      stateClass: 'measurement',
      unit: 'L/min',
      area: null,
      name: 'Water flow',
    },
    {
      id: 'sensor.outside',
      deviceClass: 'temperature',
      stateClass: 'measurement',
      unit: '°C',
      area: null,
      name: 'Outside',
    },
  ],
});
const reading = (minutes: number, id: string, v: number | string) =>
  JSON.stringify({ t: night + minutes * minuteMs, id, v });
const open = () => openDetection(new Map([['water', water]]));
const all = (lines: string[]) => {
  const detection = open();
  return lines.flatMap((text) => detection.line(text)).map((text) => JSON.parse(text));
};
const leak = [
  header,
  reading(0, 'sensor.water_flow', '0.5'),
  ...Array.from({ length: 12 }, (_, i) => reading(10 * (i + 1), 'sensor.outside', 4)),
  reading(121, 'sensor.water_flow', '0'),
  reading(140, 'sensor.outside', 4),
];

test('a leak comes out as one raised and one cleared line, of the shape the design promises', () => {
  const out = all(leak);
  expect(out).toHaveLength(2);
  expect(Object.keys(out[0])).toEqual([
    'kind',
    'episode',
    'detector',
    'entities',
    'at',
    'since',
    'severity',
    'probability',
    'text',
    'facts',
  ]);
  expect(out[0]).toMatchObject({ kind: 'raised', since: night, at: night + 50 * minuteMs });
  expect(out[1]).toEqual({ kind: 'cleared', episode: out[0].episode, at: night + 140 * minuteMs });
});

test('other sensors’ lines move the clock, and later lines are never looked at', () => {
  const cut = leak.slice(0, 7);
  expect(all(cut)).toEqual(all(leak).slice(0, 1));
  expect(all(leak.slice(0, 6))).toEqual([]);
});

test('a line that cannot be read answers an error with its number, and the next still works', () => {
  const bad = ['{', '[]', '{"t":"now","id":"x","v":1}', reading(-60, 'sensor.outside', 1)];
  const out = all([...leak.slice(0, 3), ...bad, ...leak.slice(3)]);
  expect(out.slice(0, 4).map((one) => one.error.code)).toEqual(
    bad.map(() => 'detect.input_invalid'),
  );
  expect(out.slice(0, 4).map((one) => one.error.details.line)).toEqual([4, 5, 6, 7]);
  expect(out.slice(4)).toEqual(all(leak));
});

test('before a good first line everything is an error', () => {
  const wrongZone = header.replace('Europe/Amsterdam', 'Mars/Olympus');
  const out = all([wrongZone, leak[1]!, ...leak]);
  expect(out.slice(0, 2).map((one) => one.error.code)).toEqual([
    'detect.input_invalid',
    'detect.input_invalid',
  ]);
  expect(out.slice(2)).toEqual(all(leak));
});

test('entities the first line does not name, empty lines and words are taken calmly', () => {
  const odd = [
    '',
    reading(1, 'sensor.unheard_of', 'on'),
    reading(2, 'sensor.water_flow', 'unavailable'),
  ];
  expect(all([header, ...odd])).toEqual([]);
});
