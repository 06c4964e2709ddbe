/** "What if …?" in words, and which setting of a workflow that is. */
import type { WorkflowDefinition } from '@tomte/sdk/define';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import cold from '../../anomaly/detectors/cold.ts';
import doors from '../../anomaly/detectors/doors.ts';
import safety from '../../anomaly/detectors/safety.ts';
import water from '../../anomaly/detectors/water.ts';
import cheapHours from '../../workflows/cheap-hours.ts';
import doorLeftOpen from '../../workflows/door-left-open.ts';
import freezerWatch from '../../workflows/freezer-watch.ts';
import morningReport from '../../workflows/morning-report.ts';
import safetyWatch from '../../workflows/safety-watch.ts';
import waterWatch from '../../workflows/water-watch.ts';
import { chosen, type Subject, subjectOf, subjectsMeant } from './answer.ts';
import { differenceOf, type Moment } from './compare.ts';
import { readWhatIf } from './question.ts';
import { differenceWords } from './words.ts';

const schemaOf = (settings: z.ZodType) =>
  z.toJSONSchema(settings, { io: 'input' }) as Record<string, unknown>;
const detectors = Object.entries({ water, doors, cold, safety }).map(([name, one]) => ({
  ...{ name, home: 'h', about: one.about, title: one.title, settings: {}, sooner: null },
  ...{ schema: schemaOf(one.settings), sensors: [], toldBy: [], answers: [] },
}));
const subject = (name: string, definition: unknown, starts: string[] = []): Subject => {
  const { title, text, settings } = definition as WorkflowDefinition;
  const row = {
    ...{ name, title, text, home: 'h', mode: 'off' as const, settings: {}, grants: [] },
    ...{ schema: schemaOf(settings), lastRun: null, wants: [], detectors: starts },
    ...{ watchUntil: null, watchesFirst: false, fits: { ok: true, text: '', entities: [] } },
  };
  return subjectOf(row, detectors);
};
const subjects = [
  subject('water-watch', waterWatch, ['water']),
  subject('door-left-open', doorLeftOpen, ['doors']),
  subject('freezer-watch', freezerWatch, ['cold']),
  subject('safety-watch', safetyWatch, ['safety']),
  subject('cheap-hours', cheapHours),
  subject('morning-report', morningReport),
];

/** `workflow detector.setting=value`, or what came of it else. */
function meant(text: string): string {
  const question = readWhatIf(text);
  if (!question) return 'another question';
  const found = subjectsMeant(question, subjects);
  if (found.length === 0) return 'no workflow';
  const choice = chosen(question, found);
  if (!choice)
    return question.turned === null
      ? `no setting of ${found.map(({ row }) => row.name)}`
      : `${found[0]!.row.name} ${question.turned}`;
  const { setting, value, outside } = choice.asked;
  const of = setting.detector === null ? '' : `${setting.detector}.`;
  return `${choice.subject.row.name} ${of}${setting.key}=${value}${outside ? ' outside' : ''}`;
}

describe('the setting a question means', () => {
  test.each([
    [
      'What if the water watch were told at 0.5 litres?',
      'water-watch water.minimumFlowLitresPerMinute=0.5',
    ],
    ['what if the water watch poured at 30 l/min', 'water-watch water.pouringLitresPerMinute=30'],
    ['What if Door left open waited 20 minutes', 'door-left-open doors.doorMinutes=20'],
    [
      'what if Door left open waited 20 minutes instead of 10',
      'door-left-open doors.doorMinutes=20',
    ],
    ['what if a window left open waited half an hour?', 'door-left-open doors.windowMinutes=30'],
    [
      'What would have happened if a door had waited two hours?',
      'door-left-open doors.doorMinutes=120',
    ],
    [
      'how often would the water watch have told me if it were told sooner?',
      'water-watch water.sooner=4',
    ],
    ['what if doors were told less often', 'door-left-open doors.sooner=2'],
    [
      'what if the freezer watch told a freezer at minus 12 degrees',
      'freezer-watch cold.freezerWarmest=-12',
    ],
    ['what if the freezer watch told a fridge at 7 °C', 'freezer-watch cold.fridgeWarmest=7'],
    ['what if freezers were told at -17', 'freezer-watch cold.freezerWarmest=-17'],
    ['what if the freezer watch told a freezer at -17', 'freezer-watch cold.freezerWarmest=-17'],
    ['what if the water watch had the slider at 6', 'water-watch water.sooner=6'],
    ['what if doors were told at stop 0', 'door-left-open doors.sooner=0'],
    ['what if frost were told at 6 degrees', 'safety-watch safety.frostDegrees=6'],
    ['what if the morning report came at 6', 'morning-report at=06:00'],
    ['what if the morning report came at 6:30 pm', 'morning-report at=18:30'],
    ['what if the morning report named a battery at 20 %', 'morning-report batteryBelow=20'],
    ['what if the morning report were quiet when well', 'morning-report quietWhenWell=true'],
    ['what if the morning report were in the digest', 'morning-report tell=digest'],
    ['what if the water watch did not ring when worse', 'water-watch ringWhenWorse=false'],
    ['what if cheap hours were until 5:00', 'cheap-hours until=05:00'],
    ['what if cheap hours started at 23:30', 'cheap-hours from=23:30'],
    ['what if cheap hours at 5', 'no setting of cheap-hours'],
    ['what if the heater at cheap hours ran for 4 hours', 'cheap-hours hours=4'],
    [
      'what if the morning report named a battery at 90 %',
      'morning-report batteryBelow=90 outside',
    ],
    ['what if the water watch had been on?', 'water-watch on'],
    ['what if I had switched the morning report off', 'morning-report off'],
    ['what if the water watch told after 30 minutes', 'no setting of water-watch'],
    ['what if it had been on', 'no workflow'],
    ['what if the dog barked at 6', 'no workflow'],
    ['why did the water watch not start', 'another question'],
    ['what happened to the hall light last night', 'another question'],
  ])('%s', (text, expected) => {
    expect(meant(text)).toBe(expected);
  });

  test('quiet hours are told apart', () => {
    expect(readWhatIf('what if quiet hours ended at 6')).toMatchObject({ quietHours: true });
  });
});

test('moments of the same thing that overlap are one; the rest came or went', () => {
  const moment = (thing: string, from: number, to: number, how = 'now'): Moment => ({
    ...{ kind: 'alert', thing, title: `Water ${from}`, from, to, how },
  });
  const day = 86_400_000;
  const was = [moment('w', 0, 10), moment('w', day, day + 10), moment('w', 2 * day, 2 * day + 5)];
  const is = [moment('w', 0, 12, 'digest'), moment('d', day, day + 10)];
  const difference = differenceOf(was, is);
  expect(difference.gone).toEqual([was[2], was[1]]);
  expect(difference.come).toEqual([is[1]]);
  expect(difference.otherwise).toEqual([[was[0], is[0]]]);
  const setting = subjects[1]!.settings.find(({ key }) => key === 'doorMinutes')!;
  const asked = { setting, value: 20, score: 1, outside: false };
  expect(differenceWords({ title: 'X', asked, was, is, difference, zone: 'UTC' })).toBe(
    'In the last 60 days, with “A door may stand open this many minutes whatever is usual” at 20 instead of 10, X would have told you twice instead of 3 times; newly quiet: Water 172800000 (3 Jan), Water 86400000 (2 Jan); newly told: Water 86400000 (2 Jan); told another way or at another time: 1.',
  );
});
