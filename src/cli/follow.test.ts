import { TomteError } from '@tomte/sdk/errors';
import type { Tomte } from '@tomte/sdk/operations';
import { expect, test } from 'vitest';
import { tomte } from './testing.ts';

const status = (async () => ({})) as unknown as Tomte['status'];

test('what Runs do is told as they do it, a JSON object a line, and one Run until it ends', async () => {
  const at = (second: number) => `2026-11-22T10:00:0${second}.000Z`;
  const run = {
    ...{ id: 'a1', home: 'cabin', workflow: 'door', state: 'running', reason: 'A door opened' },
    ...{ createdAt: at(0), endedAt: null, error: null },
  };
  const step = (name: string, startedAt: string, endedAt: string | null, position = 0) => ({
    position,
    ...{ name, startedAt, endedAt, kind: 'step', tries: 1, input: null, output: null, error: null },
  });
  const page = (more: object) => ({ ...run, waits: [], actions: [], logs: [], steps: [], ...more });
  const logs = [{ at: at(2), text: 'thinking' }];
  const pages = [
    page({}),
    page({ steps: [step('alert 1', at(1), at(1)), step('until 1', at(1), null, 1)], logs }),
    page({ steps: [step('alert 1', at(1), at(1)), step('until 1', at(1), null, 1)], logs }),
    page({
      ...{ state: 'done', endedAt: at(5), logs },
      steps: [step('alert 1', at(1), at(1)), step('until 1', at(1), at(4), 1)],
    }),
  ];
  let looks = 0;
  const getRun = (async () => pages[looks++]) as unknown as Tomte['getRun'];
  const clock = { sleep: async () => {} };
  const told = async (line: string) => {
    looks = 0;
    return (await tomte(line, { getRun, status }, { clock })).out.trim().split('\n');
  };
  expect((await told('runs a1 --follow')).map((line) => line.slice(10))).toEqual([
    'a1  door: A door opened',
    'a1    alert 1  done',
    'a1    until 1  waits',
    'a1    | thinking',
    'a1    until 1  done',
    'a1  door: done',
  ]);
  looks = 0;
  const out: string[] = [];
  const write = (text: string) => void out.push(text);
  await tomte('runs a1 --follow --json ', { getRun, status }, { clock, out: write });
  expect(out.map((line) => JSON.parse(line).type)).toEqual([
    ...['begun', 'step', 'step', 'log', 'step', 'ended'],
  ]);
});

test('all Runs are followed until it is stopped; what was over before is no news', async () => {
  const run = (id: string, endedAt: string | null) => ({
    ...{ id, home: 'cabin', workflow: 'door', state: endedAt ? 'done' : 'waiting', reason: id },
    ...{ createdAt: '2026-11-22T10:00:00.000Z', endedAt, error: null },
  });
  const end = '2026-11-22T10:00:09.000Z';
  const lists = [
    [run('b', null), run('a', end)],
    [run('c', end), run('b', null), run('a', end)],
    [run('c', end)],
  ];
  let looks = 0;
  const stop = new AbortController();
  const listRuns = (async () => lists[looks++]) as unknown as Tomte['listRuns'];
  const getRun = (async ({ id }: { id: string }) => ({
    ...run(id, id === 'c' || looks > 2 ? end : null),
    ...{ steps: [], waits: [], actions: [], logs: [] },
  })) as unknown as Tomte['getRun'];
  const clock = {
    async sleep() {
      if (looks === lists.length) stop.abort(new Error('Ctrl-C'));
    },
  };
  const ran = await tomte(
    'runs --follow',
    { listRuns, getRun, status },
    { clock, untilInterrupted: (work) => work(stop.signal) },
  );
  expect(ran.code).toBe(0);
  expect(
    ran.out
      .trim()
      .split('\n')
      .map((line) => line.slice(10)),
  ).toEqual([...['b  door: b', 'c  door: c', 'c  door: done', 'b  door: done']]);
});

test('Actions are listed with who asked, and what came of them', async () => {
  const row = {
    ...{ home: 'cabin', key: 'r/act 1', askedBy: 'workflow:heater', domain: 'switch' },
    ...{ action: 'turn_on', entities: ['switch.heater'], data: {}, attempts: 1, conflict: null },
    ...{ askedAt: '2026-11-22T10:00:00.000Z', endedAt: '2026-11-22T10:00:01.000Z' },
  };
  const listActions = async () => [
    { ...row, outcome: 'confirmed', rule: null, message: null },
    { ...row, outcome: 'refused', rule: 'guardrail.too_often', message: 'Four an hour' },
    { ...row, attempts: 2, outcome: null, rule: null, message: null },
  ];
  const { out } = await tomte('actions', { listActions });
  expect(out).toMatch(/heater {2}switch\.turn_on {2}switch\.heater {2}confirmed\n/);
  expect(out).toContain('refused by guardrail.too_often: Four an hour');
  expect(out).toContain('under way, begun 2 times');
});

test('nothing is followed without a running Tomte, and its end is told as what it is', async () => {
  const alone = async () => {
    throw new TomteError('cli.service_unreachable', 'This needs a running Tomte');
  };
  const listRuns = async () => {
    throw new TypeError('fetch failed');
  };
  expect((await tomte('runs --follow', { status: alone })).err).toContain('a running Tomte');
  const ended = await tomte('runs --follow', { status, listRuns });
  expect(ended).toMatchObject({ code: 1, out: '' });
  expect(ended.err).toContain('Tomte no longer answers');
});
