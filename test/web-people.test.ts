import { TomteError } from '@tomte/sdk/errors';
import { operations } from '@tomte/sdk/operations';
import { expect, test } from 'vitest';
import { persons, preview, routes } from '../web/dev/answers-people.ts';
import { nextTime } from '../web/src/lib/ages.ts';
import {
  nextStep,
  personDraft,
  personGiven,
  personWrong,
  routeDraft,
  routeGiven,
  routeWrong,
  wrongFrom,
} from '../web/src/lib/people-forms.ts';
import { personWords, previewWords, routeWords } from '../web/src/lib/people-words.ts';

const zone = 'Europe/Berlin';
const channels = [
  { id: 'c1', name: 'Maja’s phone' },
  { id: 'c2', name: 'E-mail' },
] as never;
const [maja, ola] = persons;
const [night, nursery] = routes;

test('a person and a route are said in a sentence', () => {
  expect(personWords(maja!, channels)).toBe(
    'Maja’s phone. Quiet 22:00 to 07:00, except for what needs somebody now.',
  );
  expect(personWords({ ...ola!, channels: [] }, channels)).toBe(
    'No channel of their own. Their yes does not count.',
  );
  expect(routeWords(night!, { persons, channels })).toBe(
    'Now, 22:00 to 07:00: Maja at once; Ola if nobody saw it after 10 min.',
  );
  expect(routeWords(nursery!, { persons, channels })).toBe(
    'Everything, in Nursery: everybody at once. Of them whoever is home.',
  );
  const gone = { ...night!, steps: [{ persons: ['p9'], channels: ['c2'], afterMinutes: 0 }] };
  expect(routeWords(gone, { persons, channels })).toContain('somebody who is gone and E-mail');
});

test('what would be told has a clock at each step, also over midnight', () => {
  const at = Date.parse('2026-11-21T22:55:00Z');
  expect(previewWords(preview, { routes, at, zone })).toEqual({
    by: 'The route “At night” fits.',
    steps: ['At 23:55: Maja (Maja’s phone).', 'At 00:05, if nobody saw it: Ola (E-mail).'],
  });
  const later = {
    route: null,
    steps: [
      {
        afterMinutes: 0,
        told: [
          { channel: 'c1', name: 'Maja’s phone', person: 'Maja', how: 'quiet' as const },
          { channel: 'c2', name: 'E-mail', person: null, how: 'digest' as const },
        ],
      },
    ],
  };
  expect(previewWords(later, { routes, at, zone })).toEqual({
    by: 'No route fits: everybody is told.',
    steps: ['At 23:55: Maja (Maja’s phone), when quiet hours end and E-mail, in the morning.'],
  });
  const nobody = { route: null, steps: [{ afterMinutes: 0, told: [] }] };
  expect(previewWords(nobody, { routes, at, zone }).steps).toEqual([
    'At 23:55: nobody, no channel takes it.',
  ]);
});

test('two in the morning is the next one, also on the day it comes twice or never', () => {
  const next = (now: string, wanted: string) =>
    new Date(nextTime(Date.parse(now), wanted, zone)).toISOString();
  expect(next('2026-11-21T00:59:30Z', '02:00')).toBe('2026-11-21T01:00:00.000Z');
  expect(next('2026-11-21T01:00:00Z', '02:00')).toBe('2026-11-22T01:00:00.000Z');
  expect(next('2026-10-24T22:00:00Z', '02:30')).toBe('2026-10-25T00:30:00.000Z');
  expect(next('2026-03-29T00:00:00Z', '02:30')).toBe('2026-03-30T00:30:00.000Z');
});

test('what a form holds is what was saved, and is saved as it was', () => {
  expect(personGiven(personDraft(maja!))).toEqual({
    ...{ name: 'Maja', entity: 'person.maja', channels: ['c1'], maySayYes: true },
    quiet: { from: '22:00', to: '07:00' },
  });
  const there = { persons, channels };
  for (const route of routes) {
    const { id: _, position: __, ...given } = route;
    expect(routeGiven(routeDraft(route, there))).toEqual(given);
  }
  // An empty form with a name is a whole route and a whole person.
  const bare = { ...routeGiven(routeDraft(null, there)), name: 'All' };
  expect(operations.saveRoute.input.safeParse(bare).error).toBeUndefined();
  const person = { ...personGiven(personDraft(null)), name: 'Ola' };
  expect(operations.savePerson.input.safeParse(person).error).toBeUndefined();
});

test('whoever is gone is not asked for again', () => {
  const draft = routeDraft(night!, { persons: [maja!], channels: [] });
  expect(draft.steps.map((step) => step.persons)).toEqual([['p1'], []]);
});

test('what is wrong stands at its field, and hours that are off are not looked at', () => {
  const person = personDraft(maja!);
  expect(personWrong(person)).toEqual({});
  expect(personWrong({ ...person, name: ' ', quiet: { on: true, from: '', to: '07:00' } })).toEqual(
    {
      name: 'This is needed.',
      quiet: 'Two times of the day, such as 22:00 and 07:00.',
    },
  );
  expect(personWrong({ ...person, quiet: { on: false, from: '', to: '' } })).toEqual({});
  const route = routeDraft(night!, { persons, channels });
  expect(routeWrong(route)).toEqual({});
  const steps = [...route.steps, { ...nextStep(route.steps), afterMinutes: '10' }];
  const hours = { on: true, from: '22:00', to: '22:00' };
  expect(routeWrong({ ...route, steps, hours })).toEqual({
    hours: 'They begin and end at different times.',
    'steps.2': 'Later than the step before: over 10.',
  });
  for (const typed of ['', 'soon', '1.5', '1441'])
    expect(
      routeWrong({ ...route, steps: [steps[0]!, { ...steps[1]!, afterMinutes: typed }] }),
    ).toEqual({ 'steps.1': 'A whole number of minutes, at most 1,440.' });
  expect(nextStep(steps).afterMinutes).toBe('20');
});

test('what Tomte refuses stands at the field it names, else above the buttons', () => {
  const refused = (details: Record<string, unknown>) =>
    new TomteError('api.invalid', 'Hours begin and end at different times', { details });
  expect(wrongFrom(refused({ field: 'hours' }), ['name', 'hours'])).toEqual({
    hours: 'Hours begin and end at different times.',
  });
  const problems = [{ path: 'name', expected: 'Too long' }];
  expect(wrongFrom(refused({ problems }), ['name'])).toEqual({ name: 'Too long' });
  expect(wrongFrom(refused({ field: 'steps' }), ['name'])).toEqual({});
});
