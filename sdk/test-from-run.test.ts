import { expect, test } from 'vitest';
import { type RecordedRun, testFromRun } from './test-from-run.ts';

const page: RecordedRun = {
  ...{ id: 'r1', home: 'villa', workflow: 'door-open', state: 'done', error: null },
  reason: 'Front door went from off to on\n*/ evil `$(1)',
  createdAt: '2026-11-26T07:30:00.000Z',
  endedAt: '2026-11-26T08:30:00.000Z',
  result: { mode: 'on', value: ['kept'] },
  trigger: { kind: 'manual', by: "it's me", at: 1 },
  steps: [
    {
      ...{ name: 'state 1', input: { entity: 'a.b' }, output: { __proto__: 1, x: 'ä\u2028' } },
      ...{ startedAt: null, endedAt: null, error: null, kind: 'look', tries: 1 },
    },
  ],
} as RecordedRun;
const options = { file: './door-open.ts', home: { name: 'Villa', zone: 'Europe/Berlin' } };

test('the text tells the Run, its home and settings, and what came of it', () => {
  const text = testFromRun(page, { ...options, settings: { minutes: 5 } });
  expect(text.split('\n')[0]).toBe(
    '// Made from Run r1 of 2026-11-26T07:30:00.000Z. Front door went from off to on */ evil `$(1)',
  );
  expect(text).toContain(`import workflow from "./door-open.ts";`);
  expect(text).toContain('"minutes": 5');
  expect(text).toContain('"zone": "Europe/Berlin"');
  expect(text).toMatch(
    /assert\.deepEqual\(outcome, \{ state: 'done', result: \[\s+"kept"\s+\] \}\);/,
  );
  expect(testFromRun(page, options)).not.toContain('settings');
});

test('a Run that failed, or waits, is expected to do so again', () => {
  const failed = { ...page, state: 'failed', error: { code: 'link.lost' } } as RecordedRun;
  expect(testFromRun(failed, options)).toContain('assert.equal(outcome.error.code, "link.lost");');
  expect(testFromRun({ ...page, state: 'waiting' }, options)).toContain(
    'assert.equal(outcome, null);',
  );
});
