import { expect, test } from 'vitest';
import { hideFor, hideWords, isHidden } from './hide.ts';

const zone = 'Europe/Berlin';
const at = (clock: string): number => Date.parse(`2026-11-13T${clock}:00+01:00`);
const finding = {
  ...{ detector: 'water', rule: 'unbroken', size: 40, entities: ['sensor.flow'] },
  severity: 'now' as const,
  since: at('07:30'),
};

test('a reason hides the same thing around that hour, up to half as much more', () => {
  const hide = hideFor(finding, 'expected', zone)!;
  expect(hideWords(hide)).toBe('Such as this, between 05:00 and 10:00, up to 60 L');
  expect(isHidden(finding, hide, zone)).toBe(true);
  expect(isHidden({ ...finding, size: 61 }, hide, zone)).toBe(false);
  expect(isHidden({ ...finding, since: at('02:00') }, hide, zone)).toBe(false);
  expect(isHidden({ ...finding, rule: 'pouring' }, hide, zone)).toBe(false);
  expect(isHidden({ ...finding, entities: ['sensor.garden'] }, hide, zone)).toBe(false);
});

test('over midnight too', () => {
  const hide = hideFor({ ...finding, since: at('23:10') }, 'expected', zone)!;
  expect(isHidden({ ...finding, since: at('00:40') }, hide, zone)).toBe(true);
  expect(isHidden({ ...finding, since: at('03:00') }, hide, zone)).toBe(false);
});

test('a trifle is hidden at any hour; what is more urgent is told', () => {
  const hide = hideFor({ ...finding, severity: 'today' }, 'not_worth', zone)!;
  const later = { ...finding, since: at('02:00'), severity: 'today' as const };
  expect(isHidden(later, hide, zone)).toBe(true);
  expect(isHidden({ ...later, severity: 'now' }, hide, zone)).toBe(false);
});

test('what was right, and what is physics, hides nothing', () => {
  expect(hideFor(finding, 'right', zone)).toBeNull();
  expect(hideFor({ ...finding, rule: 'pouring' }, 'not_worth', zone)).toBeNull();
});

test('motion is of the house, not of one sensor', () => {
  const motion = { ...finding, detector: 'motion', rule: 'away', entities: ['hall', 'bath'] };
  const hide = hideFor(motion, 'expected', zone)!;
  expect(isHidden({ ...motion, entities: ['bath', 'kitchen'] }, hide, zone)).toBe(true);
  expect(isHidden({ ...motion, entities: ['kitchen'] }, hide, zone)).toBe(false);
});
