import type { DecideText } from '@tomte/sdk/decide';
import type { EntityState } from '@tomte/sdk/home';
import { expect, test } from 'vitest';
import { hidden } from '../../decide/facts.ts';
import { deciding, scriptedModel } from '../../decide/testing.ts';
import type { HomeConfig } from '../../home/mirror.ts';
import { privacyIn, standIns } from './privacy.ts';

const people = standIns(['Anna Berg', 'anna_berg', 'Ola', 'ola', 'Admin'], 'person');
const privacy = { people, places: standIns(['Villa Berg', 'home'], 'place'), names: false };

test('a person is one, by every name and part of it, whatever its case', () => {
  for (const said of ['Anna Berg', 'anna_berg', 'ANNA', 'berg']) {
    expect(hidden(`${said} left`, { ...privacy, places: null })).toBe('person 1 left');
  }
  expect(hidden('ola left', privacy)).toBe('person 2 left');
  expect(hidden('Admin is at home', privacy)).toBe('Admin is at home');
});

test('a name is hidden however its letters are put together', () => {
  const written = standIns(['Jose\u0301', 'Ma\u200bja'], 'person');
  const hides = (text: string) => hidden(text, { people: written, places: null, names: false });
  expect(hides('José and Maja left')).toMatch(/^person \d and person \d left$/);
});

test('a home is walked for its people and places when they change, and not for each question', () => {
  let walks = 0;
  let guest = 'Guest';
  const entity = (entityId: string, name?: string) =>
    ({ entityId, attributes: name === undefined ? {} : { friendly_name: name } }) as EntityState;
  const mirror = {
    shape: 1,
    entity: (id: string) => [...all()].find(({ entityId }) => entityId === id),
    config: { location_name: 'Solbacken' } as HomeConfig,
    entities() {
      walks++;
      return all();
    },
  };
  function* all() {
    yield entity('person.anna', 'Anna Berg');
    yield entity('zone.workshop', 'Maja’s school');
    yield entity('light.ola', 'Ola');
    yield entity('person.guest_1', guest);
  }
  const leaves = { people: false, places: false, names: true };
  const found = privacyIn(mirror, { persons: ['Kim Ek'], home: 'Torpet', leaves });
  expect(walks).toBe(1);
  expect([...found.people!.keys()]).toEqual(
    expect.arrayContaining(['Anna Berg', 'Kim Ek', 'guest 1']),
  );
  expect([...found.people!.keys()]).not.toContain('Ola');
  expect([...found.places!.keys()]).toEqual(
    expect.arrayContaining(['Solbacken', 'Torpet', 'workshop', 'Maja’s school']),
  );
  expect(found.names).toBe(true);
  const open = privacyIn(mirror, { persons: [], home: '', leaves: { ...leaves, people: true } });
  expect(open.people).toBeNull();
  guest = 'Vera';
  const names = () => [...privacyIn(mirror, { persons: [], home: '', leaves }).people!.keys()];
  expect(names()).toContain('Vera');
  expect(walks).toBe(1);
  mirror.shape = 2;
  names();
  expect(walks).toBe(2);
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
