import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Request } from '../alert/life.ts';
import type { RunView } from '../engine/run-view.ts';
import { silentLog } from '../lib/log.ts';
import { handClock } from '../lib/testing/hand-clock.ts';
import { addHome } from '../store/homes.ts';
import { addRun, endRun } from '../store/runs.ts';
import { type FreshStore, freshStore } from '../store/testing.ts';
import { getWorkflowSettings, saveWorkflowSettings } from '../store/workflow-settings.ts';
import { keepWatchedWeeks, sentence, watchMs, wouldHave } from './watched-weeks.ts';

const now = Date.UTC(2026, 10, 21, 12);
const began = now - watchMs;
const iso = (t: number) => new Date(t).toISOString();
let store: FreshStore;
let told: Request[];
let views: Map<string, RunView['steps']>;
let tick: () => Promise<void>;
let parts: Parameters<typeof keepWatchedWeeks>[0]['parts'];

beforeEach(async () => {
  store = await freshStore();
  await addHome(store.db, {
    ...{ id: 'h1', name: 'Home', address: 'http://127.0.0.1:1', version: '1', time_zone: 'UTC' },
    ...{ currency: 'EUR', user_name: 'u', user_id: 'u', user_admin: false },
    token_sealed: Buffer.from('sealed'),
  });
  told = [];
  views = new Map();
  const ticks: (() => void)[] = [];
  const every = (_ms: number, look: () => void) => {
    ticks.push(look);
    return () => {};
  };
  parts = {
    ...{ store, log: silentLog, place: 'tomte', clock: { ...handClock(now), every } },
    engine: {
      view: async (_place, run) => ({ steps: views.get(run) ?? [], waits: [], logs: [] }),
    },
    workflows: new Map([['water', { title: 'Water watch' }]]),
  };
  const alerts = {
    open: async (request: Request) => {
      told.push(request);
      return { id: 'a1' };
    },
  };
  keepWatchedWeeks({ parts, alerts, homes: () => ['h1'] });
  tick = async () => {
    for (const look of ticks) look();
    await expect.poll(settled).toBe(true);
  };
});
afterEach(() => store.close());

/** Nothing is left to tell. */
const settled = async () => {
  const { rows } = await store.pool.query(
    `select 1 from workflow_settings where mode = 'watch' and watch_until <= to_timestamp($1)`,
    [now / 1000],
  );
  return rows.length === 0;
};

const watching = (workflow: string, until: number) =>
  saveWorkflowSettings(store.db, {
    ...{ home: 'h1', workflow, mode: 'watch', watchUntil: new Date(until) },
  });

const step = (kind: string, at: number, input: unknown, output: unknown) => ({
  ...{ name: `${kind} 1`, kind, tries: 1, startedAt: iso(at), endedAt: iso(at), error: null },
  ...{ input, output, position: 0, after: null, beside: [] },
});
const alert = (at: number, key: string, id = 'watch-only') => step('alert', at, { key }, { id });

async function ran(id: string, at: number, steps: RunView['steps'], dry = false): Promise<void> {
  await addRun(store.db, {
    ...{ id, home: 'h1', workflow: 'water', reason: 'x', state: 'waiting', trigger: {}, dry },
    at: new Date(at),
  } as Parameters<typeof addRun>[1]);
  await endRun(store.db, { id, state: 'done', at: new Date(at), result: {} });
  views.set(id, steps);
}

test('at the end of its week a workflow that watched says once what it would have told', async () => {
  await watching('water', now - 1);
  await watching('other', now + 1);
  await ran('r1', began + 1, [alert(began + 1, 'leak'), alert(began + 2, 'leak')]);
  await ran('r2', began + 9, [
    alert(began + 9, 'leak'),
    step('resolve', began + 10, { key: 'leak' }, null),
  ]);
  await ran('r3', began + 20, [
    alert(began + 20, 'leak'),
    step('act', began + 21, { load: 'car' }, { kind: 'refused', rule: 'watch-only' }),
    step('act', began + 900_000, { load: 'car' }, { kind: 'refused', rule: 'watch-only' }),
    step('act', began + 22, {}, { kind: 'refused', rule: 'guardrail.too_often' }),
  ]);
  await tick();
  expect(told).toEqual([
    expect.objectContaining({
      ...{ home: 'h1', workflow: 'water', key: 'watch-over:water', severity: 'today' },
      title: 'Water watch: watched for a week',
      text: 'It would have told you twice, and switched something once. Turn it on, or off, under Workflows.',
    }),
  ]);
  await tick();
  expect(told.length).toBe(1);
  // It goes on watching: only a person turns it on.
  const row = await getWorkflowSettings(store.db, { home: 'h1', workflow: 'water' });
  expect(row).toMatchObject({ mode: 'watch', watch_until: null });
  const other = await getWorkflowSettings(store.db, { home: 'h1', workflow: 'other' });
  expect(other?.watch_until).toEqual(new Date(now + 1));
});

test('what it did before the week, in a dry run, or when it was on does not count', async () => {
  await ran('r1', began - 1, [alert(began - 1, 'a')]);
  await ran('r2', began + 1, [alert(began + 1, 'b')], true);
  await ran('r3', began + 2, [alert(began + 2, 'c', 'an-alert-that-was-told')]);
  const counted = await wouldHave({ parts }, { home: 'h1', workflow: 'water', since: began });
  expect(counted).toEqual({ told: 0, switched: 0, more: false });
});

test('one that was switched on or off meanwhile is not asked about', async () => {
  await watching('water', now - 1);
  await saveWorkflowSettings(store.db, { home: 'h1', workflow: 'water', mode: 'on' });
  await tick();
  expect(told).toEqual([]);
});

test('it is said in words', () => {
  const of = (told: number, switched: number, more = false) => sentence({ told, switched, more });
  expect(of(0, 0)).toBe('It would have told you nothing.');
  expect(of(1, 0)).toBe('It would have told you once.');
  expect(of(3, 2)).toBe('It would have told you 3 times, and switched something twice.');
  expect(of(12, 0, true)).toBe('It would have told you at least 12 times.');
});
