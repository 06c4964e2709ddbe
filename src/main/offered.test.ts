import { expect, test } from 'vitest';
import type { Verdict } from '../home/guardrail.ts';
import { offered } from './offered.ts';

const button = {
  label: 'Switch off',
  action: { domain: 'switch', action: 'turn_off', entities: ['switch.iron'], data: {} },
};
const request = {
  ...{ key: 'power:iron', title: 'Iron', text: '', severity: 'today' as const, since: 0 },
  ...{ entities: [], workflow: 'power-watch', action: button },
};
const asked = (verdict: Verdict) => {
  const judge = (_action: unknown, { askedBy }: { askedBy: string }) => {
    expect(askedBy).toBe('workflow:power-watch');
    return verdict;
  };
  return offered(request, { door: { judge } }).action;
};
const refused = (
  rule: 'guardrail.not_granted' | 'guardrail.never' | 'guardrail.stopped',
): Verdict => ({
  ...{ kind: 'refused', rule, message: '' },
});

test('a button stands where pressing it does something, or could later', () => {
  expect(asked({ kind: 'allowed' })).toEqual(button);
  expect(asked(refused('guardrail.stopped'))).toEqual(button);
});

test('what was never allowed has no button', () => {
  expect(asked(refused('guardrail.not_granted'))).toBeUndefined();
  expect(asked(refused('guardrail.never'))).toBeUndefined();
  expect(offered(request, undefined).action).toBeUndefined();
});

test('what asks again says so on the button', () => {
  const ask: Verdict = { kind: 'needs_approval', reason: '' };
  expect(asked(ask)?.label).toBe('Switch off…');
  const { action: _, ...plain } = request;
  expect(offered(plain, undefined)).toEqual(plain);
});
