import type { EntityState } from '@tomte/sdk/home';
import { expect, test } from 'vitest';
import { type PeopleExamined, peopleFindings } from './doctor-people.ts';

const helper = (max: number) => ({ state: '', attributes: { max } }) as unknown as EntityState;
const usual = { admin: false, ownUser: false, buttonsEntity: null, buttons: undefined };
const entity = { buttonsEntity: 'input_text.tomte' };

test.each<[Partial<PeopleExamined>, string, RegExp]>([
  [{}, 'note', /administrators only/],
  [{ admin: true }, 'ok', /administrator’s/],
  [{ ...entity }, 'warn', /no input_text.tomte/],
  [{ ...entity, buttons: helper(100) }, 'warn', /takes 100 characters/],
  [{ ...entity, buttons: helper(255) }, 'ok', /through the blueprint/],
])('buttons of %o: %s', (o, level, detail) => {
  const [buttons] = peopleFindings({ ...usual, ...o });
  expect(buttons).toMatchObject({ level, detail: expect.stringMatching(detail) });
  expect(buttons!.fix === null).toBe(level === 'ok');
});

test('a shared user is a note with a way out, an own one is well', () => {
  expect(peopleFindings(usual)[1]).toMatchObject({ id: 'own-user', level: 'note' });
  expect(peopleFindings({ ...usual, ownUser: true })[1]).toMatchObject({ level: 'ok', fix: null });
});
