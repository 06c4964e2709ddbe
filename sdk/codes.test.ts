import { expect, test } from 'vitest';
import { hideCodes, isCode, withoutCodes } from './codes.ts';

test.each([
  'code',
  'Code',
  'pin',
  'password',
  'user_code',
  'usercode',
  'userCode',
  'api_key',
  'codes',
])('%s is a code', (field) => expect(isCode(field)).toBe(true));
test.each([
  'position',
  'spinning',
  'opinion',
  'code_slot',
  'temperature',
  'encode',
  'pincher',
  'key',
])('%s is none', (field) => expect(isCode(field)).toBe(false));

test('every code of an Action is hidden, however deep; what is empty stays', () => {
  const data = {
    code: 1234,
    code_slot: 2,
    user: [{ pin: '99', name: 'Maja' }],
    password: null,
    token: '',
  };
  const action = { domain: 'lock', action: 'unlock', entities: ['lock.a'], data };
  expect(withoutCodes(action)).toEqual({
    ...action,
    data: {
      ...{ code: '«secret»', code_slot: 2, user: [{ pin: '«secret»', name: 'Maja' }] },
      ...{ password: null, token: '' },
    },
  });
  expect(data.code).toBe(1234);
});

test('a home that repeats a code is not believed in that', () => {
  const action = { data: { code: '12', pins: ['1234', '7'], position: 5 } };
  expect(hideCodes('expected 5 digits, got 1234 and 12', action)).toBe(
    'expected 5 digits, got «secret» and «secret»',
  );
  expect(hideCodes('nothing of it', { data: {} })).toBe('nothing of it');
});
