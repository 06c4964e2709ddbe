import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lineDiff } from './line-diff.ts';

const signs = { same: ' ', gone: '-', new: '+' };
const shown = (before: string, after: string) =>
  lineDiff(before, after).map(({ kind, text }) => signs[kind] + text);

test('what is gone stands before what is new, and the rest is the same', () => {
  expect(shown('a\nb\nc\nd\n', 'a\nx\nc\ny\nd\n')).toEqual([' a', '-b', '+x', ' c', '+y', ' d']);
  expect(shown('', 'a\n')).toEqual(['+a']);
  expect(shown('a\n', '')).toEqual(['-a']);
  expect(shown('a\na\n', 'a\n')).toEqual([' a', '-a']);
});

test('whatever the texts, both can be read from it', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 });
  fc.assert(
    fc.property(text, text, (a, b) => {
      const lines = lineDiff(`${a.join('\n')}\n`, `${b.join('\n')}\n`);
      const without = (kind: string) =>
        `${lines
          .filter((line) => line.kind !== kind)
          .map((line) => line.text)
          .join('\n')}\n`;
      expect(without('new')).toBe(`${a.join('\n')}\n`);
      expect(without('gone')).toBe(`${b.join('\n')}\n`);
    }),
  );
});

test('texts far too long are told whole, not compared', () => {
  const many = (word: string) => Array.from({ length: 3000 }, (_, n) => `${word}${n}`).join('\n');
  expect(lineDiff(many('a'), many('b'))).toHaveLength(6000);
});
