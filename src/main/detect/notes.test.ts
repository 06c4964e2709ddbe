import type { Finding } from '@tomte/sdk/define';
import { expect, test } from 'vitest';
import { withNotes } from './notes.ts';

const finding: Finding = {
  ...{ kind: 'raised', episode: 'water:1', detector: 'water', rule: 'unbroken', size: 21 },
  ...{ entities: ['sensor.flow'], at: 2, since: 1, severity: 'now', probability: 0.8 },
  ...{ title: 'Water has run for 52 minutes', text: '0.4 L/min.', lines: ['a', 'b', 'c'] },
  facts: {
    ...{ is: '0.4 L/min', usually: '0', since: '01:49', around: [], probably: null },
    ...{ check: 'Look at the cistern first', numbers: {} },
  },
};
const notes = { mainTap: 'boiler room, behind the door', plumber: '555 0100', neighbour: 'Ola' };

test('what helps is told in the alert, marked as the person’s own, in four lines at most', () => {
  const told = withNotes(finding, notes);
  expect(told.lines).toEqual([
    'a',
    'b',
    'Main tap: boiler room, behind the door (your note)',
    'Plumber: 555 0100 (your note)',
  ]);
  expect(told.facts.check).toBe(
    'Look at the cistern first. Main tap: boiler room, behind the door. Plumber: 555 0100',
  );
});

test('a leak puck needs the tap, smoke does not; what is over needs nothing', () => {
  const puck = withNotes({ ...finding, detector: 'safety', rule: 'moisture' }, notes);
  expect(puck.facts.check).toContain('Main tap');
  const smoke = { ...finding, detector: 'safety', rule: 'smoke' };
  expect(withNotes(smoke, notes)).toEqual(smoke);
  const over: Finding = { ...finding, kind: 'cleared' };
  expect(withNotes(over, notes)).toEqual(over);
  expect(withNotes(finding, {})).toEqual(finding);
});
