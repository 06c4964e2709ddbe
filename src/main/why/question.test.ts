import { describe, expect, test } from 'vitest';
import { findNames, type Named } from './names.ts';
import { readQuestion } from './question.ts';

const zone = 'Europe/Berlin';
/** A Thursday, 09:15 on the wall. */
const now = Date.parse('2026-11-26T08:15:00Z');
const wall = (t: number) =>
  new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'short',
  }).format(t);
const read = (text: string, at = now) => readQuestion(text, at, zone);

describe('the moment a question names', () => {
  test.each([
    ['Why did the heater not start at 02:00?', '2026-11-26 02:00'],
    ['why did the heater not start at 2 am', '2026-11-26 02:00'],
    ['heater 11pm', '2026-11-25 23:00'],
    ['why not at 2', '2026-11-26 02:00'],
    ['why not at 22:30', '2026-11-25 22:30'],
    ['yesterday at 14:00', '2026-11-25 14:00'],
    ['on monday at 7:05', '2026-11-23 07:05'],
    ['last night at 2', '2026-11-26 02:00'],
    ['last night at 23:00', '2026-11-25 23:00'],
    ['at midnight', '2026-11-26 00:00'],
    ['2026-11-20 18:00', '2026-11-20 18:00'],
    ['an hour ago', '2026-11-26 08:15'],
    ['half an hour ago', '2026-11-26 08:45'],
    ['20 minutes ago', '2026-11-26 08:55'],
    ['today at 12:00', '2026-11-26 12:00'],
  ])('%s', (text, expected) => {
    const { at, timed } = read(text);
    expect(wall(at!)).toBe(expected);
    expect(timed).toBe(true);
  });

  test('half an hour around it is looked at', () => {
    const { from, to } = read('why not at 02:00');
    expect([wall(from), wall(to)]).toEqual(['2026-11-26 01:30', '2026-11-26 02:30']);
  });
});

describe('a stretch of time', () => {
  test.each([
    ['last night', '2026-11-25 20:00', '2026-11-26 08:00'],
    ['this morning', '2026-11-26 05:00', '2026-11-26 09:15'],
    ['yesterday evening', '2026-11-25 17:00', '2026-11-26 00:00'],
    ['yesterday', '2026-11-25 00:00', '2026-11-26 00:00'],
    ['today', '2026-11-26 00:00', '2026-11-26 09:15'],
    ['on sunday', '2026-11-22 00:00', '2026-11-23 00:00'],
    ['the heater', '2026-11-24 09:15', '2026-11-26 09:15'],
  ])('%s', (text, from, to) => {
    const question = read(text);
    expect(question.at).toBeNull();
    expect([wall(question.from), wall(question.to)]).toEqual([from, to]);
  });
});

test('on the day the clocks change, a time that was skipped is the one that followed', () => {
  const { at } = read('at 02:30', Date.parse('2026-03-29T10:00:00Z'));
  expect(new Date(at!).toISOString()).toBe('2026-03-29T01:30:00.000Z');
});

test('what is left of it are the names, and whether it asks why not', () => {
  expect(read('Why did the boiler heater not start at 02:00 last night?')).toMatchObject({
    words: ['boiler', 'heater'],
    asks: true,
    negative: true,
  });
  expect(read("Why didn't the hall light turn on?")).toMatchObject({
    words: ['hall', 'light'],
    negative: true,
  });
  expect(read('water')).toMatchObject({ words: ['water'], asks: false, negative: false });
  expect(read('why did sensor.hall_2 fire at 21 degrees')).toMatchObject({
    words: ['sensor.hall_2', '21', 'degrees'],
    timed: false,
  });
});

test.each(['', '???', '9999-99-99', 'at 99:99', 'at 24', 'x'.repeat(400), '25:61 pm'])(
  'nonsense is no fault: %s',
  (text) => {
    const { from, to } = read(text);
    expect(Number.isFinite(from) && Number.isFinite(to)).toBe(true);
  },
);

describe('which things words mean', () => {
  const things: Named[] = [
    {
      kind: 'workflow',
      id: 'cheap-hours',
      names: ['Heat the boiler at cheap hours', 'cheap-hours'],
    },
    { kind: 'workflow', id: 'water-watch', names: ['Watch the water', 'water-watch'] },
    { kind: 'entity', id: 'switch.boiler', names: ['Boiler', 'switch.boiler', 'Cellar Boiler'] },
    { kind: 'entity', id: 'light.hall', names: ['Hall light', 'light.hall'] },
    { kind: 'area', id: 'Küche', names: ['Küche'] },
  ];
  const best = (...words: string[]) => findNames(words, things)[0]?.thing.id ?? null;

  test.each([
    [['boiler'], 'switch.boiler'],
    [['heater', 'boiler', 'cheap'], 'cheap-hours'],
    [['waterwatch'], 'water-watch'],
    [['boilre'], 'switch.boiler'],
    [['halls', 'lights'], 'light.hall'],
    [['kuche'], 'Küche'],
    [['light.hall'], 'light.hall'],
    [['sauna'], null],
    [['it'], null],
  ])('%s', (words, expected) => {
    expect(best(...words)).toBe(expected);
  });
});
