import type { DecideText } from '@tomte/sdk/decide';
import { expect, test } from 'vitest';
import { hidden } from '../../decide/facts.ts';
import { deciding, scriptedModel } from '../../decide/testing.ts';
import { standIns } from './privacy.ts';

const people = standIns(['Anna Berg', 'anna_berg', 'Ola', 'ola', 'Admin'], 'person');
const privacy = { people, places: standIns(['Villa Berg', 'home'], 'place'), names: false };

test('a person is one, by every name and part of it, whatever its case', () => {
  for (const said of ['Anna Berg', 'anna_berg', 'ANNA', 'berg']) {
    expect(hidden(`${said} left`, { ...privacy, places: null })).toBe('person 1 left');
  }
  expect(hidden('ola left', privacy)).toBe('person 2 left');
  expect(hidden('Admin is at home', privacy)).toBe('Admin is at home');
});

test('at home everybody is called as they are written', async () => {
  const acts = scriptedModel(() => ({ text: 'person 1 and person 2 left.' }));
  const { decider } = deciding({ acts, privacy });
  const request: DecideText = {
    ...{ kind: 'text', question: 'Say it', lengthMax: 80, fallback: '-' },
    facts: { who: ['anna_berg', 'ola'] },
  };
  const { choice } = await decider.decide({ home: 'h', by: 'test', request });
  expect(choice).toBe('Anna Berg and Ola left.');
});
