import type { Reading } from '@tomte/sdk/home';
import { describe, expect, test } from 'vitest';
import { hourMs, localHours, minuteMs } from '../local-hour.ts';
import { learnWater } from '../water/past.ts';
import {
  at,
  entity,
  feed,
  flow,
  meter,
  motion,
  openWatch,
  pastOf,
  say,
  settingsOf,
  zone,
} from '../water/testing.ts';
import water from './water.ts';

const night = at('2026-11-21T00:40:00Z'); // 01:40 in Amsterdam
const learned = (entities = [flow]) =>
  learnWater(pastOf({ until: at('2026-11-20T12:00:00Z'), days: 60, entities }), settingsOf());

describe('a flow sensor', () => {
  test('a toilet that runs at night is told after 45 minutes, in the words of the page', () => {
    const watch = openWatch({ entities: [flow, motion], state: learned() });
    const since = night + 9 * minuteMs;
    const found = feed(
      watch,
      [say(night, 'off', motion.id), say(night, 0), say(since, 0.4)],
      since + 52 * minuteMs,
    );
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      kind: 'raised',
      entities: [flow.id],
      since,
      at: since + 45 * minuteMs,
      severity: 'now',
      title: 'Water has run for 45 minutes',
      text: '0.4 L/min since 01:49, 18 L so far. At this hour it is usually 0. Nobody has moved since 01:40. Probably a toilet cistern: look there first.',
    });
    expect(found[0]!.facts.is).toBe('0.4 L/min');
    expect(found[0]!.facts.since).toBe('01:49, 45 min, 18 L so far');
  });

  test('water that pours is told after two minutes, also in the first week', () => {
    const found = feed(
      openWatch(),
      [say(night, 0), say(night + minuteMs, 20)],
      night + 4 * minuteMs,
    );
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ severity: 'now', title: 'Water is pouring: 20 L/min' });
    expect(found[0]!.text).toContain('close the main tap');
  });

  test('in the first week a run at night is told one level lower, and says how little is known', () => {
    const found = feed(openWatch(), [say(night, 0.5)], night + 46 * minuteMs);
    expect(found[0]).toMatchObject({ kind: 'raised', severity: 'today' });
    expect(found[0]!.text).toContain('I do not know this water yet.');
  });

  test('a shower of half an hour in the morning is ordinary', () => {
    const morning = at('2026-11-20T06:30:00Z');
    const readings = [say(morning, 0), say(morning + minuteMs, 9), say(morning + 31 * minuteMs, 0)];
    expect(feed(openWatch({ state: learned() }), readings, morning + hourMs)).toEqual([]);
    expect(feed(openWatch(), readings, morning + hourMs)).toEqual([]);
  });

  test('a tap that opens again and again at night with dry minutes between is no unbroken flow', () => {
    const readings = Array.from({ length: 30 }, (_, i) =>
      say(night + i * 3 * minuteMs, i % 2 ? 0 : 3),
    );
    expect(feed(openWatch({ state: learned() }), readings)).toEqual([]);
  });

  test('water that comes and goes all day is told when no dry gap came for twelve hours', () => {
    const readings = Array.from({ length: 170 }, (_, i) =>
      say(night + i * 5 * minuteMs, i % 2 ? 0 : 0.5),
    );
    const found = feed(openWatch(), readings);
    expect(found[0]).toMatchObject({ kind: 'raised', since: night });
    expect(found[0]!.title).toBe('Water has not stopped for 12 h');
  });

  test('uses with dry half hours between them are an ordinary day', () => {
    const day = at('2026-11-20T06:00:00Z');
    const readings = Array.from({ length: 48 }, (_, i) =>
      say(day + i * 15 * minuteMs, i % 2 ? 0 : 2),
    );
    expect(feed(openWatch(), readings)).toEqual([]);
  });

  test('it is over after ten dry minutes, and after two when it had poured', () => {
    const slow = feed(openWatch(), [say(night, 0.5), say(night + hourMs, 0)], night + 2 * hourMs);
    expect(slow.map((one) => one.kind)).toEqual(['raised', 'cleared']);
    expect(slow[1]).toMatchObject({
      at: night + hourMs + 10 * minuteMs,
      episode: slow[0]!.episode,
      title: 'Over: the water stopped at 02:40',
    });
    const fast = feed(openWatch(), [say(night, 20), say(night + 3 * minuteMs, 0)], night + hourMs);
    expect(fast.map((one) => one.at)).toEqual([night + 2 * minuteMs, night + 5 * minuteMs]);
  });

  test('a drip on and off does not end the episode', () => {
    const drips = [
      say(night, 0.5),
      say(night + hourMs, 0),
      say(night + hourMs + 9 * minuteMs, 0.5),
    ];
    const found = feed(openWatch(), drips, night + 2 * hourMs);
    expect(found.filter((one) => one.kind !== 'updated')).toHaveLength(1);
  });

  test('a burst does not teach that bursts are usual', () => {
    const watch = openWatch({ state: learned() });
    const bursts = [0, 1, 2, 3, 4, 5].flatMap((day) => {
      const t = night + day * 24 * hourMs;
      return feed(watch, [say(t, 0), say(t + minuteMs, 20), say(t + 20 * minuteMs, 0)], t + hourMs);
    });
    expect(bursts.filter((one) => one.kind === 'raised')).toHaveLength(6);
  });

  test('a worse turn is news, once', () => {
    const readings = [say(night, 0.5), say(night + hourMs, 6)];
    const found = feed(openWatch(), readings, night + 3 * hourMs);
    expect(found.filter((one) => one.worse)).toHaveLength(1);
    expect(new Set(found.map((one) => one.episode)).size).toBe(1);
    const updates = found.filter((one) => one.kind === 'updated' && !one.worse);
    for (const one of updates) {
      const before = found[found.indexOf(one) - 1]!;
      expect(one.at - before.at).toBeGreaterThanOrEqual(10 * minuteMs);
    }
  });

  test('pouring in the middle of a slow leak rings again', () => {
    const found = feed(
      openWatch(),
      [say(night, 0.5), say(night + hourMs, 18)],
      night + 64 * minuteMs,
    );
    const worse = found.find((one) => one.worse)!;
    expect(worse.title).toBe('Water is pouring: 18 L/min');
    expect(worse.at).toBe(night + 62 * minuteMs);
  });

  test('silence neither raises nor ends anything', () => {
    const silent = [say(night, 0.5), say(night + 20 * minuteMs, 'unavailable')];
    expect(feed(openWatch(), silent, night + 5 * hourMs)).toEqual([]);
    const lost = [say(night, 0.5), say(night + hourMs, 'unavailable')];
    const found = feed(openWatch(), lost, night + 20 * hourMs);
    expect(found.map((one) => one.kind)).toEqual(['raised']);
  });

  test('units of every kind are the same water', () => {
    const cases = [
      ['L/min', 1],
      ['L/h', 60],
      ['m³/h', 0.06],
      ['gal/min', 1 / 3.785411784],
      ['mL/s', 1000 / 60],
    ] as const;
    for (const [unit, factor] of cases) {
      const watch = openWatch({ entities: [{ ...flow, unit }] });
      const found = feed(watch, [say(night, 0.5 * factor)], night + 50 * minuteMs);
      expect(found, unit).toHaveLength(1);
      expect(found[0]!.facts.numbers.litresPerMinute, unit).toBeCloseTo(0.5, 2);
    }
  });

  test('the flow of air and of a heating circuit is not taken for water', () => {
    const others = [
      entity('sensor.ventilation_flow', { deviceClass: 'volume_flow_rate', unit: 'm³/h' }),
      entity('sensor.heat_pump_flow', { deviceClass: 'volume_flow_rate', unit: 'L/min' }),
      entity('sensor.gas_meter', {
        deviceClass: 'gas',
        stateClass: 'total_increasing',
        unit: 'm³',
      }),
    ];
    expect(water.picks([...others, motion])).toEqual([]);
    expect(water.picks([...others, flow, motion])).toEqual([flow.id, motion.id]);
  });
});

describe('a meter', () => {
  const steps = (from: number, n: number, everyMs: number, litres: number, start = 1000) =>
    Array.from({ length: n }, (_, i) => say(from + i * everyMs, start + i * litres, meter.id));

  test('one that turns a litre every three minutes at night is told', () => {
    const watch = openWatch({ entities: [meter], state: learned([meter]) });
    const found = feed(watch, [
      say(night - hourMs, 999, meter.id),
      ...steps(night, 30, 3 * minuteMs, 1),
    ]);
    expect(found[0]).toMatchObject({ kind: 'raised', entities: [meter.id], severity: 'now' });
    expect(found[0]!.at - night).toBeLessThan(50 * minuteMs);
  });

  test('a reset, a restored value and a correction are no water', () => {
    const watch = openWatch({ entities: [meter] });
    const m = (minutes: number, v: number | string) => say(night + minutes * minuteMs, v, meter.id);
    const odd = [m(0, 5000), m(1, 0), m(2, 5000), m(3, 'unavailable'), m(4, 5100), m(5, 99000)];
    expect(feed(watch, odd, night + 3 * hourMs)).toEqual([]);
  });

  test('a meter read once an hour is told by its hours', () => {
    const watch = openWatch({ entities: [meter], state: learned([meter]) });
    const start = at('2026-11-21T00:00:00Z');
    const found = feed(watch, steps(start, 6, hourMs, 90), start + 6 * hourMs);
    expect(found[0]).toMatchObject({ kind: 'raised' });
    expect(found[0]!.title).toMatch(/^More water than usual: \d+ L$/);
  });

  test('hours that flow sensor and meter both find unusual are told once', () => {
    const watch = openWatch({ entities: [flow, meter] });
    const from = at('2026-10-01T22:00:00Z');
    const said: Reading[] = [];
    let total = 1_000;
    let lpm = -1;
    for (let t = from; t < from + 22 * 24 * hourMs; t += minuteMs) {
      const minute = (t - from) / minuteMs;
      const watered = minute >= 21 * 1440 + 840 && minute < 21 * 1440 + 930 && minute % 20 < 6;
      const now = watered ? 5 : minute % 1440 >= 430 && minute % 1440 < 438 ? 9 : 0;
      total += now;
      if (now !== lpm) said.push(say(t, now));
      lpm = now;
      if (now > 0 && minute % 2 === 0) said.push(say(t, total, meter.id));
    }
    const found = feed(watch, said, from + 22 * 24 * hourMs);
    expect(found.filter(({ kind }) => kind === 'raised').map(({ rule }) => rule)).toEqual([
      'hours',
    ]);
  });

  test('a flow sensor and the meter of the same water are one episode, the flow first', () => {
    const watch = openWatch({ entities: [meter, flow], state: learned([meter, flow]) });
    const readings = [
      say(night - minuteMs, 1000, meter.id),
      say(night, 0.5),
      ...steps(night + 2 * minuteMs, 40, 2 * minuteMs, 1, 1001),
    ];
    const found = feed(watch, readings);
    expect(found.filter((one) => one.kind === 'raised')).toHaveLength(1);
    expect(found[0]!.entities).toEqual([flow.id, meter.id]);
  });
});

describe('sixty days of hours', () => {
  const until = at('2026-11-22T10:00:00Z');
  const toilet = (t: number) => {
    const { day, hour } = localHours(zone)(t);
    return day === '2026-11-13' && hour >= 2 && hour < 5 ? 90 : 0;
  };

  test('a toilet that ran for three hours is found, and nothing else', () => {
    const found = water.look(pastOf({ until, days: 60, extra: toilet }), settingsOf());
    expect(found.map((one) => one.kind)).toEqual(['raised', 'cleared']);
    expect(found[0]).toMatchObject({
      since: at('2026-11-13T01:00:00Z'),
      at: at('2026-11-13T04:00:00Z'),
      title: 'Water ran for 3 h: 271 L',
      text: '13 Nov 02:00–05:00, about 90 L an hour. At this time it is usually 0. Probably a toilet cistern: it may come again.',
    });
  });

  test('ordinary days, showers and weekends say nothing', () => {
    expect(water.look(pastOf({ until, days: 60 }), settingsOf())).toEqual([]);
    expect(water.look(pastOf({ until, days: 60, entities: [flow] }), settingsOf())).toEqual([]);
  });

  test('what was unusual is not learned as usual', () => {
    const { taps } = learnWater(pastOf({ until, days: 60, extra: toilet }), settingsOf());
    const weekday3 = taps[0]!.baseline.cells[3]!;
    expect(Math.max(...weekday3.amounts)).toBeLessThan(1);
  });

  test('in the first days the showers of the morning are not taken for unusual', () => {
    for (const days of [1, 3, 6, 8]) {
      expect(water.look(pastOf({ until, days }), settingsOf()), `${days} days`).toEqual([]);
    }
    const watch = openWatch({ entities: [meter] });
    const start = at('2026-11-16T23:00:00Z');
    let total = 0;
    const readings = pastOf({ until: start + 4 * 24 * hourMs, days: 4 })
      .hours.get(meter.id)!
      .map((row) => {
        total += row.change!;
        return say(row.start + hourMs, total, meter.id);
      });
    expect(feed(watch, readings)).toEqual([]);
  });

  test('the slider tells sooner and less often', () => {
    const smaller = (t: number) => toilet(t) / 4;
    const count = (sooner: number) =>
      water.look(pastOf({ until, days: 60, extra: smaller }), settingsOf({ sooner })).length / 2;
    expect([0, 3, 6].map(count)).toEqual([0, 1, 1]);
  });

  test.each([
    ['autumn', '2026-10-25'],
    ['spring', '2026-03-29'],
  ])('the day the clocks change in %s is a day like any other', (_season, day) => {
    const end = at(`${day}T12:00:00Z`) + 10 * 24 * hourMs;
    expect(water.look(pastOf({ until: end, days: 60 }), settingsOf())).toEqual([]);
    const three = (t: number) =>
      t >= at(`${day}T00:00:00Z`) && t < at(`${day}T03:00:00Z`) ? 90 : 0;
    expect(water.look(pastOf({ until: end, days: 60, extra: three }), settingsOf())).toHaveLength(
      2,
    );
  });
});

test('every text fits the limits of an alert', () => {
  const watch = openWatch({ entities: [flow, motion], state: learned() });
  const found = feed(
    watch,
    [
      say(night, 'off', motion.id),
      say(night, 0.4),
      say(night + 9 * hourMs, 19),
      say(night + 10 * hourMs, 0),
    ],
    night + 11 * hourMs,
  );
  expect(found.length).toBeGreaterThan(3);
  for (const { title, text, lines } of found) {
    expect(title.length).toBeLessThanOrEqual(45);
    expect(title.length + text.length).toBeLessThanOrEqual(240);
    expect(lines.length).toBeLessThanOrEqual(4);
    expect(text).not.toMatch(/NaN|undefined|Infinity|normal|anomal/);
  }
});

test('what is not the cause is said: machines that are off, a sensor that was heard all the time', () => {
  const watts = { deviceClass: 'power', unit: 'W', stateClass: 'measurement' };
  const washer = entity('sensor.washer_power', { ...watts, name: 'Waschmaschine Leistung' });
  const dishes = entity('sensor.dishes', { ...watts, name: 'Dishwasher power' });
  const entities = [flow, motion, washer, dishes];
  const leak = [
    say(night - hourMs, 1.2, washer.id),
    say(night - hourMs, 0.4, dishes.id),
    say(night, 'off', motion.id),
    say(night, 0.4),
  ];
  const facts = (readings: ReturnType<typeof say>[]) =>
    feed(openWatch({ entities, state: learned(entities) }), readings, night + hourMs)[0]!.facts;
  expect(facts(leak).around).toEqual([
    'Nobody has moved since 01:40',
    'Washing machine and dishwasher off',
    'No restart and no gap',
  ]);
  const after = [
    say(night - 2 * minuteMs, 0),
    say(night - minuteMs, 'unavailable'),
    ...leak.slice(2),
    say(night + minuteMs, 1900, dishes.id),
  ];
  expect(facts(after.sort((a, b) => a.t - b.t)).around).toEqual([
    'Nobody has moved since 01:40',
    'Dishwasher on since 01:41',
    'The sensor was silent from 01:39 to 01:40',
  ]);
});

test('a softener that runs every few nights is told once, and then only when it does not end', () => {
  const watch = openWatch({
    state: learnWater(pastOf({ until: night, days: 40, entities: [flow] }), settingsOf()),
  });
  const raised: number[] = [];
  for (let n = 0; n < 6; n++) {
    const from = night + n * 4 * 24 * hourMs;
    const lasts = n === 5 ? 3 * hourMs : 70 * minuteMs;
    const found = feed(watch, [say(from, 5), say(from + lasts, 0)], from + 5 * hourMs);
    raised.push(found.filter((one) => one.kind === 'raised').length);
  }
  expect(raised).toEqual([1, 0, 0, 0, 0, 1]);
});

/** Showers, a tap now and then, and every eleventh night a softener. */
function lived(from: number, days: number): ReturnType<typeof say>[] {
  return Array.from({ length: days }, (_, day) => {
    const at = (minutes: number) => from + day * 24 * hourMs + minutes * minuteMs;
    const uses = [
      { minute: 7 * 60, lpm: 8, lasts: 9 },
      { minute: 12 * 60 + 7 * (day % 5), lpm: 4, lasts: 3 },
      { minute: 19 * 60, lpm: 2.5, lasts: 6 + (day % 4) },
      ...(day % 11 === 3 ? [{ minute: 26 * 60, lpm: 5, lasts: 38 }] : []),
    ];
    return uses.flatMap(({ minute, lpm, lasts }) => [
      say(at(minute), lpm),
      say(at(minute + lasts), 0),
    ]);
  }).flat();
}

test.each([
  ['in the night of a home with a softener', 26 * 60],
  ['at noon', 13 * 60],
])('a thin flow is told within half an hour: %s', (_, minute) => {
  const from = at('2026-09-01T00:00:00Z');
  const watch = openWatch();
  feed(watch, lived(from, 50));
  const leaks = from + 50 * 24 * hourMs + minute * minuteMs;
  const found = feed(watch, [say(leaks, 0.3)], leaks + 2 * hourMs);
  expect(found[0]).toMatchObject({ kind: 'raised', rule: 'unbroken', since: leaks });
  expect(found[0]!.at - leaks).toBeLessThanOrEqual(30 * minuteMs);
});

test('two showers at once are no news; as strong a flow that goes on is', () => {
  const from = at('2026-09-01T00:00:00Z');
  const watch = openWatch();
  feed(watch, lived(from, 50));
  const noon = from + 50 * 24 * hourMs + 13 * hourMs;
  const showers = [say(noon, 16), say(noon + 6 * minuteMs, 0)];
  expect(feed(watch, showers, noon + hourMs)).toEqual([]);
  const bursts = noon + 3 * hourMs;
  const found = feed(watch, [say(bursts, 16)], bursts + hourMs);
  expect(found[0]).toMatchObject({ kind: 'raised', severity: 'now', since: bursts });
  expect(found[0]!.at - bursts).toBeLessThanOrEqual(20 * minuteMs);
});

test('a garden timer is told once, and what it takes hides no burst at another hour', () => {
  const from = at('2026-06-01T00:00:00Z');
  const watch = openWatch();
  const timer = Array.from({ length: 15 }, (_, n) => {
    const begins = from + (20 + 2 * n) * 24 * hourMs + 4 * hourMs;
    return [say(begins, 11 + (n % 3)), say(begins + 44 * minuteMs, 0)];
  }).flat();
  const readings = [...lived(from, 50), ...timer].sort((a, b) => a.t - b.t);
  const garden = feed(watch, readings).filter(
    (one) => one.kind === 'raised' && one.at > from + 20 * 24 * hourMs,
  );
  expect(garden.map((one) => one.at < from + 21 * 24 * hourMs)).toEqual([true]);
  const bursts = from + 50 * 24 * hourMs + 13 * hourMs;
  const found = feed(watch, [say(bursts, 13)], bursts + hourMs);
  expect(found[0]).toMatchObject({ kind: 'raised', severity: 'now', since: bursts });
  expect(found[0]!.at - bursts).toBeLessThanOrEqual(25 * minuteMs);
});

test('a filter that drips through every evening is learned, and is not told', () => {
  const from = at('2026-09-01T00:00:00Z');
  const watch = openWatch();
  const evenings = Array.from({ length: 60 }, (_, day) => {
    const begins = from + day * 24 * hourMs + 20 * hourMs;
    return [say(begins, 0.4), say(begins + (32 + (day % 5)) * minuteMs, 0)];
  }).flat();
  const raised = feed(watch, evenings).filter((one) => one.kind === 'raised');
  expect(raised.filter((one) => one.at > from + 14 * 24 * hourMs)).toEqual([]);
});

test('a meter that counts in tens of litres shows a steady leak, once, and no leak in a busy morning', () => {
  const coarse = { ...meter, id: 'sensor.coarse' };
  const from = at('2026-09-01T00:00:00Z');
  const minutes = 45 * 24 * 60;
  const leaks = 40 * 24 * 60 + 8 * 60;
  const run = (lpm: number) => {
    const watch = openWatch({ entities: [coarse] });
    const readings: ReturnType<typeof say>[] = [];
    let litres = 0;
    let said = -1;
    for (let m = 0; m < minutes; m++) {
      const ofDay = m % (24 * 60);
      // Showers, a flush each hour or two of the day, and a morning of cleaning each Saturday.
      if (ofDay === 7 * 60) litres += 60;
      if (ofDay > 7 * 60 && ofDay < 23 * 60 && m % 97 === 0) litres += 6;
      const day = Math.floor(m / (24 * 60));
      if (day % 7 === 5 && ofDay >= 9 * 60 && ofDay < 11 * 60 && m % 20 === 0) litres += 10;
      if (m >= leaks && m < leaks + 9 * 60) litres += lpm;
      const v = Math.floor(litres / 10) * 10;
      if (v !== said) readings.push(say(from + m * minuteMs, v, coarse.id));
      said = v;
    }
    return feed(watch, readings, from + minutes * minuteMs).filter(
      (one) => one.kind !== 'updated' && one.at > from + 14 * 24 * hourMs,
    );
  };
  expect(run(0)).toEqual([]);
  const [raised, cleared, ...more] = run(0.3);
  expect(raised).toMatchObject({ kind: 'raised', rule: 'noDryGap' });
  expect(raised!.text).toMatch(/^Not dry for 45 min since /);
  expect(raised!.at - (from + leaks * minuteMs)).toBeLessThan(6 * hourMs);
  expect(cleared!.kind).toBe('cleared');
  expect(more).toEqual([]);
});
