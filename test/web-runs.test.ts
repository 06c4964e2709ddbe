import { expect, test } from 'vitest';
import { backtest, branchedRun, runPage, runStates } from '../web/dev/answers-runs.ts';
import { pastDays, spanWords, triedWords } from '../web/src/lib/past-days.ts';
import { strips } from '../web/src/lib/run-beside.ts';
import { bars, laneRows } from '../web/src/lib/run-lanes.ts';
import { actionWords, storyRows } from '../web/src/lib/run-story.ts';

const zone = 'Europe/Berlin';

test('each day of the past is one cell, also the days the clocks change', () => {
  const from = '2026-10-20T12:00:00.000Z';
  const to = '2026-10-30T12:00:00.000Z';
  const alert = {
    ...backtest.alerts[0]!,
    since: '2026-10-24T23:30:00.000Z',
    until: '2026-10-25T02:30:00.000Z',
  };
  const days = pastDays({ ...backtest, from, to, alerts: [alert], runs: [], actions: [] }, zone);
  expect(days.map(({ date }) => date)).toEqual([
    ...[
      '20 Oct',
      '21 Oct',
      '22 Oct',
      '23 Oct',
      '24 Oct',
      '25 Oct',
      '26 Oct',
      '27 Oct',
      '28 Oct',
      '29 Oct',
      '30 Oct',
    ],
  ]);
  expect(days.filter(({ told }) => told.length > 0).map(({ words }) => words)).toEqual([
    '25 Oct: told once',
  ]);
  expect(spanWords(alert, zone)).toBe('25 Oct 01:30–03:30, 3 h');
  expect(spanWords({ ...alert, until: null }, zone)).toContain('still open');
});

test('a Run is told step by step, with what became of its Actions and what it still waits for', () => {
  const now = Date.parse(runPage.createdAt) + 600_000;
  const rows = storyRows(runPage, zone, now);
  expect(rows.map(({ title, mark, tries }) => [title, mark, tries])).toEqual([
    ['Began', 'tick', 1],
    ['Switch', 'tick', 2],
    ['Read from outside', 'cross', 8],
    ['Wait for a state', 'ring', 1],
  ]);
  expect(rows[1]!.result).toMatch(/^asked \d\d:\d\d, 2 times · confirmed \d\d:\d\d$/);
  expect(rows[3]!.result).toMatch(/^waits until .* at the latest$/);
  expect(rows[3]!.took).toBe('since 6 min');
});

test('a refusal and a silence of a device are told with their reason', () => {
  const action = runPage.actions[0]!;
  expect(
    actionWords(
      { ...action, outcome: { kind: 'refused', rule: 'guardrail.never', message: 'It is a lock' } },
      zone,
    ),
  ).toBe('not allowed: It is a lock');
  expect(
    actionWords(
      { ...action, tries: 1, outcome: { kind: 'unconfirmed', message: 'it stayed off' } },
      zone,
    ),
  ).toMatch(/no answer: it stayed off$/);
});

test('what ran side by side has a lane of its own, and they come together where both are needed', () => {
  const rows = laneRows(branchedRun.steps);
  expect(rows.map(({ lane }) => lane)).toEqual([0, 0, 1, 1, 1, 0]);
  expect(rows[2]!.joined).toEqual([0]);
  expect(rows[5]!.joined).toEqual([1]);
  expect(rows[3]!.above).toEqual([0, 1]);
  expect(rows[5]!.below).toEqual([]);
  expect(
    laneRows(runPage.steps).every(({ lane, joined }) => lane === 0 && joined.length === 0),
  ).toBe(true);
});

test('a long wait is folded: its bar is no longer than people can see the rest beside it', () => {
  const hour = 3_600_000;
  const [short, long, none] = bars([[0, 2_000], [2_000, 2 * hour], null]);
  expect(short).toMatchObject({ left: 0, folded: false });
  expect(short!.width).toBeGreaterThan(5);
  expect(long).toMatchObject({ folded: true });
  expect(short!.width + long!.width).toBeCloseTo(100);
  expect(none).toBeNull();
});

test('what a Run took over from another says so', () => {
  const rows = storyRows(branchedRun, zone, Date.parse(branchedRun.createdAt));
  expect(rows.map(({ kept }) => kept)).toEqual([true, true, false, false, false, false]);
});

test('sixty days in few words', () => {
  expect(triedWords(0, 0)).toBe('Nothing to tell in 60 days');
  expect(triedWords(1, 0)).toBe('Told once in 60 days');
  expect(triedWords(3, 1)).toBe('Told 3 times, switched once in 60 days');
  expect(triedWords(0, 2)).toBe('Switched 2 times in 60 days');
});

test('beside a Run stands what the home did: parts of what is on or open, a line of what is a number', () => {
  const [boiler, price] = strips(runStates, 'Europe/Berlin');
  expect(boiler).toMatchObject({
    ...{ name: 'Boiler', line: null, range: null, words: 'off · on from 01:59 · off from 02:29' },
    parts: [
      { left: 0, width: 25, look: 'rest' },
      { left: 25, width: 50, look: 'active', words: 'on' },
      { left: 75, width: 25, look: 'rest' },
    ],
  });
  expect(price).toMatchObject({ parts: [], range: ['18 ct/kWh', '31.2 ct/kWh'] });
  // A gap is a gap: the line begins anew behind it.
  expect(price!.line).toBe('M0.00 2.0H25.00M50.00 38.0H100.00');
  expect(price!.words).toBe('31.2 ct/kWh · not there from 01:59 · 18 ct/kWh from 02:14');
});
