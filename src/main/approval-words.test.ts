import { expect, test } from 'vitest';
import { actionWords } from './approval-words.ts';

const action = {
  ...{ domain: 'climate', action: 'set_preset_mode', entities: ['climate.bath'] },
  data: { preset_mode: 'eco\u202e' },
};

test('nothing of an Action hides behind signs that nobody sees', () => {
  const said = actionWords(action, () => '\u202ehtaB\u202c \u200bBath');
  expect(said).toBe('Set preset mode of htaB Bath (preset mode "eco\\u{202e}")');
});

test('a name of nothing but such signs is its id', () => {
  expect(actionWords({ ...action, data: {} }, () => '\u200b\u2063')).toBe(
    'Set preset mode of climate.bath',
  );
});
