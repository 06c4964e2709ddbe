import { expect, test } from 'vitest';
import { usualSettings } from '../../decide/settings.ts';
import { deciding, scriptedModel } from '../../decide/testing.ts';
import { digestGroups } from './digest-order.ts';

const news = (...of: [string, string][]) =>
  of.map(([room, detector]) => ({ entities: [`sensor.${room}`], detector }));
const mixed = news(['hall', 'water'], ['hall', 'cold'], ['attic', 'cold']);

function open(answer: string, isWished = true) {
  const { decider, book } = deciding({ acts: scriptedModel(() => ({ answer, reason: '' })) });
  const settings = { ...usualSettings, uses: { ...usualSettings.uses, digest: isWished } };
  const detectors = new Map([
    ['water', { about: 'water' }],
    ['cold', { about: 'cold' }],
  ]) as never;
  const groups = digestGroups(
    { detectors },
    { areas: (_home, [id = '']) => [id, `The ${id.split('.')[1]}`] },
    () => ({ decider, settings: { get: () => settings, save: async () => settings } }),
  );
  return {
    book,
    groups,
    order: (of: typeof mixed) => groups.order({ home: 'h1', day: '2026-11-27', news: of }),
  };
}

test('a model chooses among the ways that make a difference; it is told how many, and no names', async () => {
  const { book, groups, order } = open('o2');
  expect(await order(mixed)).toBe('room');
  expect(await order(mixed)).toBe('room');
  expect(book.entries).toHaveLength(1);
  expect(book.entries[0]!.request).toMatchObject({
    facts: { news: 3, rooms: 2, kinds: 2 },
    fallback: 'time',
  });
  expect(await open('o2').order(news(['hall', 'water'], ['hall', 'cold'], ['hall', 'cold']))).toBe(
    'kind',
  );
  expect([groups.roomOf('h1', ['sensor.hall']), groups.kindOf('cold')]).toEqual([
    'The hall',
    'Fridges',
  ]);
});

test('what was not offered is by time', async () => {
  expect(await open('o9').order(mixed)).toBe('time');
});

test('nobody is asked without a wish, or where there is nothing to choose', () => {
  expect(open('o2', false).order(mixed)).toBeNull();
  expect(open('o2').order(mixed.slice(0, 2))).toBeNull();
  expect(open('o2').order(news(['hall', 'cold'], ['hall', 'cold'], ['hall', 'cold']))).toBeNull();
});
