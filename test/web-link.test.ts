import type { ProbeStage } from '@tomte/sdk/types';
import { expect, test } from 'vitest';
import { type StageRow, stageRows } from '../web/src/lib/stages.ts';

const stage = (name: ProbeStage['stage'], ok: boolean, port?: number): ProbeStage => ({
  stage: name,
  ok,
  ms: 3,
  detail: `${name} seen`,
  ...(port ? { port } : {}),
});
const marks = (rows: StageRow[]) => rows.map((row) => `${row.title}: ${row.mark}`);
const fault = (code: string) => ({ code, message: 'It failed', hint: 'Do this.', details: {} });

test('before the first answer the first stage is tried and six wait', () => {
  const rows = stageRows([], true, null);
  expect(rows.map((row) => row.mark)).toEqual([
    'now',
    'wait',
    'wait',
    'wait',
    'wait',
    'wait',
    'wait',
  ]);
});

test('a port that refused and the next one that is tried stand side by side', () => {
  const told = [stage('address', true), stage('dns', true), stage('tcp', false, 8123)];
  expect(marks(stageRows(told, true, null)).slice(2, 5)).toEqual([
    'Reach: fail',
    'Reach, next port: now',
    'Encryption: wait',
  ]);
  const next = [...told, stage('tcp', true, 443)];
  expect(marks(stageRows(next, true, null)).slice(2, 5)).toEqual([
    'Reach, port 8123: fail',
    'Reach, port 443: done',
    'Encryption: now',
  ]);
});

test('the reason stands at the stage that failed, with what to do', () => {
  const told = [stage('address', true), stage('dns', false)];
  const rows = stageRows(told, false, fault('link.name_not_found'));
  expect(rows[1]).toMatchObject({ title: 'Name', mark: 'fail', text: 'It failed. Do this.' });
  expect(rows.slice(2).every((row) => row.mark === 'wait')).toBe(true);
});

test('a token that is no token is told at Token, though nothing was tried', () => {
  const rows = stageRows([], false, fault('link.token_malformed'));
  expect(rows.at(-1)).toMatchObject({ title: 'Token', mark: 'fail' });
  const told = [stage('address', true), stage('auth', false)];
  const marked = stageRows(told, false, fault('link.token_malformed')).map((row) => row.mark);
  expect(marked).toEqual(['done', 'wait', 'wait', 'wait', 'wait', 'wait', 'fail']);
});

test('plain http needs no encryption stage', () => {
  const told = ['address', 'dns', 'tcp', 'http'].map((name) =>
    stage(name as ProbeStage['stage'], true),
  );
  expect(stageRows(told, true, null)[3]).toMatchObject({
    title: 'Encryption',
    text: 'Not needed here',
  });
});
