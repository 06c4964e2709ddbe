import { isError } from '@tomte/sdk/errors';
import { expect, test } from 'vitest';
import { stepsOf, valueAt } from './pointer.ts';

const answer = {
  data: { 'per kWh': [1, 2, 3], unit: 'EUR' },
  items: [{ name: 'a' }, { name: 'b' }],
  none: null,
  ål: { x: 1 },
};
const at = (pointer: string) => valueAt(answer, stepsOf(pointer)!);

test.each([
  ['', answer],
  ['$', answer],
  ['$.data.unit', 'EUR'],
  ['data.unit', 'EUR'],
  ['$["data"]["per kWh"][0]', 1],
  ["data['per kWh'][-1]", 3],
  ['items[*].name', ['a', 'b']],
  ['$.items[1]', { name: 'b' }],
  ['none', null],
  ['ål.x', 1],
])('%s stands for its value', (pointer, value) => {
  expect(at(pointer)).toEqual(value);
});

test.each(['$.', 'a..b', 'a[', 'a[x]', '$$', 'a b', 'a["x]', '[1e3]', `a${'.b'.repeat(40)}`])(
  '%s is no pointer',
  (pointer) => expect(stepsOf(pointer)).toBeNull(),
);

test.each([
  ['$.data.price', 'In the answer $.data has no price; it has per kWh, unit'],
  ['items[7].name', 'In the answer nothing stands at $.items[7]'],
  ['items.name', 'In the answer $.items has no name'],
  ['data[*]', 'In the answer $.data is no list'],
  ['none.x', 'In the answer $.none has no x'],
  ['data.constructor', 'In the answer $.data has no constructor; it has per kWh, unit'],
])('%s leads nowhere, and it is told up to where it led', (pointer, message) => {
  try {
    at(pointer);
  } catch (error) {
    if (!isError(error, 'connect.answer_invalid')) throw error;
    expect(error.message).toBe(message);
    return;
  }
  throw new Error('it was found');
});
